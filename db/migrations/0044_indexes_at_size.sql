DROP INDEX "dc"."audit_events_object";--> statement-breakpoint
CREATE INDEX "audit_events_of_seals" ON "dc"."audit_events" USING btree ("seq") WHERE "dc"."audit_events"."action" in ('audit.broken-seal', 'audit.matches');--> statement-breakpoint
CREATE INDEX "consents_source" ON "dc"."consents" USING btree ("source_id");--> statement-breakpoint
CREATE INDEX "decisions_of_request" ON "dc"."decisions" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "request_parties_submission" ON "dc"."request_parties" USING btree ("firm_id","submitted_at") WHERE "dc"."request_parties"."met_by" = 'submission';--> statement-breakpoint
CREATE INDEX "requests_of_state" ON "dc"."requests" USING btree ("state","environment","state_at");--> statement-breakpoint
CREATE INDEX "audit_events_object" ON "dc"."audit_events" USING btree ("object_id","seq");