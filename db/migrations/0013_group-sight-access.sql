-- What a guarantor's row says of the group is rewritten with every publication, by the portal itself.
GRANT UPDATE (sources, sessions) ON dc.visible_groups TO dc_request, dc_jobs;--> statement-breakpoint
CREATE POLICY request_updates ON dc.visible_groups FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
-- rows written before had no figures
UPDATE dc.visible_groups v SET
  sources = (SELECT count(*) FROM dc.group_sources m WHERE m.group_id = v.group_id AND upper_inf(m.during)),
  sessions = array(SELECT DISTINCT t.session_id FROM dc.consents c
    JOIN dc.target_sources p ON p.group_id = c.group_id AND p.source_id = c.source_id
    JOIN dc.targets t ON t.id = p.target_id
    WHERE c.group_id = v.group_id AND c.clearing_firm_id = v.firm_id ORDER BY t.session_id)
  WHERE v.reason = 'guarantor';
