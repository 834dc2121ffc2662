CREATE TABLE "dc"."firm_domains" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"firm_id" uuid NOT NULL,
	"domain" text NOT NULL,
	"during" "tstzrange" NOT NULL,
	CONSTRAINT "firm_domains_domain" CHECK ("dc"."firm_domains"."domain" ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'),
	CONSTRAINT "firm_domains_during" CHECK (not isempty("dc"."firm_domains"."during"))
);
--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD COLUMN "code_hash" text;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD COLUMN "code_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD COLUMN "code_by" uuid;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD COLUMN "codes_tried" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."firm_domains" ADD CONSTRAINT "firm_domains_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "firm_domains_firm" ON "dc"."firm_domains" USING btree ("firm_id");--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD CONSTRAINT "invitations_code_by_users_id_fk" FOREIGN KEY ("code_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD CONSTRAINT "invitations_other_code" CHECK ("dc"."invitations"."code_by" <> "dc"."invitations"."invited_by" and "dc"."invitations"."code_by" <> "dc"."invitations"."user_id");--> statement-breakpoint
ALTER TABLE "dc"."invitations" ADD CONSTRAINT "invitations_code" CHECK (("dc"."invitations"."code_hash" is null) = ("dc"."invitations"."code_at" is null));