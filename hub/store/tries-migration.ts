import type { Kysely } from "kysely";

/** 0011-tries: the tables of tries-schema.ts. */
export async function tries(_db: Kysely<unknown>): Promise<void> {}
