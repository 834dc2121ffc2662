CREATE TABLE "dc"."request_papers" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"request_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"bytes" integer NOT NULL,
	"digest" text NOT NULL,
	"content" "bytea" NOT NULL,
	"attached_by" uuid NOT NULL,
	"attached_at" timestamp with time zone NOT NULL,
	CONSTRAINT "request_papers_of" UNIQUE("id","request_id"),
	CONSTRAINT "request_papers_type" CHECK ("dc"."request_papers"."type" in ('application/pdf', 'image/png', 'image/jpeg', 'text/plain')),
	CONSTRAINT "request_papers_bytes" CHECK ("dc"."request_papers"."bytes" = octet_length("dc"."request_papers"."content"))
);
--> statement-breakpoint
ALTER TABLE "dc"."request_drafts" ADD COLUMN "paper_id" uuid;--> statement-breakpoint
ALTER TABLE "dc"."request_rounds" ADD COLUMN "paper_id" uuid;--> statement-breakpoint
ALTER TABLE "dc"."request_papers" ADD CONSTRAINT "request_papers_attached_by_users_id_fk" FOREIGN KEY ("attached_by") REFERENCES "dc"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_papers" ADD CONSTRAINT "request_papers_request" FOREIGN KEY ("request_id","owner_id") REFERENCES "dc"."requests"("id","owner_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "request_papers_request" ON "dc"."request_papers" USING btree ("request_id");--> statement-breakpoint
ALTER TABLE "dc"."request_drafts" ADD CONSTRAINT "request_drafts_paper" FOREIGN KEY ("paper_id","request_id") REFERENCES "dc"."request_papers"("id","request_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_rounds" ADD CONSTRAINT "request_rounds_paper" FOREIGN KEY ("paper_id","request_id") REFERENCES "dc"."request_papers"("id","request_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "request_rounds_of_paper" ON "dc"."request_rounds" USING btree ("paper_id");