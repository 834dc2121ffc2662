CREATE TABLE "dc"."source_stops" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"group_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"firm_id" uuid,
	"cause" text NOT NULL,
	"revokes" boolean NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"by" uuid,
	"reason" text NOT NULL,
	"version" integer NOT NULL,
	"lifted_at" timestamp with time zone,
	"lifted_by" uuid,
	CONSTRAINT "source_stops_cause" CHECK ("dc"."source_stops"."cause" in ('withdrawn', 'no-consent', 'removed')),
	CONSTRAINT "source_stops_lifted" CHECK (("dc"."source_stops"."lifted_at" is null) = ("dc"."source_stops"."lifted_by" is null))
);
--> statement-breakpoint
ALTER TABLE "dc"."consents" DROP CONSTRAINT "consents_ended";--> statement-breakpoint
ALTER TABLE "dc"."targets" DROP CONSTRAINT "targets_paused";--> statement-breakpoint
ALTER TABLE "dc"."source_stops" ADD CONSTRAINT "source_stops_source_id_source_sessions_id_fk" FOREIGN KEY ("source_id") REFERENCES "dc"."source_sessions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_stops" ADD CONSTRAINT "source_stops_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_stops" ADD CONSTRAINT "source_stops_by_users_id_fk" FOREIGN KEY ("by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."source_stops" ADD CONSTRAINT "source_stops_group" FOREIGN KEY ("group_id","owner_id") REFERENCES "dc"."groups"("id","owner_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "source_stops_of_group" ON "dc"."source_stops" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "source_stops_owner" ON "dc"."source_stops" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "source_stops_firm" ON "dc"."source_stops" USING btree ("firm_id");--> statement-breakpoint
ALTER TABLE "dc"."consents" ADD CONSTRAINT "consents_ended" CHECK ("dc"."consents"."ended_by" is null or "dc"."consents"."end_reason" is not null);--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD CONSTRAINT "targets_paused" CHECK (("dc"."targets"."state" <> 'paused' or "dc"."targets"."pause_reason" is not null) and ("dc"."targets"."state" <> 'open' or "dc"."targets"."pause_reason" is null) and ("dc"."targets"."paused_by" is null or "dc"."targets"."pause_reason" is not null));