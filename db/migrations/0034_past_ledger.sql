CREATE TABLE "dc"."observed_past_ledger" (
	"environment" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
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
	CONSTRAINT "observed_past_ledger_pkey" PRIMARY KEY("environment","shard","connector","week","session_id","source_id","segment")
);
--> statement-breakpoint
DROP INDEX "dc"."observed_ledger_week";