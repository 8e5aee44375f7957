import type { Kysely } from "kysely";

/** 0013-terminals: how a terminal's place was taken away, and since when it knows. */
export async function terminals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("terminals")
    .addColumn("stolen", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable("terminals").addColumn("told_ms", "bigint").execute();
}
