-- whoever is given a role or loses one signs in anew: their sessions end in the same transaction, whichever way it was changed
CREATE FUNCTION dc.end_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  DELETE FROM dc.auth_sessions WHERE user_id = new.user_id;
  RETURN NULL;
END $$;--> statement-breakpoint
REVOKE ALL ON FUNCTION dc.end_sessions() FROM PUBLIC;--> statement-breakpoint
CREATE TRIGGER end_sessions AFTER INSERT OR UPDATE ON dc.role_grants FOR EACH ROW EXECUTE FUNCTION dc.end_sessions();
