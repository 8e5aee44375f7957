import type { PersonId } from "../../protocol/ids.ts";
import type { Language } from "../../protocol/roster.ts";
import type { Queries } from "../store/schema.ts";
import { MAX_RECIPIENTS } from "./limits.ts";

export interface Recipient {
  readonly address: string;
  /** Null: the workspace's. */
  readonly language: Language | null;
}

/**
 * Active owners and admins that have an e-mail, that of their sign-in where no other is known, but for `except`: by
 * {@link addressKey}, so that two who share an address get one mail. At most {@link MAX_RECIPIENTS}, who came first.
 */
export async function recipients(
  queries: Queries,
  except: PersonId | null = null,
): Promise<ReadonlyMap<string, Recipient>> {
  const rows = await queries
    .selectFrom("people")
    .leftJoin("sign_ins", "sign_ins.person", "people.id")
    .select(["people.id", "people.language", "people.email", "sign_ins.email as sign_in_email"])
    .where("people.active", "=", 1)
    .where("people.role", "in", ["owner", "admin"])
    .orderBy("people.created_ms")
    .orderBy("people.id")
    .execute();
  const found = new Map<string, Recipient>();
  for (const { id, language, email, sign_in_email: signInEmail } of rows) {
    const address = email ?? signInEmail;
    if (id === except || address === null || found.size >= MAX_RECIPIENTS) continue;
    const key = addressKey(address);
    if (!found.has(key)) found.set(key, { address, language });
  }
  return found;
}

/** The same for addresses that reach the same box: servers do not tell cases apart. */
export function addressKey(address: string): string {
  return address.toLowerCase();
}
