import type { Kysely } from "kysely";

/** 0011-tries: the tables of tries-schema.ts, and what the workspace decides about wrong PINs. */
export async function tries(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("pin_tries")
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("refusals", "integer", (column) => column.notNull())
    .addColumn("last_seq", "bigint", (column) => column.notNull())
    .addColumn("reset_seq", "bigint", (column) => column.notNull())
    .addColumn("cleared_seq", "bigint", (column) => column.notNull())
    .addColumn("wait_ms", "bigint", (column) => column.notNull())
    .addColumn("received_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("pin_tries_key", ["person", "terminal", "store"])
    .execute();

  await db.schema
    .createTable("pin_guesses")
    // A person or a kiosk.
    .addColumn("owner", "text", (column) => column.primaryKey())
    .addColumn("guesses", "integer", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("alarms")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.references("people.id"))
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("terminal", "text", (column) => column.references("terminals.id"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("guesses", "integer", (column) => column.notNull())
    .addColumn("must_change", "integer", (column) => column.notNull())
    .addColumn("dismissed_ms", "bigint")
    .addUniqueConstraint("alarms_owner", ["owner", "kind"])
    .execute();

  for (const name of ["try_settings", "alarm_settings"]) {
    await db.schema.alterTable("workspace").addColumn(name, "text").execute();
  }
  // What ends a wait is where the refusals are counted.
  await db.schema.alterTable("people").dropColumn("waits_cleared_ms").execute();
}
