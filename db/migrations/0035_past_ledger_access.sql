-- Written by the connector alone, and read like the ledger of the present week.
GRANT SELECT ON dc.observed_past_ledger TO dc_request, dc_jobs;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.observed_past_ledger TO dc_connector;--> statement-breakpoint
ALTER TABLE dc.observed_past_ledger ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$
DECLARE
  r text;
BEGIN
  CREATE POLICY owner ON dc.observed_past_ledger TO CURRENT_USER USING (true) WITH CHECK (true);
  FOREACH r IN ARRAY ARRAY['dc_jobs', 'dc_connector'] LOOP
    EXECUTE format('CREATE POLICY %I ON dc.observed_past_ledger TO %I USING (true) WITH CHECK (true)', r, r);
  END LOOP;
END $$;--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_past_ledger FOR SELECT TO dc_request USING (session_id IN (SELECT dc.own_target_sessions()) OR (environment, source_id) IN (SELECT environment, name FROM dc.guaranteed_source_names()) OR (SELECT dc.sees_all()));--> statement-breakpoint
-- Rows that a report replaces every second find room for their next version on their own page, so that no index hears of
-- it and the page clears itself. What is left is vacuumed after a number of rows, not after a share of the table.
ALTER TABLE dc.observed_ledger SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
ALTER TABLE dc.observed_sources SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
ALTER TABLE dc.observed_targets SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
ALTER TABLE dc.observed_feeds SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);--> statement-breakpoint
-- Of these some go every week or every hour, and the others stay: a share of the whole table would be too late.
ALTER TABLE dc.observed_past_ledger SET (autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE dc.configuration_reports SET (autovacuum_vacuum_scale_factor = 0.02);--> statement-breakpoint
ALTER TABLE dc.commands SET (autovacuum_vacuum_scale_factor = 0.02);
