-- Who sees which rows. A policy compares a column of its own row with the answer of a helper, which PostgreSQL asks once a query;
-- it names no other guarded table and no clock. Without an actor every helper answers nothing.

-- the person that withActor named; nobody when disabled
CREATE FUNCTION dc.actor_id() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.id FROM dc.users u WHERE u.id = nullif(current_setting('dc.user', true), '')::uuid AND u.state = 'active' $$;--> statement-breakpoint
CREATE FUNCTION dc.actor_firm() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT u.firm_id FROM dc.users u WHERE u.id = nullif(current_setting('dc.user', true), '')::uuid AND u.state = 'active' $$;--> statement-breakpoint
-- people of the exchange, and the portal itself inside a person's command (asSystem)
CREATE FUNCTION dc.sees_all() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT EXISTS (SELECT FROM dc.users u JOIN dc.firms f ON f.id = u.firm_id
    WHERE u.id = nullif(current_setting('dc.user', true), '')::uuid AND u.state = 'active'
      AND (f.is_exchange OR current_setting('dc.scope', true) = 'system')) $$;--> statement-breakpoint
-- the transaction's instant; raises where there is none
CREATE FUNCTION dc.instant() RETURNS timestamptz LANGUAGE sql STABLE SET search_path = '' AS $$
  SELECT current_setting('dc.now')::timestamptz $$;--> statement-breakpoint
CREATE FUNCTION dc.own_users() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT id FROM dc.users WHERE firm_id = dc.actor_firm() $$;--> statement-breakpoint
-- the actor's firm's Global Account Managers and deputies
CREATE FUNCTION dc.own_gams() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT unnest(ARRAY[gam_id, deputy_id]) FROM dc.firm_gams WHERE firm_id = dc.actor_firm() $$;--> statement-breakpoint
CREATE FUNCTION dc.own_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT id FROM dc.groups WHERE owner_id = dc.actor_firm() $$;--> statement-breakpoint
-- groups of others whose name, owner and level the firm may see, for good
CREATE FUNCTION dc.shown_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT group_id FROM dc.visible_groups WHERE firm_id = dc.actor_firm() $$;--> statement-breakpoint
CREATE FUNCTION dc.signed_groups() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT group_id FROM dc.visible_groups WHERE firm_id = dc.actor_firm() AND reason = 'guarantor' $$;--> statement-breakpoint
CREATE FUNCTION dc.own_targets() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.id FROM dc.targets t JOIN dc.groups g ON g.id = t.group_id WHERE g.owner_id = dc.actor_firm() $$;--> statement-breakpoint
CREATE FUNCTION dc.own_target_sessions() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT t.session_id FROM dc.targets t JOIN dc.groups g ON g.id = t.group_id WHERE g.owner_id = dc.actor_firm() $$;--> statement-breakpoint
-- sources that the firm guarantees today
CREATE FUNCTION dc.guaranteed_sources() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT source_id FROM dc.source_guarantors
    WHERE firm_id = dc.actor_firm() AND during @> nullif(current_setting('dc.now', true), '')::timestamptz $$;--> statement-breakpoint
-- sources that the firm holds or guarantees today, has consented for, or receives or received in a group of its own
CREATE FUNCTION dc.seen_sources() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.id FROM dc.firm_codes c JOIN dc.source_sessions s ON s.execution_code = c.code
    WHERE c.firm_id = dc.actor_firm() AND c.kind = 'execution' AND c.during @> nullif(current_setting('dc.now', true), '')::timestamptz
  UNION SELECT s.id FROM dc.source_sessions s WHERE s.operated_by = dc.actor_firm()
  UNION SELECT dc.guaranteed_sources()
  UNION SELECT c.source_id FROM dc.consents c WHERE c.clearing_firm_id = dc.actor_firm()
  UNION SELECT gs.source_id FROM dc.groups g JOIN dc.group_sources gs ON gs.group_id = g.id WHERE g.owner_id = dc.actor_firm() $$;--> statement-breakpoint
