-- Tables of a few hundred rows are analyzed after a share of them has changed, or their first plans would know nothing.
ALTER TABLE dc.target_standings RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);--> statement-breakpoint
ALTER TABLE dc.group_standings RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold);
