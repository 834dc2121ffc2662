-- A domain belongs to one firm at a time. The exchange keeps them; a firm reads its own.
ALTER TABLE dc.firm_domains ADD CONSTRAINT firm_domains_one_holder EXCLUDE USING gist (domain WITH =, during WITH &&);--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON dc.firm_domains TO dc_request, dc_jobs;--> statement-breakpoint
ALTER TABLE dc.firm_domains ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE dc.firm_domains FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$ BEGIN EXECUTE 'CREATE POLICY owner ON dc.firm_domains TO CURRENT_USER USING (true) WITH CHECK (true)'; END $$;--> statement-breakpoint
CREATE POLICY dc_jobs ON dc.firm_domains TO dc_jobs USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY request_reads ON dc.firm_domains FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.firm_domains FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.firm_domains FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.firm_domains FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('id', 'firm_id', 'domain');--> statement-breakpoint

-- Administrators see which links wait, replace them, and take their codes; what opens them is dc_auth's alone to read.
GRANT SELECT (id, user_id, invited_by, created_at, expires_at, used_at, code_at, code_by, codes_tried) ON dc.invitations TO dc_request;--> statement-breakpoint
GRANT UPDATE (used_at, code_hash, code_at, code_by) ON dc.invitations TO dc_request;--> statement-breakpoint
CREATE POLICY request_reads ON dc.invitations FOR SELECT TO dc_request USING (user_id IN (SELECT dc.own_users()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.invitations FOR UPDATE TO dc_request USING (user_id IN (SELECT dc.own_users()) OR (SELECT dc.sees_all())) WITH CHECK (user_id IN (SELECT dc.own_users()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.invitations FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('id', 'token_hash', 'user_id', 'invited_by', 'created_at', 'expires_at');--> statement-breakpoint

-- What people of one firm alone have had as their domain until now is that firm's; the others are entered by the exchange.
INSERT INTO dc.firm_domains (firm_id, domain, during)
SELECT min(firm_id::text)::uuid, domain, tstzrange(transaction_timestamp(), NULL)
FROM (SELECT firm_id, lower(substring(email from '@([^@]+)$')) AS domain FROM dc.users WHERE state = 'active') u
WHERE domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$' GROUP BY domain HAVING count(DISTINCT firm_id) = 1;
