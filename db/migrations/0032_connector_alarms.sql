-- An alarm of the connector as a whole concerns whoever has sessions copied there. What the alarm says may name sessions of others.
CREATE FUNCTION dc.connector_alarms() RETURNS TABLE (environment text, shard text, connector text, code text, says text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT a.environment, a.shard, a.connector, a.code, CASE WHEN dc.sees_all() THEN a.says END, a.since FROM dc.observed_alarms a
    WHERE a.kind = 'connector' AND (dc.sees_all() OR (a.environment, a.shard) IN (SELECT s.environment, s.shard FROM dc.seen_shards() s)) $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.connector_alarms() FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION dc.connector_alarms() TO dc_request;
