import { sql, type Kysely } from "kysely";

/**
 * 0015-history: the tables of history-schema.ts, and what a punch needs for its place in them. Punches that are there
 * already get theirs from their events at the next start (punches/derive-all.ts).
 */
export async function history(db: Kysely<unknown>): Promise<void> {
  await extendPunches(db);
  await createUndos(db);
  await createBoots(db);

  await db.schema
    .createTable("conflicts")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("day", "text", (column) => column.notNull())
    .addColumn("terminal", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("boot", "text")
    .addColumn("punches", "text", (column) => column.notNull())
    .addColumn("detail", "text", (column) => column.notNull())
    .addColumn("opened_ms", "bigint", (column) => column.notNull())
    .addColumn("settled_ms", "bigint")
    .addColumn("decision", "text")
    .addColumn("settled_by", "text", (column) => column.references("people.id"))
    .addColumn("reason", "text")
    .execute();
  await db.schema.createIndex("conflicts_person").on("conflicts").column("person").execute();
  await db.schema
    .createIndex("conflicts_open")
    .on("conflicts")
    .column("opened_ms")
    .where(sql.ref("settled_ms"), "is", null)
    .execute();

  await db.schema
    .createTable("corrections")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("action", "text")
    .addColumn("kiosk", "text", (column) => column.references("kiosks.id"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("terminal", "text")
    .addColumn("store", "text")
    .addColumn("seq", "bigint")
    .addColumn("reason", "text", (column) => column.notNull())
    .addColumn("author", "text", (column) => column.references("people.id"))
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("order_ms", "bigint", (column) => column.notNull())
    .addColumn("counts", "integer", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("since_ms", "bigint")
    .addColumn("plain_state", "text", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("corrections_person").on("corrections").columns(["person", "at_ms"]).execute();

  await db.schema
    .createTable("closings")
    .addColumn("until_day", "text", (column) => column.primaryKey())
    .addColumn("until_ms", "bigint", (column) => column.notNull())
    .addColumn("closed_ms", "bigint", (column) => column.notNull())
    .execute();

  await db.schema
    .alterTable("workspace")
    .addColumn("derived_version", "integer", (column) => column.notNull().defaultTo(0))
    .execute();
}

async function extendPunches(db: Kysely<unknown>): Promise<void> {
  const add = async (name: string, type: "text" | "bigint" | "integer", otherwise: string | number) => {
    await db.schema
      .alterTable("punches")
      .addColumn(name, type, (column) => column.notNull().defaultTo(otherwise))
      .execute();
  };
  const addNullable = async (table: string, name: string, type: "text" | "bigint") => {
    await db.schema.alterTable(table).addColumn(name, type).execute();
  };
  await add("boot", "text", "");
  await db.schema
    .alterTable("punches")
    .addColumn("monotonic_ms", "double precision", (column) => column.notNull().defaultTo(0))
    .execute();
  await add("wall_ms", "bigint", 0);
  await add("clock", "text", "unset");
  await add("received_ms", "bigint", 0);
  await add("basis", "text", "clock");
  await add("from_ms", "bigint", 0);
  await addNullable("punches", "to_ms", "bigint");
  await add("known_ms", "bigint", 0);
  await add("was", "text", "out");
  await add("order_ms", "bigint", 0);
  await add("counts", "integer", 1);
  await add("state", "text", "out");
  await addNullable("punches", "since_ms", "bigint");
  await add("plain_state", "text", "out");
  await add("receipt", "text", "");
  await db.schema.dropIndex("punches_person").execute();
  await db.schema.createIndex("punches_history").on("punches").columns(["person", "order_ms"]).execute();
  await db.schema.createIndex("punches_order").on("punches").column("order_ms").execute();
  await db.schema.createIndex("punches_receipt").on("punches").column("receipt").execute();

  await addNullable("presences", "tail_ms", "bigint");
  await db.schema
    .alterTable("presences")
    .addColumn("plain_state", "text", (column) => column.notNull().defaultTo("out"))
    .execute();
}

async function createUndos(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("undos")
    .addColumn("terminal", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("target", "bigint", (column) => column.notNull())
    .addColumn("auth", "text", (column) => column.notNull())
    .addColumn("boot", "text", (column) => column.notNull())
    .addColumn("monotonic_ms", "double precision", (column) => column.notNull())
    .addColumn("wall_ms", "bigint", (column) => column.notNull())
    .addColumn("clock", "text", (column) => column.notNull())
    .addColumn("received_ms", "bigint", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("basis", "text", (column) => column.notNull())
    .addColumn("from_ms", "bigint", (column) => column.notNull())
    .addColumn("to_ms", "bigint")
    .addColumn("known_ms", "bigint", (column) => column.notNull())
    .addColumn("receipt", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("undos_key", ["terminal", "store", "seq"])
    .execute();
  await db.schema.createIndex("undos_person").on("undos").column("person").execute();
  await db.schema.createIndex("undos_receipt").on("undos").column("receipt").execute();
}

async function createBoots(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("boots")
    .addColumn("terminal", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("boot", "text", (column) => column.notNull())
    .addColumn("first_seq", "bigint", (column) => column.notNull())
    .addColumn("raw_offset_ms", "double precision", (column) => column.notNull())
    .addColumn("last_seq", "bigint", (column) => column.notNull())
    .addColumn("last_monotonic_ms", "double precision", (column) => column.notNull())
    .addColumn("known_seq", "bigint")
    .addColumn("known_offset_ms", "double precision")
    .addColumn("synced_seq", "bigint")
    .addColumn("synced_offset_ms", "double precision")
    .addColumn("synced_error_ms", "double precision")
    .addColumn("synced_received_ms", "bigint")
    .addColumn("latest_offset_ms", "double precision", (column) => column.notNull())
    .addColumn("offset_ms", "double precision")
    .addColumn("from_ms", "double precision")
    .addColumn("to_ms", "double precision")
    .addPrimaryKeyConstraint("boots_key", ["terminal", "store", "boot"])
    .execute();
}
