import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { CodedError } from "../../protocol/errors.ts";
import { crockford, ID_LENGTH } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";

/**
 * Guessing passwords is slowed down for each account and for each address, in the database, so that neither a restart
 * nor another hub begins anew. Accounts that do not exist count the same: the answer tells nothing about them. A
 * stranger can keep someone from signing in this way, for the window; sessions that are open go on.
 */

export const TRY_WINDOW_MS = 15 * 60 * 1000;
export const MAX_TRIES_PER_ACCOUNT = 10;
/** A workplace behind one address, on a Monday morning. */
export const MAX_TRIES_PER_ADDRESS = 50;

/** Too much within a time, and how long to wait. */
export class TooMany extends CodedError {
  readonly retryAfterMs: number;

  constructor(code: string, message: string, retryAfterMs: number) {
    super(code, message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** What a person types to sign in: letters' case and blanks around it do not matter. */
export function normalEmail(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}

/** Whose passwords are tried, and from where. */
export interface Trier {
  readonly account: string;
  readonly address: string;
}

export function trierOf(email: string, address: string): Trier {
  const account = createHash("sha256")
    .update(`account\n${normalEmail(email)}`)
    .digest("hex");
  return { account, address: networkOf(address) };
}

/** One house has all addresses of an IPv6 /64, so that they count as one (RFC 6177). */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address.replace(/^::ffff:/i, "");
  const [before = "", after] = address.toLowerCase().split("%")[0]?.split("::") ?? [];
  const groups = (text: string): string[] => text.split(":").filter((group) => group !== "");
  const first = groups(before);
  const last = groups(after ?? "");
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => "0");
  return `${[...first, ...zeros, ...last].slice(0, 4).join(":")}::/64`;
}

/**
 * Counts a try before it is judged: tries at the same moment are counted too. Rejects with {@link TooMany}
 * `sign-in.too-many-tries`, which counts nothing.
 */
export async function takeTry(context: HubContext, trier: Trier): Promise<void> {
  const nowMs = context.wallClock.wallMs();
  await context.store.transaction(async (transaction) => {
    await transaction
      .deleteFrom("sign_in_tries")
      .where("at_ms", "<=", nowMs - TRY_WINDOW_MS)
      .execute();
    const limits = { account: MAX_TRIES_PER_ACCOUNT, address: MAX_TRIES_PER_ADDRESS };
    for (const by of ["account", "address"] as const) {
      const { count, first } = await transaction
        .selectFrom("sign_in_tries")
        .select((expression) => expression.fn.countAll<number>().as("count"))
        .select((expression) => expression.fn.min<number | null>("at_ms").as("first"))
        .where(by, "=", trier[by])
        .executeTakeFirstOrThrow();
      if (count >= limits[by]) {
        const waitMs = (first ?? nowMs) + TRY_WINDOW_MS - nowMs;
        const minutes = Math.ceil(waitMs / 60_000);
        throw new TooMany(
          "sign-in.too-many-tries",
          `too many tries: wait ${minutes} min, or ask another admin for a new link`,
          waitMs,
        );
      }
    }
    const id = crockford(context.random.bytes(10), ID_LENGTH);
    await transaction
      .insertInto("sign_in_tries")
      .values({ id, ...trier, at_ms: nowMs })
      .execute();
  });
}

/** The password was right: what was tried for this account from there is forgotten. */
export async function forgetTries(context: HubContext, trier: Trier): Promise<void> {
  await context.store.queries
    .deleteFrom("sign_in_tries")
    .where("account", "=", trier.account)
    .where("address", "=", trier.address)
    .execute();
}
