-- Commands under one key are counted, and the newest alone is repeated: content that was sent before under the key is sent anew.
ALTER TABLE "dc"."commands" ADD COLUMN "run" integer;--> statement-breakpoint
UPDATE "dc"."commands" c SET "run" = n."run"
  FROM (SELECT id, input_digest, row_number() OVER (PARTITION BY id ORDER BY at, input_digest) AS run FROM "dc"."commands") n
  WHERE n.id = c.id AND n.input_digest = c.input_digest;--> statement-breakpoint
ALTER TABLE "dc"."commands" ALTER COLUMN "run" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "dc"."commands" DROP CONSTRAINT "commands_pkey";--> statement-breakpoint
ALTER TABLE "dc"."commands" ADD CONSTRAINT "commands_pkey" PRIMARY KEY("id","run");
