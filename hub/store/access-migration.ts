import type { Kysely } from "kysely";

/** 0010-access: the tables of access-schema.ts. */
export async function access(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("sign_ins")
    .addColumn("person", "text", (column) => column.primaryKey().references("people.id"))
    .addColumn("email", "text", (column) => column.notNull().unique())
    .addColumn("password", "text", (column) => column.notNull())
    .addColumn("known", "integer", (column) => column.notNull())
    .addColumn("changed_ms", "bigint", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("access_links")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("token_hash", "text", (column) => column.notNull().unique())
    .addColumn("person", "text", (column) => column.references("people.id"))
    .addColumn("created_by", "text", (column) => column.references("people.id"))
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_ms", "bigint", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("sessions")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("token_hash", "text", (column) => column.notNull().unique())
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("client", "text", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("seen_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("sessions_person").on("sessions").column("person").execute();

  await db.schema
    .createTable("sign_in_tries")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .execute();
  for (const name of ["account", "address"]) {
    await db.schema
      .createIndex(`sign_in_tries_${name}`)
      .on("sign_in_tries")
      .columns([name, "at_ms"])
      .execute();
  }

  await db.schema
    .createTable("api_tokens")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("token_hash", "text", (column) => column.notNull().unique())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("scopes", "text", (column) => column.notNull())
    .addColumn("created_by", "text", (column) => column.notNull().references("people.id"))
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_ms", "bigint")
    .addColumn("used_ms", "bigint")
    .execute();

  await db.schema
    .createTable("idempotency")
    .addColumn("key_hash", "text", (column) => column.primaryKey())
    .addColumn("request_hash", "text", (column) => column.notNull())
    .addColumn("answer", "text")
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("idempotency_at").on("idempotency").column("at_ms").execute();
}
