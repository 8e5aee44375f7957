import { createCipheriv, createDecipheriv, createHash, createHmac } from "node:crypto";
import * as z from "zod";
import { CodedError } from "../../protocol/errors.ts";
import type { Caller } from "../access/caller.ts";
import { TooMany } from "../access/throttle.ts";
import type { HubContext } from "../context.ts";

/**
 * A write whose answer was lost can be sent again with the same `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header):
 * it is done once, and answered the same. Answers may hold PINs: each is sealed under a key made from the hub's and the
 * client's, which only the client keeps, so that neither the database nor hub.key opens it.
 */

/** How long an answer is kept: a day off-line. */
export const ANSWER_LIFE_MS = 24 * 60 * 60 * 1000;
/** Answers of all callers within that time. */
export const MAX_KEPT_ANSWERS = 20_000;

export const IDEMPOTENCY_HEADER = "idempotency-key";
/** A UUID, or any random text as long. */
export const idempotencyKey = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{16,64}$/,
    "an Idempotency-Key is 16 to 64 letters, digits, - or _, chosen at random",
  );

/** AES-256-GCM; each key seals one answer. */
const CIPHER = "aes-256-gcm";
const NONCE = new Uint8Array(12);
const TAG_BYTES = 16;

export interface Answered {
  readonly body: unknown;
  /** Whether it was kept from the first time. */
  readonly isRepeated: boolean;
}

/**
 * Does `act` unless it was done under this key. `request` is everything that makes the request what it is. What is refused
 * is not kept: it may be tried again. Rejects with CodedError `idempotency.other-request`, `idempotency.under-way` (the
 * first has not been answered yet, or never will be: look before doing it with a new key), `idempotency.too-many`, or as
 * `act` does.
 */
export async function actOnce(
  context: HubContext,
  caller: Caller,
  key: string,
  request: string,
  act: () => Promise<unknown>,
): Promise<Answered> {
  const { actor, via } = caller;
  const who = via.kind === "token" ? via.token : actor.person;
  const keyHash = createHash("sha256").update(`idempotency\n${who}\n${key}`).digest("hex");
  const sealingKey = createHmac("sha256", context.secrets.answerKey).update(`${who}\n${key}`).digest();
  const requestHash = createHmac("sha256", sealingKey).update(request).digest("hex");

  const kept = await begin(context, keyHash, requestHash);
  if (kept !== null) return { body: open(sealingKey, kept), isRepeated: true };
  const { queries } = context.store;
  let body: unknown;
  try {
    body = await act();
  } catch (error) {
    await queries.deleteFrom("idempotency").where("key_hash", "=", keyHash).execute();
    throw error;
  }
  // Done is done: when this fails, the key stays used.
  const answer = seal(sealingKey, body);
  await queries.updateTable("idempotency").set({ answer }).where("key_hash", "=", keyHash).execute();
  return { body, isRepeated: false };
}

/** The sealed answer of the first time; null when this is the first time, which is noted. */
async function begin(context: HubContext, keyHash: string, requestHash: string): Promise<string | null> {
  const nowMs = context.wallClock.wallMs();
  return context.store.transaction(async (transaction) => {
    await transaction
      .deleteFrom("idempotency")
      .where("at_ms", "<=", nowMs - ANSWER_LIFE_MS)
      .execute();
    const present = await transaction
      .selectFrom("idempotency")
      .selectAll()
      .where("key_hash", "=", keyHash)
      .executeTakeFirst();
    if (present === undefined) {
      const { count } = await transaction
        .selectFrom("idempotency")
        .select((expression) => expression.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      if (count >= MAX_KEPT_ANSWERS) {
        throw new TooMany("idempotency.too-many", "too many answers are kept: wait an hour", 60 * 60 * 1000);
      }
      await transaction
        .insertInto("idempotency")
        .values({ key_hash: keyHash, request_hash: requestHash, answer: null, at_ms: nowMs })
        .execute();
      return null;
    }
    if (present.request_hash !== requestHash) {
      throw new CodedError("idempotency.other-request", "this Idempotency-Key was used for another request");
    }
    if (present.answer === null) {
      throw new CodedError(
        "idempotency.under-way",
        "the first request with this Idempotency-Key has not been answered: look whether it was done",
      );
    }
    return present.answer;
  });
}

function seal(key: Uint8Array, body: unknown): string {
  const cipher = createCipheriv(CIPHER, key, NONCE);
  const text = JSON.stringify({ body });
  return Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString("base64");
}

/** Nothing, where there was nothing to answer. */
const sealedBody = z.object({ body: z.unknown().optional() });

function open(key: Uint8Array, sealed: string): unknown {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv(CIPHER, key, NONCE);
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]);
  return sealedBody.parse(JSON.parse(text.toString("utf8"))).body;
}
