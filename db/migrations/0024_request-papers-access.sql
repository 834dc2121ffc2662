-- The owner and the exchange read a paper whole; who else is a party has its digest in the slice. The exchange attaches it.
GRANT SELECT, INSERT, DELETE ON dc.request_papers TO dc_request;--> statement-breakpoint
ALTER TABLE dc.request_papers ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE dc.request_papers FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$ BEGIN EXECUTE 'CREATE POLICY owner ON dc.request_papers TO CURRENT_USER USING (true) WITH CHECK (true)'; END $$;--> statement-breakpoint
CREATE POLICY request_reads ON dc.request_papers FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.request_papers FOR INSERT TO dc_request WITH CHECK (attached_by = (SELECT dc.actor_id()) AND (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_deletes ON dc.request_papers FOR DELETE TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE ON dc.request_papers FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();
