-- What each role may do at all. One writer each: what connectors observe is written by dc_connector alone, secrets are dc_auth's alone.
-- A table that a later migration adds is closed to all four until that migration says otherwise; the catalog test asks for it.
DO $$ BEGIN EXECUTE format('GRANT CONNECT ON DATABASE %I TO dc_request, dc_auth, dc_jobs, dc_connector', current_database()); END $$;--> statement-breakpoint
GRANT USAGE ON SCHEMA dc TO dc_request, dc_auth, dc_jobs, dc_connector;--> statement-breakpoint

-- dc_request: pages and commands, inside the policies
GRANT SELECT ON dc.installation, dc.capacity_limits, dc.environments, dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams,
  dc.users, dc.role_grants, dc.feeds, dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms, dc.group_sources,
  dc.visible_groups, dc.consents, dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.requests, dc.request_drafts,
  dc.request_rounds, dc.request_parties, dc.decisions, dc.configuration_versions, dc.configuration_parts, dc.configuration_reports,
  dc.billing_accounts, dc.fee_plans, dc.commands, dc.audit_events, dc.audit_seals,
  dc.observed_connectors, dc.observed_journals, dc.observed_alarms, dc.observed_feeds, dc.observed_sources, dc.observed_targets,
  dc.observed_ledger, dc.observed_refused_logons TO dc_request;--> statement-breakpoint
GRANT INSERT ON dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams, dc.users, dc.role_grants, dc.invitations, dc.capacity_limits, dc.feeds,
  dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms, dc.group_sources, dc.visible_groups, dc.consents,
  dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.target_credentials, dc.requests, dc.request_drafts,
  dc.request_rounds, dc.request_parties, dc.decisions, dc.configuration_versions, dc.configuration_parts, dc.billing_accounts, dc.fee_plans,
  dc.commands, dc.outbox, dc.audit_events TO dc_request;--> statement-breakpoint
GRANT UPDATE ON dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams, dc.users, dc.role_grants, dc.capacity_limits, dc.feeds,
  dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms, dc.group_sources, dc.consents,
  dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.target_credentials, dc.requests, dc.request_drafts,
  dc.request_parties, dc.decisions, dc.billing_accounts, dc.fee_plans TO dc_request;--> statement-breakpoint
GRANT UPDATE (newest_version) ON dc.environments TO dc_request;--> statement-breakpoint
GRANT DELETE ON dc.requests, dc.request_drafts TO dc_request;--> statement-breakpoint
-- what a client's secret is verified with is read by connectors alone
GRANT SELECT (id, target_id, kind, fingerprint, claimed_by, claimed_at, expires_at, revoked_at, revoked_by) ON dc.target_credentials TO dc_request, dc_jobs;--> statement-breakpoint

-- dc_auth: who somebody is, and that they are who they say
GRANT SELECT ON dc.installation, dc.firms, dc.users, dc.role_grants, dc.group_contacts TO dc_auth;--> statement-breakpoint
GRANT UPDATE (name) ON dc.users TO dc_auth;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.user_secrets, dc.auth_sessions, dc.invitations TO dc_auth;--> statement-breakpoint
GRANT INSERT ON dc.audit_events, dc.outbox TO dc_auth;--> statement-breakpoint

-- dc_jobs: the portal itself, across firms; it decides nothing for a party and reads no secret
GRANT SELECT ON dc.installation, dc.capacity_limits, dc.environments, dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams,
  dc.users, dc.role_grants, dc.invitations, dc.feeds, dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms,
  dc.group_sources, dc.visible_groups, dc.consents, dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.requests,
  dc.request_drafts, dc.request_rounds, dc.request_parties, dc.decisions, dc.configuration_versions, dc.configuration_parts,
  dc.configuration_reports, dc.billing_accounts, dc.fee_plans, dc.outbox, dc.commands, dc.audit_events, dc.audit_seals,
  dc.observed_connectors, dc.observed_journals, dc.observed_alarms, dc.observed_feeds, dc.observed_sources, dc.observed_targets,
  dc.observed_ledger, dc.observed_refused_logons TO dc_jobs;--> statement-breakpoint
GRANT INSERT ON dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams, dc.users, dc.role_grants, dc.invitations, dc.capacity_limits, dc.feeds,
  dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms, dc.group_sources, dc.visible_groups, dc.consents,
  dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.configuration_versions, dc.configuration_parts,
  dc.billing_accounts, dc.fee_plans, dc.outbox, dc.audit_events, dc.audit_seals TO dc_jobs;--> statement-breakpoint
GRANT UPDATE ON dc.environments, dc.firms, dc.firm_codes, dc.firm_agreements, dc.firm_gams, dc.users, dc.role_grants, dc.invitations,
  dc.capacity_limits, dc.feeds, dc.source_sessions, dc.source_guarantors, dc.groups, dc.group_states, dc.group_terms, dc.group_sources,
  dc.consents, dc.group_contacts, dc.automation_rules, dc.targets, dc.target_sources, dc.requests, dc.request_parties, dc.billing_accounts,
  dc.fee_plans, dc.outbox TO dc_jobs;--> statement-breakpoint
GRANT DELETE ON dc.outbox, dc.commands TO dc_jobs;--> statement-breakpoint

-- dc_connector: reads what to run, writes what it sees
GRANT SELECT ON dc.installation, dc.environments, dc.configuration_versions, dc.configuration_parts, dc.feeds, dc.target_credentials TO dc_connector;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON dc.configuration_reports, dc.observed_connectors, dc.observed_journals, dc.observed_alarms, dc.observed_feeds,
  dc.observed_sources, dc.observed_targets, dc.observed_ledger, dc.observed_refused_logons TO dc_connector;
