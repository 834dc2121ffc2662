ALTER TABLE "dc"."visible_groups" ADD COLUMN "sources" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."visible_groups" ADD COLUMN "sessions" text[] DEFAULT '{}' NOT NULL;