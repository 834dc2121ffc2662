-- Written by the services that take a source out of a group, read by the owner, by the firm whose consent it is about, and by the exchange.
GRANT SELECT, INSERT ON dc.source_stops TO dc_request, dc_jobs;--> statement-breakpoint
GRANT UPDATE (lifted_at, lifted_by) ON dc.source_stops TO dc_request, dc_jobs;--> statement-breakpoint
ALTER TABLE dc.source_stops ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE dc.source_stops FORCE ROW LEVEL SECURITY;--> statement-breakpoint
DO $$ BEGIN EXECUTE format('CREATE POLICY owner ON dc.source_stops TO %I USING (true) WITH CHECK (true)', current_user); END $$;--> statement-breakpoint
CREATE POLICY dc_jobs ON dc.source_stops TO dc_jobs USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY request_reads ON dc.source_stops FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.source_stops FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.source_stops FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE TRIGGER never_deleted BEFORE DELETE ON dc.source_stops FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER only_lifted BEFORE UPDATE ON dc.source_stops FOR EACH ROW EXECUTE FUNCTION dc.change_only('lifted_at', 'lifted_by');--> statement-breakpoint
-- withdrawals of before; a later signature of the same firm has overcome them
INSERT INTO dc.source_stops (group_id, owner_id, source_id, firm_id, cause, revokes, at, by, reason, version, lifted_at, lifted_by)
SELECT c.group_id, c.owner_id, c.source_id, c.clearing_firm_id, 'withdrawn', e.after ->> 'mode' = 'nothing-again', e.at, e.actor_id,
  coalesce(e.reason, ''), coalesce((e.after ->> 'version')::int, 0), later.at, later.basis_id
FROM dc.audit_events e
JOIN dc.consents c ON c.group_id::text = e.object_id AND c.clearing_firm_id = e.for_firm AND upper(c.during) = e.at
JOIN dc.source_sessions s ON s.id = c.source_id AND e.after -> 'sources' ? (s.session_code || s.execution_code)
LEFT JOIN LATERAL (SELECT lower(n.during) AS at, n.basis_id FROM dc.consents n
  WHERE n.group_id = c.group_id AND n.source_id = c.source_id AND n.clearing_firm_id = c.clearing_firm_id AND lower(n.during) > e.at
    AND (n.basis = 'decision' OR e.after ->> 'mode' <> 'nothing-again')
  ORDER BY n.during LIMIT 1) later ON true
WHERE e.action = 'consent.withdraw' AND e.refused IS NULL;--> statement-breakpoint
-- A source that nobody guarantees is not covered either: nobody could answer for it. `guarantor` is null then.
CREATE OR REPLACE VIEW dc.uncovered WITH (security_invoker = true) AS
SELECT gs.environment, gs.group_id, gs.source_id, sg.firm_id AS guarantor
FROM dc.group_sources gs
LEFT JOIN dc.source_guarantors sg ON sg.source_id = gs.source_id AND sg.during @> (SELECT dc.instant())
WHERE gs.during @> (SELECT dc.instant()) AND (sg.firm_id IS NULL OR NOT EXISTS (
  SELECT FROM dc.consents c
  JOIN dc.group_terms t ON t.group_id = c.group_id AND t.during @> (SELECT dc.instant())
  WHERE c.group_id = gs.group_id AND c.source_id = gs.source_id AND c.clearing_firm_id = sg.firm_id
    AND c.during @> (SELECT dc.instant()) AND c.up_to_level IN ('all', t.level)));
