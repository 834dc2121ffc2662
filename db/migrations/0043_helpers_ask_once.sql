-- A helper asks who the reader is once, not once for each row that it looks at: on 5,000 source sessions and 22,000 consents that was
-- most of the time of nearly every page.
CREATE OR REPLACE FUNCTION dc.own_users() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT id FROM dc.users WHERE firm_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.own_gams() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT unnest(ARRAY[gam_id, deputy_id]) FROM dc.firm_gams WHERE firm_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.own_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT id FROM dc.groups WHERE owner_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.shown_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT group_id FROM dc.visible_groups WHERE firm_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.signed_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT group_id FROM dc.visible_groups WHERE firm_id = (SELECT dc.actor_firm()) AND reason = 'guarantor' $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.own_targets() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id FROM dc.targets t JOIN dc.groups g ON g.id = t.group_id WHERE g.owner_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.own_target_sessions() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.session_id FROM dc.targets t JOIN dc.groups g ON g.id = t.group_id WHERE g.owner_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.guaranteed_sources() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT source_id FROM dc.source_guarantors
    WHERE firm_id = (SELECT dc.actor_firm()) AND during @> (SELECT nullif(current_setting('dc.now', true), '')::timestamptz) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.seen_sources() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  WITH reader AS MATERIALIZED (SELECT dc.actor_firm() AS firm, nullif(current_setting('dc.now', true), '')::timestamptz AS now)
  SELECT s.id FROM dc.firm_codes c JOIN dc.source_sessions s ON s.execution_code = c.code
    WHERE c.firm_id = (SELECT firm FROM reader) AND c.kind = 'execution' AND c.during @> (SELECT now FROM reader)
  UNION SELECT s.id FROM dc.source_sessions s WHERE s.operated_by = (SELECT firm FROM reader)
  UNION SELECT g.source_id FROM dc.source_guarantors g WHERE g.firm_id = (SELECT firm FROM reader) AND g.during @> (SELECT now FROM reader)
  UNION SELECT c.source_id FROM dc.consents c WHERE c.clearing_firm_id = (SELECT firm FROM reader)
  UNION SELECT gs.source_id FROM dc.groups g JOIN dc.group_sources gs ON gs.group_id = g.id WHERE g.owner_id = (SELECT firm FROM reader) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.party_requests() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT request_id FROM dc.request_parties WHERE firm_id = (SELECT dc.actor_firm()) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.feed_health() RETURNS TABLE (environment text, shard text, connector text, feed_id text, state text, since timestamptz, lost bigint, missing bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.environment, o.shard, o.connector, o.feed_id, o.state, o.since, o.lost, o.missing, o.at FROM dc.observed_feeds o
    WHERE (SELECT dc.sees_all()) OR (o.environment, o.feed_id) IN (SELECT s.environment, s.feed_id FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources())) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.seen_shards() RETURNS TABLE (environment text, shard text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT f.environment, f.shard FROM dc.feeds f WHERE f.state = 'open'
    AND ((SELECT dc.sees_all()) OR f.id IN (SELECT s.feed_id FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources()))) $$;--> statement-breakpoint
CREATE OR REPLACE FUNCTION dc.connector_alarms() RETURNS TABLE (environment text, shard text, connector text, code text, says text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT a.environment, a.shard, a.connector, a.code, CASE WHEN (SELECT dc.sees_all()) THEN a.says END, a.since FROM dc.observed_alarms a
    WHERE a.kind = 'connector' AND ((SELECT dc.sees_all()) OR (a.environment, a.shard) IN (SELECT s.environment, s.shard FROM dc.seen_shards() s)) $$;--> statement-breakpoint
-- The parts of an OR are asked in the order in which they are written. Whether the reader sees everything comes first, because the
-- lists of what the reader's firm may see are then never made.
DO $$
DECLARE
  p record;
  last constant text := '^\((.*) OR \( SELECT dc\.sees_all\(\) AS sees_all\)\)$';
  first constant text := '(SELECT dc.sees_all()) OR (\1)';
BEGIN
  FOR p IN SELECT tablename, policyname, qual, with_check FROM pg_policies
    WHERE schemaname = 'dc' AND (qual ~ last OR with_check ~ last) LOOP
    IF p.qual ~ last THEN
      EXECUTE format('ALTER POLICY %I ON dc.%I USING (%s)', p.policyname, p.tablename, regexp_replace(p.qual, last, first));
    END IF;
    IF p.with_check ~ last THEN
      EXECUTE format('ALTER POLICY %I ON dc.%I WITH CHECK (%s)', p.policyname, p.tablename, regexp_replace(p.with_check, last, first));
    END IF;
  END LOOP;
END $$;
