-- Sequence numbers are handed out before a transaction commits, so an event may become visible after one with a higher number. Whoever
-- writes an event holds this lock shared from before its number is drawn until it commits; the sealer takes it alone for a moment and
-- then knows that nothing below the highest number is still to come.
CREATE FUNCTION dc.hold_audit_order() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtext('drop-copy audit order'));
  RETURN NULL;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.hold_audit_order() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER hold_order BEFORE INSERT ON dc.audit_events FOR EACH STATEMENT EXECUTE FUNCTION dc.hold_audit_order();
