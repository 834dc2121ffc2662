CREATE SCHEMA "dc";
--> statement-breakpoint
CREATE TABLE "dc"."audit_events" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dc"."audit_events_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone NOT NULL,
	"actor_id" uuid,
	"for_firm" uuid,
	"action" text NOT NULL,
	"object_kind" text NOT NULL,
	"object_id" text NOT NULL,
	"reason" text,
	"before" jsonb,
	"after" jsonb,
	"origin" "inet",
	"refused" text
);
--> statement-breakpoint
CREATE TABLE "dc"."audit_seals" (
	"from_seq" bigint NOT NULL,
	"to_seq" bigint PRIMARY KEY NOT NULL,
	"previous" "bytea",
	"hash" "bytea" NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dc"."commands" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor_id" uuid NOT NULL,
	"name" text NOT NULL,
	"answer" jsonb NOT NULL,
	"at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dc"."outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dc"."outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"topic" text NOT NULL,
	"payload" jsonb NOT NULL,
	"not_before" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"done_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "dc"."billing_accounts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"firm_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"number" text NOT NULL,
	"name" text NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "billing_accounts_number" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "dc"."fee_plans" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"currency" char(3) NOT NULL,
	"monthly_minor" bigint NOT NULL,
	"first_waived" boolean NOT NULL,
	"source_document" text NOT NULL,
	"is_sample" boolean NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "fee_plans_currency" CHECK ("dc"."fee_plans"."currency" ~ '^[A-Z]{3}$'),
	CONSTRAINT "fee_plans_amount" CHECK ("dc"."fee_plans"."monthly_minor" >= 0),
	CONSTRAINT "fee_plans_during" CHECK (not isempty("dc"."fee_plans"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."configuration_parts" (
	"environment" text NOT NULL,
	"number" integer NOT NULL,
	"kind" text NOT NULL,
	"object_id" text NOT NULL,
	"owner_id" uuid,
	"document" jsonb,
	CONSTRAINT "configuration_parts_pkey" PRIMARY KEY("environment","kind","object_id","number"),
	CONSTRAINT "configuration_parts_kind" CHECK ("dc"."configuration_parts"."kind" in ('feed', 'source', 'target'))
);
--> statement-breakpoint
CREATE TABLE "dc"."configuration_reports" (
	"environment" text NOT NULL,
	"number" integer NOT NULL,
	"connector" text NOT NULL,
	"kind" text NOT NULL,
	"object_id" text NOT NULL,
	"state" text NOT NULL,
	"detail" text,
	"from_source_seq" jsonb,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "configuration_reports_pkey" PRIMARY KEY("environment","number","connector","kind","object_id"),
	CONSTRAINT "configuration_reports_kind" CHECK ("dc"."configuration_reports"."kind" in ('feed', 'source', 'target')),
	CONSTRAINT "configuration_reports_state" CHECK ("dc"."configuration_reports"."state" in ('running', 'refused'))
);
--> statement-breakpoint
CREATE TABLE "dc"."configuration_versions" (
	"environment" text NOT NULL,
	"number" integer NOT NULL,
	"cause" text NOT NULL,
	"cause_id" uuid NOT NULL,
	"owner_id" uuid,
	"made_by" uuid,
	"made_at" timestamp with time zone NOT NULL,
	"digest" text NOT NULL,
	CONSTRAINT "configuration_versions_pkey" PRIMARY KEY("environment","number"),
	CONSTRAINT "configuration_versions_cause" CHECK ("dc"."configuration_versions"."cause" in ('request', 'rule', 'credential', 'emergency', 'reference', 'undo'))
);
--> statement-breakpoint
CREATE TABLE "dc"."automation_rules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"by_kind" text NOT NULL,
	"code" text NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "automation_rules_kind" CHECK ("dc"."automation_rules"."by_kind" in ('execution', 'clearing')),
	CONSTRAINT "automation_rules_code" CHECK ("dc"."automation_rules"."code" ~ '^[A-Z0-9]{3}$'),
	CONSTRAINT "automation_rules_during" CHECK (not isempty("dc"."automation_rules"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."consents" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"clearing_firm_id" uuid NOT NULL,
	"up_to_level" text NOT NULL,
	"basis" text NOT NULL,
	"basis_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	"ended_by" uuid,
	"end_reason" text,
	CONSTRAINT "consents_level" CHECK ("dc"."consents"."up_to_level" in ('executions', 'acknowledgments', 'all')),
	CONSTRAINT "consents_basis" CHECK ("dc"."consents"."basis" in ('decision', 'submission', 'rule', 'exchange')),
	CONSTRAINT "consents_during" CHECK (not isempty("dc"."consents"."during")),
	CONSTRAINT "consents_ended" CHECK (("dc"."consents"."ended_by" is null) = ("dc"."consents"."end_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "dc"."group_contacts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"user_id" uuid,
	"name" text NOT NULL,
	"title" text DEFAULT '' NOT NULL,
	"email" text NOT NULL,
	"phone" text NOT NULL,
	"authorized_by" uuid NOT NULL,
	"basis_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	"ended_by" uuid,
	"end_reason" text,
	CONSTRAINT "group_contacts_during" CHECK (not isempty("dc"."group_contacts"."during")),
	CONSTRAINT "group_contacts_ended" CHECK (("dc"."group_contacts"."ended_by" is null) = ("dc"."group_contacts"."end_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "dc"."firm_agreements" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"firm_id" uuid NOT NULL,
	"number" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "firm_agreements_number" CHECK (length("dc"."firm_agreements"."number") > 0),
	CONSTRAINT "firm_agreements_during" CHECK (not isempty("dc"."firm_agreements"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."firm_codes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"kind" text NOT NULL,
	"code" text NOT NULL,
	"firm_id" uuid NOT NULL,
	"class" text,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "firm_codes_kind" CHECK ("dc"."firm_codes"."kind" in ('execution', 'clearing')),
	CONSTRAINT "firm_codes_code" CHECK ("dc"."firm_codes"."code" ~ '^[A-Z0-9]{3}$'),
	CONSTRAINT "firm_codes_class" CHECK ("dc"."firm_codes"."class" in ('A', 'other')),
	CONSTRAINT "firm_codes_class_of_clearing" CHECK (("dc"."firm_codes"."kind" = 'clearing') = ("dc"."firm_codes"."class" is not null)),
	CONSTRAINT "firm_codes_during" CHECK (not isempty("dc"."firm_codes"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."firm_gams" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"firm_id" uuid NOT NULL,
	"gam_id" uuid NOT NULL,
	"deputy_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "firm_gams_two_people" CHECK ("dc"."firm_gams"."gam_id" <> "dc"."firm_gams"."deputy_id"),
	CONSTRAINT "firm_gams_during" CHECK (not isempty("dc"."firm_gams"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."firms" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"is_exchange" boolean DEFAULT false NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "firms_state" CHECK ("dc"."firms"."state" in ('active', 'suspended', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "dc"."group_sources" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"environment" text NOT NULL,
	"during" "tstzrange" NOT NULL,
	"via" text NOT NULL,
	"via_id" uuid NOT NULL,
	CONSTRAINT "group_sources_via" CHECK ("dc"."group_sources"."via" in ('request', 'rule')),
	CONSTRAINT "group_sources_during" CHECK (not isempty("dc"."group_sources"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."group_states" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"state" text NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "group_states_state" CHECK ("dc"."group_states"."state" in ('requested', 'live', 'suspended', 'closed', 'abandoned')),
	CONSTRAINT "group_states_during" CHECK (not isempty("dc"."group_states"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."group_terms" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	"level" text NOT NULL,
	"filters" jsonb DEFAULT '{"rejects":false}'::jsonb NOT NULL,
	"protocol" text NOT NULL,
	"billing_account_id" uuid NOT NULL,
	"connection" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "group_terms_level" CHECK ("dc"."group_terms"."level" in ('executions', 'acknowledgments', 'all')),
	CONSTRAINT "group_terms_protocol" CHECK ("dc"."group_terms"."protocol" in ('classic', 'dc4')),
	CONSTRAINT "group_terms_during" CHECK (not isempty("dc"."group_terms"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."groups" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"environment" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"name" text NOT NULL,
	"purpose" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"first_applied_at" timestamp with time zone,
	"revision" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "groups_environment" UNIQUE("id","environment"),
	CONSTRAINT "groups_owner" UNIQUE("id","owner_id"),
	CONSTRAINT "groups_environment_word" CHECK ("dc"."groups"."environment" in ('production', 'certification', 'sandbox')),
	CONSTRAINT "groups_state" CHECK ("dc"."groups"."state" in ('requested', 'live', 'suspended', 'closed', 'abandoned'))
);
--> statement-breakpoint
CREATE TABLE "dc"."visible_groups" (
	"firm_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"reason" text NOT NULL,
	CONSTRAINT "visible_groups_pkey" PRIMARY KEY("firm_id","group_id","reason"),
	CONSTRAINT "visible_groups_reason" CHECK ("dc"."visible_groups"."reason" in ('guarantor', 'bill-to'))
);
--> statement-breakpoint
CREATE TABLE "dc"."capacity_limits" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"environment" text NOT NULL,
	"kind" text NOT NULL,
	"most" integer NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "capacity_limits_kind" CHECK ("dc"."capacity_limits"."kind" in ('sources-per-target', 'sources-per-group', 'groups-per-firm')),
	CONSTRAINT "capacity_limits_most" CHECK ("dc"."capacity_limits"."most" > 0),
	CONSTRAINT "capacity_limits_during" CHECK (not isempty("dc"."capacity_limits"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."environments" (
	"environment" text PRIMARY KEY NOT NULL,
	"newest_version" integer DEFAULT 0 NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "environments_environment" CHECK ("dc"."environments"."environment" in ('production', 'certification', 'sandbox'))
);
--> statement-breakpoint
CREATE TABLE "dc"."installation" (
	"only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"id" uuid DEFAULT gen_random_uuid() NOT NULL,
	"mode" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "installation_one" CHECK ("dc"."installation"."only"),
	CONSTRAINT "installation_mode" CHECK ("dc"."installation"."mode" in ('sandbox', 'production'))
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_alarms" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"code" text NOT NULL,
	"kind" text NOT NULL,
	"object_id" text DEFAULT '' NOT NULL,
	"says" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_alarms_pkey" PRIMARY KEY("environment","connector","code","kind","object_id")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_connectors" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"state" text NOT NULL,
	"pid" integer NOT NULL,
	"host" text NOT NULL,
	"release" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"heard_at" timestamp with time zone NOT NULL,
	"running_version" integer,
	"week" text,
	CONSTRAINT "observed_connectors_pkey" PRIMARY KEY("environment","connector")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_feeds" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"feed_id" text NOT NULL,
	"state" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"address" text,
	"epoch" integer DEFAULT 0 NOT NULL,
	"next_in" bigint DEFAULT 0 NOT NULL,
	"next_out" bigint DEFAULT 0 NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"duplicates" bigint DEFAULT 0 NOT NULL,
	"aside" bigint DEFAULT 0 NOT NULL,
	"lost" bigint DEFAULT 0 NOT NULL,
	"missing" bigint DEFAULT 0 NOT NULL,
	"last_received_at" timestamp with time zone,
	"detail" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_feeds_pkey" PRIMARY KEY("environment","connector","feed_id")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_journals" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"free_bytes" bigint DEFAULT 0 NOT NULL,
	"position" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_journals_pkey" PRIMARY KEY("environment","connector")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_ledger" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"session_id" text NOT NULL,
	"source_id" text NOT NULL,
	"segment" text DEFAULT '' NOT NULL,
	"week" text NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"filtered" bigint DEFAULT 0 NOT NULL,
	"filtered_by" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_ledger_pkey" PRIMARY KEY("environment","connector","session_id","source_id","segment","week")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_refused_logons" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dc"."observed_refused_logons_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"kind" text NOT NULL,
	"object_id" text,
	"claimed" text NOT NULL,
	"address" text NOT NULL,
	"code" text NOT NULL,
	"says" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_sources" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"source_id" text NOT NULL,
	"segment" text DEFAULT '' NOT NULL,
	"feed_id" text,
	"known" boolean DEFAULT true NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"highest" bigint DEFAULT 0 NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"duplicates" bigint DEFAULT 0 NOT NULL,
	"aside" bigint DEFAULT 0 NOT NULL,
	"last_received_at" timestamp with time zone,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_sources_pkey" PRIMARY KEY("environment","connector","source_id","segment")
);
--> statement-breakpoint
CREATE TABLE "dc"."observed_targets" (
	"environment" text NOT NULL,
	"connector" text NOT NULL,
	"session_id" text NOT NULL,
	"state" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"active" text DEFAULT 'primary' NOT NULL,
	"address" text,
	"next_in" bigint DEFAULT 0 NOT NULL,
	"next_out" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"late_ms" integer DEFAULT 0 NOT NULL,
	"resend" jsonb,
	"last_logon_at" timestamp with time zone,
	"last_logoff_at" timestamp with time zone,
	"last_logoff_why" text,
	"last_credential" text,
	"last_sent_at" timestamp with time zone,
	"last_heard_at" timestamp with time zone,
	"detail" text,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "observed_targets_pkey" PRIMARY KEY("environment","connector","session_id")
);
--> statement-breakpoint
CREATE TABLE "dc"."decisions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"request_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"owner_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"capacity" text NOT NULL,
	"slice_digest" text NOT NULL,
	"submitted_by" uuid NOT NULL,
	"decided_by" uuid NOT NULL,
	"verdict" text NOT NULL,
	"reason" text,
	"authority" text NOT NULL,
	"decided_at" timestamp with time zone NOT NULL,
	"taken_back_at" timestamp with time zone,
	"taken_back_by" uuid,
	"taken_back_reason" text,
	CONSTRAINT "decisions_verdict" CHECK ("dc"."decisions"."verdict" in ('approve', 'return', 'reject')),
	CONSTRAINT "decisions_four_eyes" CHECK ("dc"."decisions"."decided_by" <> "dc"."decisions"."submitted_by"),
	CONSTRAINT "decisions_reason" CHECK ("dc"."decisions"."verdict" = 'approve' or coalesce(length("dc"."decisions"."reason"), 0) > 0),
	CONSTRAINT "decisions_taken_back" CHECK (("dc"."decisions"."taken_back_at" is null) = ("dc"."decisions"."taken_back_by" is null) and ("dc"."decisions"."taken_back_at" is null) = ("dc"."decisions"."taken_back_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "dc"."request_drafts" (
	"request_id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"document" jsonb NOT NULL,
	"saved_by" uuid NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dc"."request_parties" (
	"request_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"owner_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"capacity" text NOT NULL,
	"slice" jsonb NOT NULL,
	"slice_digest" text NOT NULL,
	"met_by" text,
	CONSTRAINT "request_parties_pkey" PRIMARY KEY("request_id","round","firm_id","capacity"),
	CONSTRAINT "request_parties_slice" UNIQUE("request_id","round","firm_id","capacity","slice_digest"),
	CONSTRAINT "request_parties_capacity" CHECK ("dc"."request_parties"."capacity" in ('guarantor', 'bill-to', 'exchange')),
	CONSTRAINT "request_parties_met_by" CHECK ("dc"."request_parties"."met_by" in ('decision', 'submission', 'carried-over'))
);
--> statement-breakpoint
CREATE TABLE "dc"."request_rounds" (
	"request_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"owner_id" uuid NOT NULL,
	"submitted_by" uuid NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"document" jsonb NOT NULL,
	"sheet" jsonb NOT NULL,
	"base_revision" integer NOT NULL,
	CONSTRAINT "request_rounds_pkey" PRIMARY KEY("request_id","round"),
	CONSTRAINT "request_rounds_submitter" UNIQUE("request_id","round","submitted_by")
);
--> statement-breakpoint
CREATE TABLE "dc"."requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"number" integer GENERATED ALWAYS AS IDENTITY (sequence name "dc"."requests_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"owner_id" uuid NOT NULL,
	"group_id" uuid,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"round" integer DEFAULT 0 NOT NULL,
	"drafted_by" uuid NOT NULL,
	"drafted_at" timestamp with time zone NOT NULL,
	"on_behalf" boolean DEFAULT false NOT NULL,
	"gam_id" uuid,
	"effective_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"published_version" integer,
	"published_at" timestamp with time zone,
	"applied_at" timestamp with time zone,
	"state_at" timestamp with time zone NOT NULL,
	"state_by" uuid,
	"state_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "requests_number" UNIQUE("number"),
	CONSTRAINT "requests_owner" UNIQUE("id","owner_id"),
	CONSTRAINT "requests_environment" CHECK ("dc"."requests"."environment" in ('production', 'certification', 'sandbox')),
	CONSTRAINT "requests_kind" CHECK ("dc"."requests"."kind" in ('new-group', 'change', 'close')),
	CONSTRAINT "requests_state" CHECK ("dc"."requests"."state" in ('draft', 'with-firms', 'with-gam', 'scheduled', 'applying', 'applied', 'returned', 'rejected', 'withdrawn', 'expired', 'failed')),
	CONSTRAINT "requests_submitted" CHECK ("dc"."requests"."state" = 'draft' or ("dc"."requests"."round" > 0 and "dc"."requests"."group_id" is not null)),
	CONSTRAINT "requests_scheduled" CHECK ("dc"."requests"."state" <> 'scheduled' or "dc"."requests"."effective_at" is not null),
	CONSTRAINT "requests_applied" CHECK (("dc"."requests"."state" = 'applied') = ("dc"."requests"."applied_at" is not null))
);
--> statement-breakpoint
CREATE TABLE "dc"."auth_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"absolute_until" timestamp with time zone NOT NULL,
	"step_up_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "dc"."invitations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"invited_by" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	CONSTRAINT "invitations_token" UNIQUE("token_hash"),
	CONSTRAINT "invitations_not_own" CHECK ("dc"."invitations"."invited_by" <> "dc"."invitations"."user_id"),
	CONSTRAINT "invitations_expiry" CHECK ("dc"."invitations"."expires_at" > "dc"."invitations"."created_at")
);
--> statement-breakpoint
CREATE TABLE "dc"."user_secrets" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"totp_sealed" "bytea",
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dc"."feeds" (
	"id" text PRIMARY KEY NOT NULL,
	"environment" text NOT NULL,
	"gateway_kind" text NOT NULL,
	"settings" jsonb NOT NULL,
	"sealed" "bytea",
	"state" text DEFAULT 'open' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "feeds_environment" UNIQUE("id","environment","gateway_kind"),
	CONSTRAINT "feeds_environment_word" CHECK ("dc"."feeds"."environment" in ('production', 'certification', 'sandbox')),
	CONSTRAINT "feeds_gateway_kind" CHECK ("dc"."feeds"."gateway_kind" in ('cgw', 'msgw')),
	CONSTRAINT "feeds_state" CHECK ("dc"."feeds"."state" in ('open', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "dc"."source_guarantors" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"source_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "source_guarantors_during" CHECK (not isempty("dc"."source_guarantors"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."source_sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"environment" text NOT NULL,
	"session_code" text NOT NULL,
	"execution_code" text NOT NULL,
	"operated_by" uuid,
	"feed_id" text NOT NULL,
	"gateway_kind" text NOT NULL,
	"market_segment" text,
	"state" text DEFAULT 'open' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "source_sessions_name" UNIQUE("environment","session_code","execution_code"),
	CONSTRAINT "source_sessions_environment" UNIQUE("id","environment"),
	CONSTRAINT "source_sessions_session_code" CHECK ("dc"."source_sessions"."session_code" ~ '^[A-Z0-9]{3}$'),
	CONSTRAINT "source_sessions_execution_code" CHECK ("dc"."source_sessions"."execution_code" ~ '^[A-Z0-9]{3}$'),
	CONSTRAINT "source_sessions_state" CHECK ("dc"."source_sessions"."state" in ('open', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "dc"."target_credentials" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"target_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"verifier" jsonb,
	"sealed" "bytea",
	"fingerprint" text NOT NULL,
	"claimed_by" uuid NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"revoked_by" uuid,
	CONSTRAINT "target_credentials_kind" CHECK ("dc"."target_credentials"."kind" in ('password', 'hmac')),
	CONSTRAINT "target_credentials_one_secret" CHECK (("dc"."target_credentials"."verifier" is null) <> ("dc"."target_credentials"."sealed" is null)),
	CONSTRAINT "target_credentials_revoked" CHECK (("dc"."target_credentials"."revoked_at" is null) = ("dc"."target_credentials"."revoked_by" is null))
);
--> statement-breakpoint
CREATE TABLE "dc"."target_sources" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"target_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "target_sources_during" CHECK (not isempty("dc"."target_sources"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."targets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"environment" text NOT NULL,
	"session_id" text NOT NULL,
	"gateway_kind" text NOT NULL,
	"listen" jsonb NOT NULL,
	"state" text NOT NULL,
	"paused_by" uuid,
	"pause_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "targets_session_id" UNIQUE("session_id"),
	CONSTRAINT "targets_of_group" UNIQUE("id","group_id"),
	CONSTRAINT "targets_session_id_form" CHECK ("dc"."targets"."session_id" ~ '^[A-Z0-9]{6}$'),
	CONSTRAINT "targets_gateway_kind" CHECK ("dc"."targets"."gateway_kind" in ('cgw', 'msgw')),
	CONSTRAINT "targets_state" CHECK ("dc"."targets"."state" in ('open', 'paused', 'closed')),
	CONSTRAINT "targets_paused" CHECK (("dc"."targets"."state" = 'paused') = ("dc"."targets"."paused_by" is not null) and ("dc"."targets"."paused_by" is null) = ("dc"."targets"."pause_reason" is null))
);
--> statement-breakpoint
CREATE TABLE "dc"."role_grants" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"role" text NOT NULL,
	"during" "tstzrange" NOT NULL,
	"granted_by" uuid,
	CONSTRAINT "role_grants_role" CHECK ("dc"."role_grants"."role" in ('firm-admin', 'requester', 'clearing-signatory', 'technical-contact', 'billing-approver', 'viewer', 'gam', 'operations', 'certification', 'billing', 'administrator', 'auditor')),
	CONSTRAINT "role_grants_not_own" CHECK ("dc"."role_grants"."granted_by" <> "dc"."role_grants"."user_id"),
	CONSTRAINT "role_grants_during" CHECK (not isempty("dc"."role_grants"."during"))
);
--> statement-breakpoint
CREATE TABLE "dc"."users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"firm_id" uuid NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"phone" text,
	"hours" text,
	"state" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "users_firm" UNIQUE("id","firm_id"),
	CONSTRAINT "users_state" CHECK ("dc"."users"."state" in ('active', 'disabled'))
);
--> statement-breakpoint
ALTER TABLE "dc"."billing_accounts" ADD CONSTRAINT "billing_accounts_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."billing_accounts" ADD CONSTRAINT "billing_accounts_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_parts" ADD CONSTRAINT "configuration_parts_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_parts" ADD CONSTRAINT "configuration_parts_version" FOREIGN KEY ("environment","number") REFERENCES "dc"."configuration_versions"("environment","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_reports" ADD CONSTRAINT "configuration_reports_version" FOREIGN KEY ("environment","number") REFERENCES "dc"."configuration_versions"("environment","number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_versions" ADD CONSTRAINT "configuration_versions_environment_environments_environment_fk" FOREIGN KEY ("environment") REFERENCES "dc"."environments"("environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_versions" ADD CONSTRAINT "configuration_versions_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."configuration_versions" ADD CONSTRAINT "configuration_versions_made_by_users_id_fk" FOREIGN KEY ("made_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."automation_rules" ADD CONSTRAINT "automation_rules_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."consents" ADD CONSTRAINT "consents_source_id_source_sessions_id_fk" FOREIGN KEY ("source_id") REFERENCES "dc"."source_sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."consents" ADD CONSTRAINT "consents_clearing_firm_id_firms_id_fk" FOREIGN KEY ("clearing_firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."consents" ADD CONSTRAINT "consents_ended_by_users_id_fk" FOREIGN KEY ("ended_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."consents" ADD CONSTRAINT "consents_group" FOREIGN KEY ("group_id","owner_id") REFERENCES "dc"."groups"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_contacts" ADD CONSTRAINT "group_contacts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_contacts" ADD CONSTRAINT "group_contacts_authorized_by_firms_id_fk" FOREIGN KEY ("authorized_by") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_contacts" ADD CONSTRAINT "group_contacts_ended_by_users_id_fk" FOREIGN KEY ("ended_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_contacts" ADD CONSTRAINT "group_contacts_group" FOREIGN KEY ("group_id","owner_id") REFERENCES "dc"."groups"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."firm_agreements" ADD CONSTRAINT "firm_agreements_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."firm_codes" ADD CONSTRAINT "firm_codes_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."firm_gams" ADD CONSTRAINT "firm_gams_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."firm_gams" ADD CONSTRAINT "firm_gams_gam" FOREIGN KEY ("gam_id") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."firm_gams" ADD CONSTRAINT "firm_gams_deputy" FOREIGN KEY ("deputy_id") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_sources" ADD CONSTRAINT "group_sources_group" FOREIGN KEY ("group_id","environment") REFERENCES "dc"."groups"("id","environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_sources" ADD CONSTRAINT "group_sources_source" FOREIGN KEY ("source_id","environment") REFERENCES "dc"."source_sessions"("id","environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_states" ADD CONSTRAINT "group_states_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_terms" ADD CONSTRAINT "group_terms_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_terms" ADD CONSTRAINT "group_terms_billing_account_id_billing_accounts_id_fk" FOREIGN KEY ("billing_account_id") REFERENCES "dc"."billing_accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."groups" ADD CONSTRAINT "groups_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."visible_groups" ADD CONSTRAINT "visible_groups_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."visible_groups" ADD CONSTRAINT "visible_groups_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."capacity_limits" ADD CONSTRAINT "capacity_limits_environment_environments_environment_fk" FOREIGN KEY ("environment") REFERENCES "dc"."environments"("environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."decisions" ADD CONSTRAINT "decisions_taken_back_by_users_id_fk" FOREIGN KEY ("taken_back_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."decisions" ADD CONSTRAINT "decisions_slice" FOREIGN KEY ("request_id","round","firm_id","capacity","slice_digest") REFERENCES "dc"."request_parties"("request_id","round","firm_id","capacity","slice_digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."decisions" ADD CONSTRAINT "decisions_submitter" FOREIGN KEY ("request_id","round","submitted_by") REFERENCES "dc"."request_rounds"("request_id","round","submitted_by") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."decisions" ADD CONSTRAINT "decisions_request" FOREIGN KEY ("request_id","owner_id") REFERENCES "dc"."requests"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."decisions" ADD CONSTRAINT "decisions_signer" FOREIGN KEY ("decided_by","firm_id") REFERENCES "dc"."users"("id","firm_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_drafts" ADD CONSTRAINT "request_drafts_saved_by_users_id_fk" FOREIGN KEY ("saved_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_drafts" ADD CONSTRAINT "request_drafts_request" FOREIGN KEY ("request_id","owner_id") REFERENCES "dc"."requests"("id","owner_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD CONSTRAINT "request_parties_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD CONSTRAINT "request_parties_round" FOREIGN KEY ("request_id","round") REFERENCES "dc"."request_rounds"("request_id","round") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD CONSTRAINT "request_parties_request" FOREIGN KEY ("request_id","owner_id") REFERENCES "dc"."requests"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_rounds" ADD CONSTRAINT "request_rounds_submitted_by_users_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_rounds" ADD CONSTRAINT "request_rounds_request" FOREIGN KEY ("request_id","owner_id") REFERENCES "dc"."requests"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_drafted_by_users_id_fk" FOREIGN KEY ("drafted_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_gam_id_users_id_fk" FOREIGN KEY ("gam_id") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_state_by_users_id_fk" FOREIGN KEY ("state_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_group" FOREIGN KEY ("group_id","environment") REFERENCES "dc"."groups"("id","environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."requests" ADD CONSTRAINT "requests_group_owner" FOREIGN KEY ("group_id","owner_id") REFERENCES "dc"."groups"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."auth_sessions" ADD CONSTRAINT "auth_sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "dc"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD CONSTRAINT "invitations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "dc"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD CONSTRAINT "invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."user_secrets" ADD CONSTRAINT "user_secrets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_guarantors" ADD CONSTRAINT "source_guarantors_source_id_source_sessions_id_fk" FOREIGN KEY ("source_id") REFERENCES "dc"."source_sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_guarantors" ADD CONSTRAINT "source_guarantors_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_sessions" ADD CONSTRAINT "source_sessions_operated_by_firms_id_fk" FOREIGN KEY ("operated_by") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_sessions" ADD CONSTRAINT "source_sessions_feed" FOREIGN KEY ("feed_id","environment","gateway_kind") REFERENCES "dc"."feeds"("id","environment","gateway_kind") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_credentials" ADD CONSTRAINT "target_credentials_target_id_targets_id_fk" FOREIGN KEY ("target_id") REFERENCES "dc"."targets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_credentials" ADD CONSTRAINT "target_credentials_claimed_by_users_id_fk" FOREIGN KEY ("claimed_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_credentials" ADD CONSTRAINT "target_credentials_revoked_by_users_id_fk" FOREIGN KEY ("revoked_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_sources" ADD CONSTRAINT "target_sources_source_id_source_sessions_id_fk" FOREIGN KEY ("source_id") REFERENCES "dc"."source_sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_sources" ADD CONSTRAINT "target_sources_target" FOREIGN KEY ("target_id","group_id") REFERENCES "dc"."targets"("id","group_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD CONSTRAINT "targets_paused_by_users_id_fk" FOREIGN KEY ("paused_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD CONSTRAINT "targets_group" FOREIGN KEY ("group_id","environment") REFERENCES "dc"."groups"("id","environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."role_grants" ADD CONSTRAINT "role_grants_granted_by_users_id_fk" FOREIGN KEY ("granted_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."role_grants" ADD CONSTRAINT "role_grants_user" FOREIGN KEY ("user_id","firm_id") REFERENCES "dc"."users"("id","firm_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."users" ADD CONSTRAINT "users_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_events_firm" ON "dc"."audit_events" USING btree ("for_firm","seq");--> statement-breakpoint
CREATE INDEX "audit_events_object" ON "dc"."audit_events" USING btree ("object_kind","object_id","seq");--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "dc"."outbox" USING btree ("done_at","not_before");--> statement-breakpoint
CREATE INDEX "billing_accounts_firm" ON "dc"."billing_accounts" USING btree ("firm_id");--> statement-breakpoint
CREATE INDEX "billing_accounts_owner" ON "dc"."billing_accounts" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "configuration_parts_number" ON "dc"."configuration_parts" USING btree ("environment","number");--> statement-breakpoint
CREATE INDEX "configuration_versions_owner" ON "dc"."configuration_versions" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "consents_clearing_firm" ON "dc"."consents" USING btree ("clearing_firm_id");--> statement-breakpoint
CREATE INDEX "consents_owner" ON "dc"."consents" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "group_contacts_user" ON "dc"."group_contacts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "group_contacts_authorized_by" ON "dc"."group_contacts" USING btree ("authorized_by");--> statement-breakpoint
CREATE INDEX "firm_agreements_firm" ON "dc"."firm_agreements" USING btree ("firm_id");--> statement-breakpoint
CREATE INDEX "firm_codes_firm" ON "dc"."firm_codes" USING btree ("firm_id");--> statement-breakpoint
CREATE INDEX "firm_gams_firm" ON "dc"."firm_gams" USING btree ("firm_id");--> statement-breakpoint
CREATE UNIQUE INDEX "firms_one_exchange" ON "dc"."firms" USING btree ("is_exchange") WHERE "dc"."firms"."is_exchange";--> statement-breakpoint
CREATE INDEX "group_sources_of_source" ON "dc"."group_sources" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "groups_of_owner" ON "dc"."groups" USING btree ("owner_id");--> statement-breakpoint
CREATE UNIQUE INDEX "groups_name" ON "dc"."groups" USING btree ("owner_id","environment",lower("name")) WHERE "dc"."groups"."state" not in ('closed', 'abandoned');--> statement-breakpoint
CREATE INDEX "visible_groups_group" ON "dc"."visible_groups" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "observed_ledger_source" ON "dc"."observed_ledger" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "observed_refused_logons_object" ON "dc"."observed_refused_logons" USING btree ("object_id","at");--> statement-breakpoint
CREATE UNIQUE INDEX "decisions_one_standing" ON "dc"."decisions" USING btree ("request_id","round","firm_id","capacity") WHERE "dc"."decisions"."taken_back_at" is null;--> statement-breakpoint
CREATE INDEX "decisions_firm" ON "dc"."decisions" USING btree ("firm_id");--> statement-breakpoint
CREATE INDEX "request_parties_firm" ON "dc"."request_parties" USING btree ("firm_id");--> statement-breakpoint
CREATE UNIQUE INDEX "requests_one_open" ON "dc"."requests" USING btree ("group_id") WHERE "dc"."requests"."state" in ('with-firms', 'with-gam', 'scheduled', 'applying');--> statement-breakpoint
CREATE INDEX "requests_of_owner" ON "dc"."requests" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "requests_of_group" ON "dc"."requests" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "auth_sessions_user" ON "dc"."auth_sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "invitations_user" ON "dc"."invitations" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "source_guarantors_firm" ON "dc"."source_guarantors" USING btree ("firm_id");--> statement-breakpoint
CREATE INDEX "source_sessions_firm_id" ON "dc"."source_sessions" USING btree ("execution_code");--> statement-breakpoint
CREATE INDEX "source_sessions_operator" ON "dc"."source_sessions" USING btree ("operated_by");--> statement-breakpoint
CREATE INDEX "target_credentials_target" ON "dc"."target_credentials" USING btree ("target_id");--> statement-breakpoint
CREATE INDEX "target_sources_of_target" ON "dc"."target_sources" USING btree ("target_id");--> statement-breakpoint
CREATE INDEX "targets_group_id" ON "dc"."targets" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "role_grants_firm" ON "dc"."role_grants" USING btree ("firm_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "dc"."users" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "users_of_firm" ON "dc"."users" USING btree ("firm_id");