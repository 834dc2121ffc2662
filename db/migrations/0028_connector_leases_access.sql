-- Written by the connector alone. Every page asks why nobody leads; the lease itself, with all numbers, is for the connector alone.
GRANT SELECT, INSERT, UPDATE ON dc.connector_leases TO dc_connector;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.connector_refusals TO dc_connector;--> statement-breakpoint
GRANT SELECT ON dc.connector_leases, dc.connector_refusals TO dc_jobs;--> statement-breakpoint
GRANT SELECT ON dc.connector_refusals TO dc_request;--> statement-breakpoint
DO $$
DECLARE
  t regclass;
  r text;
BEGIN
  FOREACH t IN ARRAY ARRAY['dc.connector_leases', 'dc.connector_refusals']::regclass[] LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    FOREACH r IN ARRAY ARRAY['dc_jobs', 'dc_connector'] LOOP
      EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true) WITH CHECK (true)', r, t, r);
    END LOOP;
  END LOOP;
END $$;--> statement-breakpoint
CREATE POLICY request_reads ON dc.connector_refusals FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
-- A lease grows: no statement takes a term back.
CREATE FUNCTION dc.keep_term() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF new.term < old.term THEN
    RAISE EXCEPTION 'the term of a lease only grows: % is older than %', new.term, old.term;
  END IF;
  RETURN new;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.keep_term() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER term_only_grows BEFORE UPDATE ON dc.connector_leases FOR EACH ROW EXECUTE FUNCTION dc.keep_term();
