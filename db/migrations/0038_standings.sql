CREATE TABLE "dc"."group_standings" (
	"group_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"shards" text[] DEFAULT '{}' NOT NULL,
	"targets" integer DEFAULT 0 NOT NULL,
	"environment" text NOT NULL,
	"word" text,
	"rank" smallint,
	"text" text DEFAULT '' NOT NULL,
	"sentence" text DEFAULT '' NOT NULL,
	"todo" text,
	"feed" text,
	"replaced_by" text DEFAULT 'connector' NOT NULL,
	"sources" integer DEFAULT 0 NOT NULL,
	"heard" integer DEFAULT 0 NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"filtered" bigint DEFAULT 0 NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	"stopped" jsonb,
	"waiting_since" timestamp with time zone,
	"last_sent_at" timestamp with time zone,
	"recheck_at" timestamp with time zone,
	CONSTRAINT "group_standings_pkey" PRIMARY KEY("firm_id","group_id"),
	CONSTRAINT "group_standings_environment" CHECK ("dc"."group_standings"."environment" in ('production', 'certification', 'sandbox')),
	CONSTRAINT "group_standings_word" CHECK ("dc"."group_standings"."word" in ('Needs you', 'Unknown', 'Late', 'On backup', 'Catching up', 'Paused', 'Waiting for them', 'Complete')),
	CONSTRAINT "group_standings_rank" CHECK (("dc"."group_standings"."word" is null) = ("dc"."group_standings"."rank" is null)),
	CONSTRAINT "group_standings_replaced_by" CHECK ("dc"."group_standings"."replaced_by" in ('connector', 'doubt', 'nothing'))
);
--> statement-breakpoint
CREATE TABLE "dc"."target_standings" (
	"target_id" uuid PRIMARY KEY NOT NULL,
	"group_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"shard" text NOT NULL,
	"environment" text NOT NULL,
	"word" text,
	"rank" smallint,
	"text" text DEFAULT '' NOT NULL,
	"sentence" text DEFAULT '' NOT NULL,
	"todo" text,
	"feed" text,
	"replaced_by" text DEFAULT 'connector' NOT NULL,
	"sources" integer DEFAULT 0 NOT NULL,
	"heard" integer DEFAULT 0 NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"filtered" bigint DEFAULT 0 NOT NULL,
	"waiting" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"expired" bigint DEFAULT 0 NOT NULL,
	"stopped" jsonb,
	"waiting_since" timestamp with time zone,
	"last_sent_at" timestamp with time zone,
	"recheck_at" timestamp with time zone,
	CONSTRAINT "target_standings_environment" CHECK ("dc"."target_standings"."environment" in ('production', 'certification', 'sandbox')),
	CONSTRAINT "target_standings_word" CHECK ("dc"."target_standings"."word" in ('Needs you', 'Unknown', 'Late', 'On backup', 'Catching up', 'Paused', 'Waiting for them', 'Complete')),
	CONSTRAINT "target_standings_rank" CHECK (("dc"."target_standings"."word" is null) = ("dc"."target_standings"."rank" is null)),
	CONSTRAINT "target_standings_replaced_by" CHECK ("dc"."target_standings"."replaced_by" in ('connector', 'doubt', 'nothing'))
);
--> statement-breakpoint
CREATE TABLE "dc"."touched_groups" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dc"."touched_groups_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"group_id" uuid NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dc"."group_standings" ADD CONSTRAINT "group_standings_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."group_standings" ADD CONSTRAINT "group_standings_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_standings" ADD CONSTRAINT "target_standings_target_id_targets_id_fk" FOREIGN KEY ("target_id") REFERENCES "dc"."targets"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_standings" ADD CONSTRAINT "target_standings_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "dc"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."target_standings" ADD CONSTRAINT "target_standings_owner_id_firms_id_fk" FOREIGN KEY ("owner_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "group_standings_group" ON "dc"."group_standings" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "target_standings_group" ON "dc"."target_standings" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "target_standings_owner" ON "dc"."target_standings" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "configuration_reports_object" ON "dc"."configuration_reports" USING btree ("environment","kind","object_id","number");