-- The key of a form and what was asked with it, together: a form that is sent again with other content is another command.
-- Answers kept so far name no content: they go on being kept, and are found by no form any more.
ALTER TABLE "dc"."commands" ADD COLUMN "input_digest" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."commands" DROP CONSTRAINT "commands_pkey";--> statement-breakpoint
ALTER TABLE "dc"."commands" ADD CONSTRAINT "commands_pkey" PRIMARY KEY("id","input_digest");--> statement-breakpoint
-- The key belongs to the person who used it first, whatever the content.
ALTER TABLE "dc"."commands" ADD CONSTRAINT "commands_one_person" EXCLUDE USING gist ("id" WITH =, "actor_id" WITH <>);
