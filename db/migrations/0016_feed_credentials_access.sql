-- the portal writes what a feed's Logon is proved with, and connectors alone read it
REVOKE SELECT ON dc.feeds FROM dc_request, dc_jobs;--> statement-breakpoint
GRANT SELECT (id, environment, gateway_kind, settings, credential, state, version) ON dc.feeds TO dc_request, dc_jobs;
