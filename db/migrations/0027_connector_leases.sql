CREATE TABLE "dc"."connector_leases" (
	"environment" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
	"lineage" text NOT NULL,
	"term" integer NOT NULL,
	"position" bigint NOT NULL,
	"batch" bigint NOT NULL,
	"crc" bigint NOT NULL,
	"numbers" jsonb NOT NULL,
	"connector" text NOT NULL,
	"place" text NOT NULL,
	"renewed_at" timestamp with time zone NOT NULL,
	"deadline" timestamp with time zone NOT NULL,
	"is_ended" boolean DEFAULT false NOT NULL,
	CONSTRAINT "connector_leases_pkey" PRIMARY KEY("environment","shard"),
	CONSTRAINT "connector_leases_term" UNIQUE("environment","shard","term")
);
--> statement-breakpoint
CREATE TABLE "dc"."connector_refusals" (
	"environment" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
	"connector" text NOT NULL,
	"place" text NOT NULL,
	"code" text NOT NULL,
	"says" text NOT NULL,
	"remedy" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "connector_refusals_pkey" PRIMARY KEY("environment","shard","connector","place")
);
--> statement-breakpoint
ALTER TABLE "dc"."session_commands" DROP CONSTRAINT "session_commands_action";--> statement-breakpoint
ALTER TABLE "dc"."session_commands" DROP CONSTRAINT "session_commands_kind";--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" ADD COLUMN "lineage" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" ADD COLUMN "term" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."observed_connectors" ADD COLUMN "doubt" text;--> statement-breakpoint
ALTER TABLE "dc"."connector_leases" ADD CONSTRAINT "connector_leases_environment_environments_environment_fk" FOREIGN KEY ("environment") REFERENCES "dc"."environments"("environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."connector_refusals" ADD CONSTRAINT "connector_refusals_environment_environments_environment_fk" FOREIGN KEY ("environment") REFERENCES "dc"."environments"("environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."session_commands" ADD CONSTRAINT "session_commands_action" CHECK ("dc"."session_commands"."action" in ('log-out', 'set-number', 'reset', 'accept-reset', 'acknowledge'));--> statement-breakpoint
ALTER TABLE "dc"."session_commands" ADD CONSTRAINT "session_commands_kind" CHECK ("dc"."session_commands"."kind" in ('target', 'feed', 'connector'));