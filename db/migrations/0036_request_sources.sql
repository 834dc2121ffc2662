CREATE TABLE "dc"."request_sources" (
	"request_id" uuid NOT NULL,
	"firm_id" uuid NOT NULL,
	"source" text NOT NULL,
	CONSTRAINT "request_sources_pkey" PRIMARY KEY("request_id","firm_id","source")
);
--> statement-breakpoint
ALTER TABLE "dc"."request_sources" ADD CONSTRAINT "request_sources_request_id_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "dc"."requests"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dc"."request_sources" ADD CONSTRAINT "request_sources_firm_id_firms_id_fk" FOREIGN KEY ("firm_id") REFERENCES "dc"."firms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "request_sources_source" ON "dc"."request_sources" USING btree ("source","firm_id");--> statement-breakpoint
CREATE INDEX "source_stops_of_source" ON "dc"."source_stops" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "target_sources_of_source" ON "dc"."target_sources" USING btree ("source_id");