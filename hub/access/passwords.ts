import { createHmac, timingSafeEqual } from "node:crypto";
import { CodedError } from "../../protocol/errors.ts";
import { SALT_BYTES, type Kdf, type Random } from "../../protocol/seams.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

/** Passwords: what is one (NIST SP 800-63B, section 5.1.1.2), and how the hub keeps it. */

export const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 200;

/** Slow hashes of passwords that may wait at once: each takes 19 MiB while it runs. */
export const MAX_HASHES_WAITING = 32;

/** Letters that look the same count as the same, whichever keyboard they came from (Unicode's NFKC). */
function normal(password: string): string {
  return password.normalize("NFKC");
}

/** Throws CodedError `password.short`, `password.long`, `password.common`, `password.own-email`. */
export function requirePassword(password: string, email: string): void {
  const text = normal(password);
  const length = Array.from(text).length;
  if (length < MIN_PASSWORD_LENGTH) {
    throw new CodedError("password.short", `a password has at least ${MIN_PASSWORD_LENGTH} characters`);
  }
  if (length > MAX_PASSWORD_LENGTH) {
    throw new CodedError("password.long", `a password has at most ${MAX_PASSWORD_LENGTH} characters`);
  }
  const lower = text.toLowerCase();
  if (COMMON_PASSWORDS.has(lower) || isMonotonous(lower)) {
    throw new CodedError("password.common", "this password is among the first that are tried: take another");
  }
  if (lower === email.toLowerCase()) {
    throw new CodedError("password.own-email", "a password is not the e-mail address: take another");
  }
}

/** One character, or two or three in turns: aaaaaaaaaa, 1212121212. */
function isMonotonous(text: string): boolean {
  return [1, 2, 3].some((period) =>
    Array.from(text).every((letter, index, all) => letter === all[index % period]),
  );
}

/** Version of {@link Passwords.keep}: argon2id of the cost in protocol/verifier.ts, then HMAC-SHA-256. */
const VERSION = "1";

/** Keeps passwords and checks them, a limited number at once. */
export class Passwords {
  readonly #kdf: Kdf;
  readonly #random: Random;
  readonly #key: Uint8Array;
  #waiting = 0;

  constructor(from: {
    readonly kdf: Kdf;
    readonly random: Random;
    readonly secrets: { readonly passwordKey: Uint8Array };
  }) {
    this.#kdf = from.kdf;
    this.#random = from.random;
    this.#key = from.secrets.passwordKey;
  }

  /** What to store: `version.salt.tag`. Rejects with CodedError `sign-in.busy` when too many wait. */
  async keep(password: string): Promise<string> {
    const salt = this.#random.bytes(SALT_BYTES);
    const tag = await this.#tag(password, salt);
    return [VERSION, encode(salt), encode(tag)].join(".");
  }

  /**
   * Whether this is the password. `kept` null, for nobody's, takes as long and is never right. Rejects with CodedError
   * `sign-in.busy`.
   */
  async matches(kept: string | null, password: string): Promise<boolean> {
    const [version, salt, tag] = (kept ?? NOBODYS).split(".");
    const made = await this.#tag(password, decode(salt ?? ""));
    const stored = decode(tag ?? "");
    const isEqual = stored.length === made.length && timingSafeEqual(stored, made);
    return kept !== null && version === VERSION && isEqual;
  }

  async #tag(password: string, salt: Uint8Array): Promise<Uint8Array> {
    if (this.#waiting >= MAX_HASHES_WAITING) {
      throw new CodedError("sign-in.busy", "too many are signing in: try again in a few seconds");
    }
    this.#waiting += 1;
    try {
      const hash = await this.#kdf.derive(normal(password), salt);
      return createHmac("sha256", this.#key).update(hash).digest();
    } finally {
      this.#waiting -= 1;
    }
  }
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const decode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64url"));

const NOBODYS = [VERSION, encode(new Uint8Array(SALT_BYTES)), ""].join(".");