-- the same by the names that connectors use
CREATE FUNCTION dc.seen_source_names() RETURNS TABLE (environment text, name text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.environment, s.session_code || s.execution_code FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources()) $$;--> statement-breakpoint
CREATE FUNCTION dc.guaranteed_source_names() RETURNS TABLE (environment text, name text) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT s.environment, s.session_code || s.execution_code FROM dc.source_sessions s WHERE s.id IN (SELECT dc.guaranteed_sources()) $$;--> statement-breakpoint
-- requests of others to which the firm is a party
CREATE FUNCTION dc.party_requests() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT request_id FROM dc.request_parties WHERE firm_id = dc.actor_firm() $$;--> statement-breakpoint
-- whether the feeds of the actor's sources are well: no figures, which would tell of other firms' traffic
CREATE FUNCTION dc.feed_health() RETURNS TABLE (environment text, connector text, feed_id text, state text, since timestamptz, lost bigint, missing bigint, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
  SELECT o.environment, o.connector, o.feed_id, o.state, o.since, o.lost, o.missing, o.at FROM dc.observed_feeds o
    WHERE dc.sees_all() OR (o.environment, o.feed_id) IN (SELECT s.environment, s.feed_id FROM dc.source_sessions s WHERE s.id IN (SELECT dc.seen_sources())) $$;--> statement-breakpoint
DO $$
DECLARE
  f regprocedure;
BEGIN
  FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'dc'::regnamespace LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    IF (SELECT prorettype <> 'trigger'::regtype FROM pg_proc WHERE oid = f) THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO dc_request', f);
    END IF;
  END LOOP;
END $$;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION dc.instant() TO dc_jobs;--> statement-breakpoint

-- every table is guarded; the owner migrates and the helpers read with its rights; the three other roles are held by their grants
DO $$
DECLARE
  t regclass;
  r text;
BEGIN
  FOR t IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'dc'::regnamespace AND c.relkind IN ('r', 'p') LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner ON %s TO CURRENT_USER USING (true) WITH CHECK (true)', t);
    FOREACH r IN ARRAY ARRAY['dc_auth', 'dc_jobs', 'dc_connector'] LOOP
      IF has_any_column_privilege(r, t, 'SELECT, INSERT, UPDATE') OR has_table_privilege(r, t, 'DELETE') THEN
        EXECUTE format('CREATE POLICY %I ON %s TO %I USING (true) WITH CHECK (true)', r, t, r);
      END IF;
    END LOOP;
  END LOOP;
END $$;--> statement-breakpoint

-- open to every signed-in person: the directory of firms, what the exchange publishes, and the proof that a connector lives
CREATE POLICY request_reads ON dc.installation FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_reads ON dc.environments FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_updates ON dc.environments FOR UPDATE TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL) WITH CHECK ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_reads ON dc.capacity_limits FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_inserts ON dc.capacity_limits FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.capacity_limits FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.fee_plans FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_inserts ON dc.fee_plans FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.fee_plans FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.firms FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_inserts ON dc.firms FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.firms FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_connectors FOR SELECT TO dc_request USING ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
-- who
CREATE POLICY request_reads ON dc.firm_codes FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (kind = 'clearing' AND (SELECT dc.actor_id()) IS NOT NULL) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.firm_codes FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.firm_codes FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.firm_agreements FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.firm_agreements FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.firm_agreements FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.firm_gams FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.firm_gams FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.firm_gams FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.users FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR id IN (SELECT dc.own_gams()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.users FOR INSERT TO dc_request WITH CHECK (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.users FOR UPDATE TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.role_grants FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.role_grants FOR INSERT TO dc_request WITH CHECK (granted_by = (SELECT dc.actor_id()) AND (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())));--> statement-breakpoint
CREATE POLICY request_updates ON dc.role_grants FOR UPDATE TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.invitations FOR INSERT TO dc_request WITH CHECK (invited_by = (SELECT dc.actor_id()) AND (user_id IN (SELECT dc.own_users()) OR (SELECT dc.sees_all())));--> statement-breakpoint
-- what is copied from
CREATE POLICY request_reads ON dc.feeds FOR SELECT TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.feeds FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.feeds FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.source_sessions FOR SELECT TO dc_request USING (id IN (SELECT dc.seen_sources()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.source_sessions FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.source_sessions FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.source_guarantors FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR source_id IN (SELECT dc.seen_sources()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.source_guarantors FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.source_guarantors FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
-- the group
CREATE POLICY request_reads ON dc.groups FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR id IN (SELECT dc.shown_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.groups FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.groups FOR UPDATE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.group_states FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR group_id IN (SELECT dc.shown_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.group_states FOR INSERT TO dc_request WITH CHECK (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.group_states FOR UPDATE TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all())) WITH CHECK (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.group_terms FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR group_id IN (SELECT dc.signed_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.group_terms FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.group_terms FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.group_sources FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR source_id IN (SELECT dc.guaranteed_sources()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.group_sources FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.group_sources FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.visible_groups FOR SELECT TO dc_request USING (firm_id = (SELECT dc.actor_firm()) OR group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.visible_groups FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.consents FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR clearing_firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.consents FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.consents FOR UPDATE TO dc_request USING (clearing_firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (clearing_firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.group_contacts FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR authorized_by = (SELECT dc.actor_firm()) OR user_id = (SELECT dc.actor_id()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.group_contacts FOR INSERT TO dc_request WITH CHECK (authorized_by = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.group_contacts FOR UPDATE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR authorized_by = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR authorized_by = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.automation_rules FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR group_id IN (SELECT dc.signed_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.automation_rules FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.automation_rules FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.targets FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.targets FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.targets FOR UPDATE TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all())) WITH CHECK (group_id IN (SELECT dc.own_groups()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.target_sources FOR SELECT TO dc_request USING (group_id IN (SELECT dc.own_groups()) OR source_id IN (SELECT dc.guaranteed_sources()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.target_sources FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.target_sources FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
-- a secret is made by a person of the owner, for themselves to use; nobody of the exchange and no approver can
CREATE POLICY request_reads ON dc.target_credentials FOR SELECT TO dc_request USING (target_id IN (SELECT dc.own_targets()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.target_credentials FOR INSERT TO dc_request WITH CHECK (claimed_by = (SELECT dc.actor_id()) AND target_id IN (SELECT dc.own_targets()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.target_credentials FOR UPDATE TO dc_request USING (target_id IN (SELECT dc.own_targets()) OR (SELECT dc.sees_all())) WITH CHECK (target_id IN (SELECT dc.own_targets()) OR (SELECT dc.sees_all()));--> statement-breakpoint
-- the request
CREATE POLICY request_reads ON dc.requests FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR id IN (SELECT dc.party_requests()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.requests FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.requests FOR UPDATE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR id IN (SELECT dc.party_requests()) OR (SELECT dc.sees_all())) WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR id IN (SELECT dc.party_requests()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_deletes ON dc.requests FOR DELETE TO dc_request USING (state = 'draft' AND round = 0 AND (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())));--> statement-breakpoint
CREATE POLICY request_reads ON dc.request_drafts FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.request_drafts FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.request_drafts FOR UPDATE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_deletes ON dc.request_drafts FOR DELETE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.request_rounds FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.request_rounds FOR INSERT TO dc_request WITH CHECK (submitted_by = (SELECT dc.actor_id()) AND (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())));--> statement-breakpoint
CREATE POLICY request_reads ON dc.request_parties FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.request_parties FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.request_parties FOR UPDATE TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all())) WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
-- nobody decides for another firm or under another person's name
CREATE POLICY request_reads ON dc.decisions FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.decisions FOR INSERT TO dc_request WITH CHECK (firm_id = (SELECT dc.actor_firm()) AND decided_by = (SELECT dc.actor_id()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.decisions FOR UPDATE TO dc_request USING (firm_id = (SELECT dc.actor_firm())) WITH CHECK (firm_id = (SELECT dc.actor_firm()));--> statement-breakpoint
-- what the connector runs, and what it says
CREATE POLICY request_reads ON dc.configuration_versions FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.configuration_versions FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.configuration_parts FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.configuration_parts FOR INSERT TO dc_request WITH CHECK (owner_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.configuration_reports FOR SELECT TO dc_request USING ((kind = 'target' AND object_id IN (SELECT dc.own_target_sessions())) OR (kind = 'source' AND (environment, object_id) IN (SELECT environment, name FROM dc.seen_source_names())) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_journals FOR SELECT TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_alarms FOR SELECT TO dc_request USING ((kind = 'target' AND object_id IN (SELECT dc.own_target_sessions())) OR (kind = 'source' AND (environment, object_id) IN (SELECT environment, name FROM dc.seen_source_names())) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_feeds FOR SELECT TO dc_request USING ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_sources FOR SELECT TO dc_request USING ((environment, source_id) IN (SELECT environment, name FROM dc.seen_source_names()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_targets FOR SELECT TO dc_request USING (session_id IN (SELECT dc.own_target_sessions()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_ledger FOR SELECT TO dc_request USING (session_id IN (SELECT dc.own_target_sessions()) OR (environment, source_id) IN (SELECT environment, name FROM dc.guaranteed_source_names()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.observed_refused_logons FOR SELECT TO dc_request USING ((kind = 'target' AND object_id IN (SELECT dc.own_target_sessions())) OR (SELECT dc.sees_all()));--> statement-breakpoint
-- fees, commands, the trail
CREATE POLICY request_reads ON dc.billing_accounts FOR SELECT TO dc_request USING (owner_id = (SELECT dc.actor_firm()) OR firm_id = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.billing_accounts FOR INSERT TO dc_request WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_updates ON dc.billing_accounts FOR UPDATE TO dc_request USING ((SELECT dc.sees_all())) WITH CHECK ((SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_reads ON dc.commands FOR SELECT TO dc_request USING (actor_id = (SELECT dc.actor_id()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.commands FOR INSERT TO dc_request WITH CHECK (actor_id = (SELECT dc.actor_id()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.outbox FOR INSERT TO dc_request WITH CHECK ((SELECT dc.actor_id()) IS NOT NULL);--> statement-breakpoint
CREATE POLICY request_reads ON dc.audit_events FOR SELECT TO dc_request USING (for_firm = (SELECT dc.actor_firm()) OR (SELECT dc.sees_all()));--> statement-breakpoint
CREATE POLICY request_inserts ON dc.audit_events FOR INSERT TO dc_request WITH CHECK (actor_id = (SELECT dc.actor_id()) OR (actor_id IS NULL AND (SELECT dc.sees_all())));--> statement-breakpoint
CREATE POLICY request_reads ON dc.audit_seals FOR SELECT TO dc_request USING ((SELECT dc.sees_all()));
