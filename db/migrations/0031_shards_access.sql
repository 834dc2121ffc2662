-- of feeds the portal's roles read column by column, since a secret is among them
GRANT SELECT (shard) ON dc.feeds TO dc_request, dc_jobs;--> statement-breakpoint
-- the numbers of a feed or a target are in the journal of its shard: with another shard they would be used again
DROP TRIGGER keep ON dc.feeds;--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.feeds FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('id', 'environment', 'gateway_kind', 'shard');--> statement-breakpoint
DROP TRIGGER keep ON dc.targets;--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.targets FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('group_id', 'environment', 'session_id', 'gateway_kind', 'shard');--> statement-breakpoint
-- as before, with the shard
DROP FUNCTION dc.feed_health();--> statement-breakpoint
CREATE FUNCTION dc.feed_health() RETURNS TABLE (environment text, shard text, connector text, feed_id text, state text, since timestamptz, lost bigint, missing bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.environment, o.shard, o.connector, o.feed_id, o.state, o.since, o.lost, o.missing, o.at FROM dc.observed_feeds o
    WHERE dc.sees_all() OR (o.environment, o.feed_id) IN (SELECT s.environment, s.feed_id FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources())) $$;--> statement-breakpoint
-- the shards that the actor's sources are copied in: what of their connectors it has to know how old its figures are
CREATE FUNCTION dc.seen_shards() RETURNS TABLE (environment text, shard text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT DISTINCT f.environment, f.shard FROM dc.feeds f WHERE f.state = 'open'
    AND (dc.sees_all() OR f.id IN (SELECT s.feed_id FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources()))) $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.feed_health(), dc.seen_shards() FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION dc.feed_health(), dc.seen_shards() TO dc_request;
