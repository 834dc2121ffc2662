-- Asked by the operator through the portal's own role, answered by the connector alone; nobody changes either afterwards, and people's
-- requests see neither.
GRANT SELECT, INSERT ON dc.session_commands TO dc_jobs;--> statement-breakpoint
GRANT SELECT ON dc.session_commands TO dc_connector;--> statement-breakpoint
GRANT SELECT, INSERT ON dc.session_command_outcomes TO dc_connector;--> statement-breakpoint
GRANT SELECT ON dc.session_command_outcomes TO dc_jobs;--> statement-breakpoint
DO $$
DECLARE
  t regclass;
  r text;
BEGIN
  FOREACH t IN ARRAY ARRAY['dc.session_commands', 'dc.session_command_outcomes']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    FOREACH r IN ARRAY ARRAY['dc_jobs', 'dc_connector'] LOOP
      EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true) WITH CHECK (true)', r, t, r);
    END LOOP;
    EXECUTE format('CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION dc.refuse_change()', t);
  END LOOP;
END $$;--> statement-breakpoint
-- sent when the asking transaction commits
CREATE FUNCTION dc.notify_environment() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_notify(TG_ARGV[0], new.environment);
  RETURN NULL;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.notify_environment() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER notify_connectors AFTER INSERT ON dc.session_commands FOR EACH ROW EXECUTE FUNCTION dc.notify_environment('dc_session_commands');
