CREATE TABLE "dc"."rollup_counts" (
	"environment" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
	"kind" text NOT NULL,
	"object_id" text NOT NULL,
	"received" bigint DEFAULT 0 NOT NULL,
	"delivered" bigint DEFAULT 0 NOT NULL,
	"highest" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "rollup_counts_pkey" PRIMARY KEY("environment","shard","kind","object_id")
);
--> statement-breakpoint
CREATE TABLE "dc"."rollup_shards" (
	"environment" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
	"lineage" text NOT NULL,
	"week" text NOT NULL,
	"heard_at" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "rollup_shards_pkey" PRIMARY KEY("environment","shard")
);
--> statement-breakpoint
CREATE TABLE "dc"."rollups" (
	"environment" text NOT NULL,
	"kind" text NOT NULL,
	"object_id" text NOT NULL,
	"shard" text DEFAULT 'main' NOT NULL,
	"step" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"received" integer[] NOT NULL,
	"delivered" integer[],
	"waiting" integer[],
	"highest" integer[],
	CONSTRAINT "rollups_pkey" PRIMARY KEY("environment","kind","object_id","step","starts_at","shard"),
	CONSTRAINT "rollups_kind" CHECK ("dc"."rollups"."kind" in ('target', 'source', 'feed', 'firm', 'environment', 'shard')),
	CONSTRAINT "rollups_step" CHECK ("dc"."rollups"."step" in ('minute', 'quarter', 'hour')),
	CONSTRAINT "rollups_length" CHECK (cardinality("dc"."rollups"."received") = case "dc"."rollups"."step" when 'minute' then 60 when 'quarter' then 96 when 'hour' then 168 end)
);
--> statement-breakpoint
CREATE INDEX "rollups_age" ON "dc"."rollups" USING btree ("step","starts_at");