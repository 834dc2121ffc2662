-- Written by the portal alone: by its job, and inside a person's command with the system's sight.
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.target_standings, dc.group_standings TO dc_request, dc_jobs;--> statement-breakpoint
GRANT SELECT ON dc.touched_groups TO dc_request;--> statement-breakpoint
GRANT SELECT, DELETE ON dc.touched_groups TO dc_jobs;--> statement-breakpoint
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['target_standings', 'group_standings', 'touched_groups'] LOOP
    EXECUTE format('ALTER TABLE dc.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON dc.%I TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY dc_jobs ON dc.%I TO dc_jobs USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;--> statement-breakpoint
CREATE POLICY request_reads ON dc.target_standings FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.target_standings FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.target_standings FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_deletes ON dc.target_standings FOR DELETE TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.group_standings FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.group_standings FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.group_standings FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_deletes ON dc.group_standings FOR DELETE TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.touched_groups FOR SELECT TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
-- Whoever writes a row that a standing depends on: its group is looked at again. The argument says how the row names the group.
CREATE FUNCTION dc.touch_group() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
  named text := TG_ARGV[0];
  seen jsonb := to_jsonb(coalesce(new, old));
BEGIN
  CASE named
    WHEN 'id', 'group_id' THEN
      INSERT INTO dc.touched_groups (group_id) VALUES ((seen ->> named)::uuid);
    WHEN 'target_id' THEN
      INSERT INTO dc.touched_groups (group_id) SELECT t.group_id FROM dc.targets t WHERE t.id = (seen ->> named)::uuid;
    WHEN 'source_id' THEN
      INSERT INTO dc.touched_groups (group_id)
        SELECT DISTINCT m.group_id FROM dc.group_sources m WHERE m.source_id = (seen ->> named)::uuid AND upper_inf(m.during);
    WHEN 'object_id' THEN
      INSERT INTO dc.touched_groups (group_id) SELECT t.group_id FROM dc.targets t WHERE t.session_id = seen ->> named;
  END CASE;
  RETURN NULL;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.touch_group() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER touch AFTER INSERT OR UPDATE ON dc.groups FOR EACH ROW EXECUTE FUNCTION dc.touch_group('id');--> statement-breakpoint
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['group_sources', 'targets', 'target_sources', 'source_stops', 'visible_groups'] LOOP
    EXECUTE format('CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON dc.%I FOR EACH ROW EXECUTE FUNCTION dc.touch_group(''group_id'')', t);
  END LOOP;
END $$;--> statement-breakpoint
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON dc.target_credentials FOR EACH ROW EXECUTE FUNCTION dc.touch_group('target_id');--> statement-breakpoint
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON dc.source_guarantors FOR EACH ROW EXECUTE FUNCTION dc.touch_group('source_id');--> statement-breakpoint
CREATE TRIGGER touch AFTER INSERT ON dc.configuration_parts FOR EACH ROW WHEN (new.kind = 'target') EXECUTE FUNCTION dc.touch_group('object_id');--> statement-breakpoint
CREATE TRIGGER touch AFTER INSERT OR UPDATE ON dc.configuration_reports FOR EACH ROW WHEN (new.kind = 'target') EXECUTE FUNCTION dc.touch_group('object_id');--> statement-breakpoint
-- Figures change every second in an hour of trading: see dc.observed_ledger.
ALTER TABLE dc.target_standings SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
ALTER TABLE dc.group_standings SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
ALTER TABLE dc.touched_groups SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
