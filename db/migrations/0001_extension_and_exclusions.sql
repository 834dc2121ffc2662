-- What drizzle-kit cannot say: periods that exclude one another. Only one of each key is in force at any instant.
CREATE EXTENSION IF NOT EXISTS btree_gist;--> statement-breakpoint
ALTER TABLE dc.firm_codes ADD CONSTRAINT firm_codes_one_holder EXCLUDE USING gist (kind WITH =, code WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.firm_agreements ADD CONSTRAINT firm_agreements_one EXCLUDE USING gist (firm_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.firm_gams ADD CONSTRAINT firm_gams_one EXCLUDE USING gist (firm_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.role_grants ADD CONSTRAINT role_grants_once EXCLUDE USING gist (user_id WITH =, role WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.capacity_limits ADD CONSTRAINT capacity_limits_one EXCLUDE USING gist (environment WITH =, kind WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.source_guarantors ADD CONSTRAINT source_guarantors_once EXCLUDE USING gist (source_id WITH =, firm_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.group_states ADD CONSTRAINT group_states_one EXCLUDE USING gist (group_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.group_terms ADD CONSTRAINT group_terms_one EXCLUDE USING gist (group_id WITH =, during WITH &&);--> statement-breakpoint
-- never on the source alone: a source feeds many groups
ALTER TABLE dc.group_sources ADD CONSTRAINT group_sources_once EXCLUDE USING gist (group_id WITH =, source_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.consents ADD CONSTRAINT consents_once EXCLUDE USING gist (group_id WITH =, source_id WITH =, clearing_firm_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.group_contacts ADD CONSTRAINT group_contacts_once EXCLUDE USING gist (group_id WITH =, lower(email) WITH =, authorized_by WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.automation_rules ADD CONSTRAINT automation_rules_once EXCLUDE USING gist (group_id WITH =, by_kind WITH =, code WITH =, during WITH &&);--> statement-breakpoint
-- placement: a source of a group is on one target at a time
ALTER TABLE dc.target_sources ADD CONSTRAINT target_sources_one EXCLUDE USING gist (group_id WITH =, source_id WITH =, during WITH &&);--> statement-breakpoint
ALTER TABLE dc.fee_plans ADD CONSTRAINT fee_plans_one EXCLUDE USING gist (currency WITH =, during WITH &&);
