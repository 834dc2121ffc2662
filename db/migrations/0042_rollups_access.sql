-- Written by the portal's own job alone, which compares what connectors report. What it compares with is nobody else's.
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.rollups, dc.rollup_shards, dc.rollup_counts TO dc_jobs;--> statement-breakpoint
GRANT SELECT ON dc.rollups TO dc_request;--> statement-breakpoint
DO $$
DECLARE
  t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['dc.rollups', 'dc.rollup_shards', 'dc.rollup_counts'] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    EXECUTE format('CREATE POLICY dc_jobs ON %s TO dc_jobs USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;--> statement-breakpoint
-- Like the observed tables: a target is its owner's, a source that of whoever may see it, and feeds are the exchange's.
-- When the connector was heard is for everybody, as in observed_connectors.
CREATE POLICY request_reads ON dc.rollups FOR SELECT TO dc_request USING (CASE kind
  WHEN 'target' THEN object_id IN (SELECT dc.own_target_sessions())
  WHEN 'source' THEN (environment, object_id) IN (SELECT environment, name FROM dc.seen_source_names())
  WHEN 'firm' THEN object_id = (SELECT dc.actor_firm())::text
  WHEN 'shard' THEN (SELECT dc.actor_id()) IS NOT NULL
  ELSE false END OR (SELECT dc.sees_all()));--> statement-breakpoint
-- Rows that change every minute find room for their next version on their own page.
ALTER TABLE dc.rollups SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE dc.rollup_counts SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
