-- The one invariant. It shows what its reader may see: read it as the system.
CREATE VIEW dc.uncovered WITH (security_invoker = true) AS
SELECT gs.environment, gs.group_id, gs.source_id, sg.firm_id AS guarantor
FROM dc.group_sources gs
JOIN dc.source_guarantors sg ON sg.source_id = gs.source_id AND sg.during @> (SELECT dc.instant())
WHERE gs.during @> (SELECT dc.instant()) AND NOT EXISTS (
  SELECT FROM dc.consents c
  JOIN dc.group_terms t ON t.group_id = c.group_id AND t.during @> (SELECT dc.instant())
  WHERE c.group_id = gs.group_id AND c.source_id = gs.source_id AND c.clearing_firm_id = sg.firm_id
    AND c.during @> (SELECT dc.instant()) AND c.up_to_level IN ('all', t.level));--> statement-breakpoint
GRANT SELECT ON dc.uncovered TO dc_request, dc_jobs;
