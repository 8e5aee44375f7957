import { chmodSync } from "node:fs";
import { join } from "node:path";
import { codeOf, CodedError } from "../protocol/errors.ts";
import type { Random, SqlDriver } from "../protocol/seams.ts";
import { openBetterSqlite3 } from "../protocol/seams/better-sqlite3.ts";
import { makeFolder } from "../protocol/seams/folders.ts";
import { addPinKey, loadHubKeys, retirePinKeys } from "./hub-key.ts";
import { refuseUnreadable } from "./pins/reseal.ts";
import { hubSecrets, isKeyOf, type HubSecrets } from "./secrets.ts";
import { openHubStore, type HubStore } from "./store/store.ts";
import { findWorkspace } from "./workspace/workspace.ts";

/** Opens what a hub remembers: its database, and the keys, which are never in it. */

export const HUB_DATABASE_FILE = "hub.db";

/** Where a hub's memory is: a folder, or (for simulations and tests) an open database and the key beside it. */
export type HubData =
  | DataFolder
  | { readonly driver: SqlDriver; readonly hubKey: Uint8Array }
  | { readonly store: HubStore; readonly hubKey: Uint8Array };

export interface DataFolder {
  /** Has hub.key, and the SQLite database when there is no other. */
  readonly dataDir: string;
  /** Of a PostgreSQL database, `postgres://...`; may hold a password, so it is never shown. */
  readonly databaseUrl?: string | undefined;
  /** Adds a new key for PINs, under which all of them are kept from this start on. */
  readonly rotatePinKey?: boolean;
}

export interface OpenedData {
  readonly store: HubStore;
  readonly secrets: HubSecrets;
  /** To be called when all PINs are kept under the newest key: drops the older ones. */
  settleKeys(): void;
}

/**
 * Rejects with CodedError: `hub.data` (a folder that cannot be used), `hub.data-in-use`, `hub.key-missing`, `hub.key`,
 * `hub.key-other`, `store.open`, `store.sql`, `store.migrate`; for a rotation also `pin.write-only`, `pin.unreadable`.
 */
export async function openHubData(data: HubData, random: Random): Promise<OpenedData> {
  if (!("dataDir" in data)) {
    const store = "store" in data ? data.store : await openSqlite(data.driver);
    return checked({ store, secrets: hubSecrets(data.hubKey), settleKeys: () => undefined });
  }
  try {
    makeFolder(data.dataDir);
  } catch (cause) {
    throw new CodedError("hub.data", `cannot make the data folder ${data.dataDir}`, { cause });
  }
  const store = await openDatabase(data);
  try {
    return await withKeys(data, store, random);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function withKeys(data: DataFolder, store: HubStore, random: Random): Promise<OpenedData> {
  const { dataDir } = data;
  // A key made anew for a database that has its workspace would silently make every PIN wrong.
  const isNew = (await findWorkspace(store.queries)) === null;
  const found = loadHubKeys(dataDir, random, isNew);
  await checked({ store, secrets: hubSecrets(found.hubKey) });
  if (data.rotatePinKey === true) await refuseUnreadable(store.queries);
  const keys = data.rotatePinKey === true ? addPinKey(dataDir, found, random) : found;
  return {
    store,
    secrets: hubSecrets(keys.hubKey, ...keys.laterPinKeys),
    settleKeys: () => retirePinKeys(dataDir, keys),
  };
}

async function checked<Data extends { readonly store: HubStore; readonly secrets: HubSecrets }>(
  data: Data,
): Promise<Data> {
  const workspace = await findWorkspace(data.store.queries);
  if (workspace !== null && !isKeyOf(data.secrets, workspace.keyCheck)) {
    throw new CodedError("hub.key-other", "hub.key does not belong to this database: restore both together");
  }
  return data;
}

async function openDatabase(data: DataFolder): Promise<HubStore> {
  if (data.databaseUrl !== undefined) {
    const { openPostgresStore } = await import("./store/postgres.ts");
    return openPostgresStore(data.databaseUrl);
  }
  const path = join(data.dataDir, HUB_DATABASE_FILE);
  const driver = openBetterSqlite3(path);
  // SQLite gives its other files the mode of this one.
  chmodSync(path, 0o600);
  return openSqlite(driver);
}

async function openSqlite(driver: SqlDriver): Promise<HubStore> {
  try {
    return await openHubStore(driver);
  } catch (error) {
    driver.close();
    if (error instanceof CodedError && codeOf(error.cause) === "SQLITE_BUSY") {
      throw new CodedError("hub.data-in-use", "another hub is running on this data folder", { cause: error });
    }
    throw error;
  }
}
