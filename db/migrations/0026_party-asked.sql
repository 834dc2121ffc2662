ALTER TABLE "dc"."request_parties" ADD COLUMN "submitted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD COLUMN "submitted_by" uuid;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD COLUMN "submitter" text;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD COLUMN "authority" text;--> statement-breakpoint
-- parties of rounds from before these columns are told what the round says
ALTER TABLE "dc"."request_parties" DISABLE TRIGGER only_met;--> statement-breakpoint
UPDATE dc.request_parties p SET submitted_at = r.submitted_at, submitted_by = r.submitted_by, submitter = u.name
  FROM dc.request_rounds r JOIN dc.users u ON u.id = r.submitted_by
  WHERE r.request_id = p.request_id AND r.round = p.round;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ENABLE TRIGGER only_met;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ALTER COLUMN "submitted_at" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ALTER COLUMN "submitted_by" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ALTER COLUMN "submitter" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."request_parties" ADD CONSTRAINT "request_parties_submitted_by_users_id_fk" FOREIGN KEY ("submitted_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;
