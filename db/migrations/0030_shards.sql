DROP INDEX "dc"."session_commands_order";--> statement-breakpoint
ALTER TABLE "dc"."configuration_reports" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_alarms" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_feeds" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_journals" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_ledger" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_refused_logons" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_sources" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_targets" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."session_commands" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."feeds" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD COLUMN "shard" text DEFAULT 'main' NOT NULL;--> statement-breakpoint
CREATE INDEX "session_commands_order" ON "dc"."session_commands" USING btree ("environment","shard","seq");--> statement-breakpoint
ALTER TABLE "dc"."configuration_reports" DROP CONSTRAINT "configuration_reports_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."configuration_reports" ADD CONSTRAINT "configuration_reports_pkey" PRIMARY KEY("environment","number","shard","connector","kind","object_id");--> statement-breakpoint
ALTER TABLE "dc"."observed_alarms" DROP CONSTRAINT "observed_alarms_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_alarms" ADD CONSTRAINT "observed_alarms_pkey" PRIMARY KEY("environment","shard","connector","code","kind","object_id");--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" DROP CONSTRAINT "observed_connectors_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" ADD CONSTRAINT "observed_connectors_pkey" PRIMARY KEY("environment","shard","connector");--> statement-breakpoint
ALTER TABLE "dc"."observed_feeds" DROP CONSTRAINT "observed_feeds_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_feeds" ADD CONSTRAINT "observed_feeds_pkey" PRIMARY KEY("environment","shard","connector","feed_id");--> statement-breakpoint
ALTER TABLE "dc"."observed_journals" DROP CONSTRAINT "observed_journals_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_journals" ADD CONSTRAINT "observed_journals_pkey" PRIMARY KEY("environment","shard","connector");--> statement-breakpoint
ALTER TABLE "dc"."observed_ledger" DROP CONSTRAINT "observed_ledger_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_ledger" ADD CONSTRAINT "observed_ledger_pkey" PRIMARY KEY("environment","shard","connector","session_id","source_id","segment","week");--> statement-breakpoint
ALTER TABLE "dc"."observed_sources" DROP CONSTRAINT "observed_sources_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_sources" ADD CONSTRAINT "observed_sources_pkey" PRIMARY KEY("environment","shard","connector","source_id","segment");--> statement-breakpoint
ALTER TABLE "dc"."observed_targets" DROP CONSTRAINT "observed_targets_pkey";
--> statement-breakpoint
ALTER TABLE "dc"."observed_targets" ADD CONSTRAINT "observed_targets_pkey" PRIMARY KEY("environment","shard","connector","session_id");--> statement-breakpoint
ALTER TABLE "dc"."session_commands" ADD CONSTRAINT "session_commands_shard" CHECK ("dc"."session_commands"."shard" ~ '^[A-Za-z0-9_.:-]{1,64}$');--> statement-breakpoint
ALTER TABLE "dc"."feeds" ADD CONSTRAINT "feeds_shard" CHECK ("dc"."feeds"."shard" ~ '^[A-Za-z0-9_.:-]{1,64}$');--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD CONSTRAINT "targets_shard" CHECK ("dc"."targets"."shard" ~ '^[A-Za-z0-9_.:-]{1,64}$');