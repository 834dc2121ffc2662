-- Which source sessions a request names is written by the database itself, beside the rows that name them, so that no writer can forget it.
CREATE FUNCTION dc.sources_named(document jsonb) RETURNS SETOF text LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
  SELECT jsonb_path_query(document, '$.sources[*] ? (@.type() == "string")') #>> '{}'
  UNION SELECT jsonb_path_query(document, '$.addSources[*] ? (@.type() == "string")') #>> '{}'
  UNION SELECT jsonb_path_query(document, '$.removeSources[*].source ? (@.type() == "string")') #>> '{}' $$;--> statement-breakpoint
CREATE FUNCTION dc.name_sources_of_round() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO dc.request_sources (request_id, firm_id, source)
    SELECT new.request_id, new.owner_id, named FROM dc.sources_named(new.document) named ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION dc.name_sources_of_party() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  INSERT INTO dc.request_sources (request_id, firm_id, source)
    SELECT new.request_id, new.firm_id, named FROM dc.sources_named(new.slice) named ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.sources_named(jsonb), dc.name_sources_of_round(), dc.name_sources_of_party() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER name_sources AFTER INSERT ON dc.request_rounds FOR EACH ROW EXECUTE FUNCTION dc.name_sources_of_round();--> statement-breakpoint
-- the exchange sees every row, so that it needs none of its own
CREATE TRIGGER name_sources AFTER INSERT ON dc.request_parties FOR EACH ROW WHEN (new.capacity = 'guarantor') EXECUTE FUNCTION dc.name_sources_of_party();--> statement-breakpoint
INSERT INTO dc.request_sources (request_id, firm_id, source)
  SELECT r.request_id, r.owner_id, named FROM dc.request_rounds r, dc.sources_named(r.document) named
  UNION SELECT p.request_id, p.firm_id, named FROM dc.request_parties p, dc.sources_named(p.slice) named WHERE p.capacity = 'guarantor';--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.request_sources FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
GRANT SELECT ON dc.request_sources TO dc_request, dc_jobs;--> statement-breakpoint
ALTER TABLE dc.request_sources ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$ BEGIN EXECUTE 'CREATE POLICY owner ON dc.request_sources TO CURRENT_USER USING (true) WITH CHECK (true)'; END $$;--> statement-breakpoint
CREATE POLICY dc_jobs ON dc.request_sources TO dc_jobs USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY request_reads ON dc.request_sources FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));
