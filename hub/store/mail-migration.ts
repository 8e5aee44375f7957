import type { Kysely } from "kysely";

/** 0012-mail: the tables of mail-schema.ts. */
export async function mail(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("mails")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("notice", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    // No reference: what was told is kept when the request is erased.
    .addColumn("request", "text")
    .addColumn("address", "text", (column) => column.notNull())
    .addColumn("letter", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("tries", "integer", (column) => column.notNull())
    .addColumn("next_try_ms", "bigint")
    .addColumn("give_up_ms", "bigint", (column) => column.notNull())
    .addColumn("claim", "text")
    .addColumn("claimed_until_ms", "bigint")
    .addColumn("last_error", "text")
    .addUniqueConstraint("mails_once", ["notice", "address"])
    .execute();
  await db.schema.createIndex("mails_due").on("mails").columns(["state", "next_try_ms"]).execute();
  await db.schema.createIndex("mails_at").on("mails").columns(["at_ms", "id"]).execute();
}
