import type { Kysely } from "kysely";

/** 0012-mail: the tables of mail-schema.ts. */
export async function mail(_db: Kysely<unknown>): Promise<void> {}
