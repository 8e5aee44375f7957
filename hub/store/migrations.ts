import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import { access } from "./access-migration.ts";
import { history } from "./history-migration.ts";
import { mail } from "./mail-migration.ts";
import { stores } from "./stores-migration.ts";
import { terminals } from "./terminals-migration.ts";
import { tries } from "./tries-migration.ts";

/**
 * The schema's history, forward only: a migration that was released is never edited, and none has a way back. They use
 * what SQLite and PostgreSQL both understand.
 */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
  "0001-first": { up: first },
  "0002-cards": { up: cards },
  "0003-pins-at-rest": { up: pinsAtRest },
  "0010-access": { up: access },
  "0011-tries": { up: tries },
  "0012-mail": { up: mail },
  "0013-terminals": { up: terminals },
  "0014-stores": { up: stores },
  "0015-history": { up: history },
};

const PIN_COLUMNS = ["pin_salt", "pin_slow_hash", "pin_index"] as const;

async function first(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("workspace")
    .addColumn("id", "integer", (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("plan", "text", (column) => column.notNull())
    .addColumn("pin_length", "integer", (column) => column.notNull())
    .addColumn("number_length", "integer", (column) => column.notNull())
    .addColumn("time_zone", "text", (column) => column.notNull())
    .addColumn("language", "text", (column) => column.notNull())
    .addColumn("key_check", "text", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .execute();

  await createPeople(db);
  await createTerminals(db);
  await createEvents(db);

  await db.schema
    .createTable("audit")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("actor", "text", (column) => column.references("people.id"))
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("subject", "text")
    .execute();
  await db.schema.createIndex("audit_at").on("audit").columns(["at_ms", "id"]).execute();
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  let people = db.schema
    .createTable("people")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("email", "text")
    .addColumn("number", "text", (column) => column.notNull().unique())
    .addColumn("role", "text", (column) => column.notNull())
    .addColumn("language", "text")
    .addColumn("more_time", "integer", (column) => column.notNull())
    .addColumn("active", "integer", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull());
  for (const name of PIN_COLUMNS) people = people.addColumn(name, "text");
  await people.execute();
  await db.schema.createIndex("people_pin_index").on("people").column("pin_index").execute();

  let kiosks = db.schema
    .createTable("kiosks")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull().unique())
    .addColumn("requires_pin", "integer", (column) => column.notNull())
    .addColumn("time_zone", "text", (column) => column.notNull())
    .addColumn("language", "text", (column) => column.notNull())
    .addColumn("break_enabled", "integer", (column) => column.notNull())
    .addColumn("roster_revision", "bigint", (column) => column.notNull())
    .addColumn("settings_revision", "bigint", (column) => column.notNull())
    .addColumn("created_ms", "bigint", (column) => column.notNull());
  for (const name of PIN_COLUMNS) kiosks = kiosks.addColumn(name, "text");
  await kiosks.execute();
  // Rule 8: each kiosk's Universal PIN is unique among kiosks, whoever else is saving at the same moment.
  await db.schema.createIndex("kiosks_pin_index").on("kiosks").column("pin_index").unique().execute();

  await db.schema
    .createTable("kiosk_people")
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("changed_revision", "bigint", (column) => column.notNull())
    .addColumn("removed", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("kiosk_people_key", ["kiosk", "person"])
    .execute();
  await db.schema
    .createIndex("kiosk_people_changed")
    .on("kiosk_people")
    .columns(["kiosk", "changed_revision"])
    .execute();
  await db.schema.createIndex("kiosk_people_person").on("kiosk_people").column("person").execute();
}

async function createTerminals(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("terminals")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("public_key", "text", (column) => column.notNull().unique())
    .addColumn("key_epoch", "integer", (column) => column.notNull())
    .addColumn("software", "text", (column) => column.notNull())
    .addColumn("claimed_ms", "bigint", (column) => column.notNull())
    .addColumn("last_seen_ms", "bigint")
    .addColumn("unsent", "bigint", (column) => column.notNull())
    .addColumn("store", "text")
    .addColumn("clock_error_ms", "bigint")
    .addColumn("revoked", "integer", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("stores")
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("acked_seq", "bigint", (column) => column.notNull())
    .addColumn("head_hash", "text", (column) => column.notNull())
    .addColumn("forked", "integer", (column) => column.notNull())
    .addPrimaryKeyConstraint("stores_key", ["terminal", "store"])
    .execute();

  await db.schema
    .createTable("claim_tokens")
    .addColumn("token_hash", "text", (column) => column.primaryKey())
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("created_ms", "bigint", (column) => column.notNull())
    .addColumn("expires_ms", "bigint", (column) => column.notNull())
    .addColumn("used_by", "text", (column) => column.references("terminals.id"))
    .execute();
}

async function createEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("events")
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    // No reference to people: an event about someone who was erased is kept all the same.
    .addColumn("person", "text")
    .addColumn("text", "text", (column) => column.notNull())
    .addColumn("received_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("events_key", ["terminal", "store", "seq"])
    .execute();

  await db.schema
    .createTable("forks")
    .addColumn("terminal", "text", (column) => column.notNull().references("terminals.id"))
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("text", "text", (column) => column.notNull())
    .addColumn("received_ms", "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("forks_key", ["terminal", "store", "seq", "hash"])
    .execute();

  await db.schema
    .createTable("punches")
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("terminal", "text", (column) => column.notNull())
    .addColumn("store", "text", (column) => column.notNull())
    .addColumn("seq", "bigint", (column) => column.notNull())
    .addColumn("action", "text", (column) => column.notNull())
    .addColumn("auth", "text", (column) => column.notNull())
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("offset_minutes", "integer", (column) => column.notNull())
    .addColumn("undone_by", "bigint")
    .addPrimaryKeyConstraint("punches_key", ["terminal", "store", "seq"])
    .addForeignKeyConstraint("punches_event", ["terminal", "store", "seq"], "events", [
      "terminal",
      "store",
      "seq",
    ])
    .execute();
  await db.schema.createIndex("punches_person").on("punches").columns(["person", "at_ms"]).execute();
  await db.schema.createIndex("punches_at").on("punches").columns(["at_ms"]).execute();

  await db.schema
    .createTable("presences")
    .addColumn("person", "text", (column) => column.primaryKey().references("people.id"))
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("since_ms", "bigint")
    .addColumn("spans", "text", (column) => column.notNull())
    .execute();

  await db.schema
    .createTable("pin_requests")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("person", "text", (column) => column.notNull().references("people.id"))
    .addColumn("kiosk", "text", (column) => column.notNull().references("kiosks.id"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .addColumn("closed_ms", "bigint")
    .execute();
  // Rule 7: one open request a person.
  await db.schema
    .createIndex("pin_requests_open")
    .on("pin_requests")
    .column("person")
    .unique()
    .where(sql.ref("closed_ms"), "is", null)
    .execute();
}

async function cards(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable("people").addColumn("card", "text").execute();
  // One person a card, of those who may punch.
  await db.schema
    .createIndex("people_card")
    .on("people")
    .column("card")
    .unique()
    .where(sql.ref("card"), "is not", null)
    .where(sql.ref("active"), "=", sql.lit(1))
    .execute();
}

async function pinsAtRest(db: Kysely<unknown>): Promise<void> {
  await addFlag(db, "workspace", "write_only_pins");
  await db.schema.alterTable("people").addColumn("pin_sealed", "text").execute();
  await db.schema.alterTable("people").addColumn("waits_cleared_ms", "bigint").execute();

  await db.schema.alterTable("kiosks").addColumn("pin_sealed", "text").execute();
  await addFlag(db, "kiosks", "requires_pin_lapsed");
  await addRevision(db, "kiosks");
  await db.schema.alterTable("kiosks").addColumn("deleted_ms", "bigint").execute();
  await db.schema.alterTable("kiosks").addColumn("deleted_name", "text").execute();
  await addRevision(db, "kiosk_people");
  await addFlag(db, "kiosk_people", "leaving");
  await addFlag(db, "punches", "outdated");

  let shelved = db.schema
    .createTable("shelved_pins")
    .addColumn("owner", "text", (column) => column.notNull())
    .addColumn("length", "integer", (column) => column.notNull());
  for (const name of [...PIN_COLUMNS, "pin_sealed"] as const) shelved = shelved.addColumn(name, "text");
  await shelved.addPrimaryKeyConstraint("shelved_pins_key", ["owner", "length"]).execute();

  await db.schema
    .createTable("pin_edits")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("actor", "text", (column) => column.notNull().references("people.id"))
    .addColumn("at_ms", "bigint", (column) => column.notNull())
    .execute();
  await db.schema.createIndex("pin_edits_actor").on("pin_edits").columns(["actor", "at_ms"]).execute();
}

async function addFlag(db: Kysely<unknown>, table: string, name: string): Promise<void> {
  const column = db.schema
    .alterTable(table)
    .addColumn(name, "integer", (built) => built.notNull().defaultTo(0));
  await column.execute();
}

/** 0: before the first revision of any roster. */
async function addRevision(db: Kysely<unknown>, table: string): Promise<void> {
  const column = db.schema
    .alterTable(table)
    .addColumn("access_revision", "bigint", (built) => built.notNull().defaultTo(0));
  await column.execute();
}
