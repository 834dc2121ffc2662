ALTER TABLE "dc"."configuration_parts" DROP CONSTRAINT "configuration_parts_kind";--> statement-breakpoint
ALTER TABLE "dc"."configuration_parts" ADD CONSTRAINT "configuration_parts_kind" CHECK ("dc"."configuration_parts"."kind" in ('feed', 'source', 'target', 'environment'));--> statement-breakpoint
-- What an environment's row said becomes the part of a version, under the next number, which running connectors take up.
DO $$
DECLARE
  e record;
BEGIN
  FOR e IN SELECT environment, newest_version + 1 AS number, settings FROM dc.environments WHERE settings <> '{}' ORDER BY environment LOOP
    INSERT INTO dc.configuration_versions (environment, number, cause, cause_id, made_at, digest)
      VALUES (e.environment, e.number, 'reference', gen_random_uuid(), now(), encode(sha256(convert_to(e.settings::text, 'UTF8')), 'hex'));
    INSERT INTO dc.configuration_parts (environment, number, kind, object_id, document)
      VALUES (e.environment, e.number, 'environment', e.environment, e.settings);
    INSERT INTO dc.audit_events (at, action, object_kind, object_id, reason, after)
      VALUES (now(), 'settings.publish', 'environment', e.environment, 'settings became parts of configuration versions',
        e.settings || jsonb_build_object('version', e.number));
  END LOOP;
END $$;--> statement-breakpoint
ALTER TABLE "dc"."environments" DROP COLUMN "settings";--> statement-breakpoint
-- As the row was before: everybody may read the settings, nobody but the portal itself may publish them.
CREATE POLICY request_reads_settings ON dc.configuration_parts FOR SELECT TO dc_request USING (kind = 'environment' AND (SELECT dc.actor_id()) IS NOT NULL);
