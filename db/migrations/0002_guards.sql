-- Rows that are never changed, columns that are never changed, and the word to the connector.
CREATE FUNCTION dc.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  RAISE EXCEPTION 'rows of dc.% are never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;--> statement-breakpoint
-- the columns named by the trigger keep their first value
CREATE FUNCTION dc.keep_columns() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
  before jsonb := to_jsonb(old);
  after jsonb := to_jsonb(new);
  col text;
BEGIN
  FOREACH col IN ARRAY TG_ARGV LOOP
    IF before -> col IS DISTINCT FROM after -> col THEN
      RAISE EXCEPTION 'dc.%.% is never changed', TG_TABLE_NAME, col USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END LOOP;
  RETURN new;
END $$;--> statement-breakpoint
-- only the columns named by the trigger may change
CREATE FUNCTION dc.change_only() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF to_jsonb(old) - TG_ARGV::text[] IS DISTINCT FROM to_jsonb(new) - TG_ARGV::text[] THEN
    RAISE EXCEPTION 'of dc.% only % may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ') USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.request_rounds FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.configuration_versions FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.configuration_parts FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.audit_events FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON dc.audit_seals FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_deleted BEFORE DELETE ON dc.request_parties FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER only_met BEFORE UPDATE ON dc.request_parties FOR EACH ROW EXECUTE FUNCTION dc.change_only('met_by');--> statement-breakpoint
CREATE TRIGGER never_deleted BEFORE DELETE ON dc.decisions FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER only_taken_back BEFORE UPDATE ON dc.decisions FOR EACH ROW EXECUTE FUNCTION dc.change_only('taken_back_at', 'taken_back_by', 'taken_back_reason');--> statement-breakpoint
CREATE TRIGGER taken_back_once BEFORE UPDATE ON dc.decisions FOR EACH ROW WHEN (old.taken_back_at IS NOT NULL) EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER never_deleted BEFORE DELETE ON dc.consents FOR EACH ROW EXECUTE FUNCTION dc.refuse_change();--> statement-breakpoint
CREATE TRIGGER only_ended BEFORE UPDATE ON dc.consents FOR EACH ROW EXECUTE FUNCTION dc.change_only('during', 'ended_by', 'end_reason');--> statement-breakpoint
CREATE TRIGGER only_revoked BEFORE UPDATE ON dc.target_credentials FOR EACH ROW EXECUTE FUNCTION dc.change_only('expires_at', 'revoked_at', 'revoked_by');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.installation FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('id', 'mode', 'created_at');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.firms FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('is_exchange');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.users FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('firm_id');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.feeds FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('id', 'environment', 'gateway_kind');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.source_sessions FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('environment', 'session_code', 'execution_code', 'gateway_kind');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.groups FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('environment', 'owner_id');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.targets FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('group_id', 'environment', 'session_id', 'gateway_kind');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.target_sources FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('target_id', 'group_id', 'source_id');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.group_sources FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('group_id', 'source_id', 'environment', 'via', 'via_id');--> statement-breakpoint
CREATE TRIGGER keep BEFORE UPDATE ON dc.requests FOR EACH ROW EXECUTE FUNCTION dc.keep_columns('number', 'environment', 'owner_id', 'kind', 'drafted_by', 'drafted_at');--> statement-breakpoint
-- numbers of versions follow one another, whoever publishes
CREATE FUNCTION dc.follow_newest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  UPDATE dc.environments SET newest_version = new.number WHERE environment = new.environment AND newest_version IN (new.number - 1, new.number);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'version % does not follow the newest of %', new.number, new.environment USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN new;
END $$;--> statement-breakpoint
CREATE TRIGGER follow_newest BEFORE INSERT ON dc.configuration_versions FOR EACH ROW EXECUTE FUNCTION dc.follow_newest();--> statement-breakpoint
-- sent when the publishing transaction commits
CREATE FUNCTION dc.notify_version() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_notify(TG_ARGV[0], new.environment || ':' || new.number);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER notify_connectors AFTER INSERT ON dc.configuration_versions FOR EACH ROW EXECUTE FUNCTION dc.notify_version('dc_configuration');--> statement-breakpoint
CREATE TRIGGER notify_portal AFTER INSERT OR UPDATE ON dc.configuration_reports FOR EACH ROW EXECUTE FUNCTION dc.notify_version('dc_reports');
