CREATE TABLE "dc"."session_command_outcomes" (
	"command_id" uuid PRIMARY KEY NOT NULL,
	"connector" text NOT NULL,
	"state" text NOT NULL,
	"says" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_command_outcomes_state" CHECK ("dc"."session_command_outcomes"."state" in ('done', 'refused', 'expired'))
);
--> statement-breakpoint
CREATE TABLE "dc"."session_commands" (
	"id" uuid PRIMARY KEY NOT NULL,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "dc"."session_commands_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"environment" text NOT NULL,
	"action" text NOT NULL,
	"kind" text NOT NULL,
	"session" text NOT NULL,
	"expected" integer,
	"next" integer,
	"reason" text NOT NULL,
	"operator" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "session_commands_action" CHECK ("dc"."session_commands"."action" in ('log-out', 'set-number', 'reset', 'accept-reset')),
	CONSTRAINT "session_commands_kind" CHECK ("dc"."session_commands"."kind" in ('target', 'feed')),
	CONSTRAINT "session_commands_numbers" CHECK (("dc"."session_commands"."action" = 'set-number') = ("dc"."session_commands"."expected" is not null or "dc"."session_commands"."next" is not null))
);
--> statement-breakpoint
ALTER TABLE "dc"."targets" DROP CONSTRAINT "targets_paused";--> statement-breakpoint
ALTER TABLE "dc"."session_command_outcomes" ADD CONSTRAINT "session_command_outcomes_command_id_session_commands_id_fk" FOREIGN KEY ("command_id") REFERENCES "dc"."session_commands"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."session_commands" ADD CONSTRAINT "session_commands_environment_environments_environment_fk" FOREIGN KEY ("environment") REFERENCES "dc"."environments"("environment") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "session_commands_order" ON "dc"."session_commands" USING btree ("environment","seq");--> statement-breakpoint
ALTER TABLE "dc"."targets" ADD CONSTRAINT "targets_paused" CHECK (("dc"."targets"."state" = 'paused') = ("dc"."targets"."pause_reason" is not null) and ("dc"."targets"."paused_by" is null or "dc"."targets"."state" = 'paused'));