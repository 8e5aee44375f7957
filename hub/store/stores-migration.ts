import type { Kysely } from "kysely";

/**
 * 0014-stores: the tables of stores-schema.ts, what a terminal says of its clock, its disk and
 * its earlier stores, and since when a roster is of a restored hub.
 */
export async function stores(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema.alterTable("terminals").addColumn("clock", "text").execute();
  await schema.alterTable("terminals").addColumn("clock_error_span_ms", "bigint").execute();
  await schema.alterTable("terminals").addColumn("disk", "text").execute();
  for (const name of ["pending_events", "set_aside"]) {
    await schema
      .alterTable("terminals")
      .addColumn(name, "bigint", (column) => column.notNull().defaultTo(0))
      .execute();
  }

  await schema.alterTable("kiosks").addColumn("restored_revision", "bigint").execute();

  for (const name of ["origin", "ended_by"]) {
    await schema.alterTable("stores").addColumn(name, "text").execute();
  }
  await schema
    .alterTable("stores")
    .addColumn("closed", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.createIndex("stores_origin").on("stores").columns(["terminal", "origin"]).execute();
  // What was found so far was never acknowledged: its terminal finds it again, and hands it in.
  await schema.alterTable("stores").dropColumn("forked").execute();
  await schema.dropTable("forks").execute();

  await schema
    .createTable("forks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("branch", "text")
    .addColumn("first_seq", "bigint")
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("found_ms", "bigint", (column) => column.notNull())
    .addColumn("settled_ms", "bigint")
    .addColumn("counted", "integer")
    .addUniqueConstraint("forks_branch", ["terminal", "branch"])
    .execute();
  await schema.createIndex("forks_terminal").on("forks").columns(["terminal", "settled_ms"]).execute();

  await schema
    .createTable("store_gaps")
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("after_seq", "bigint", (column) => column.notNull())
    .addColumn("until_seq", "bigint", (column) => column.notNull())
    .addColumn("until_previous", "text", (column) => column.notNull())
    .addColumn("found_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("store_gaps_key", ["terminal", "store", "after_seq"])
    .execute();

  await schema
    .createTable("heads")
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("signature", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("heads_key", ["terminal", "store", "seq", "hash"])
    .execute();
}
