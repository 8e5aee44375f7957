import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { CodedError } from "../../protocol/errors.ts";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { Random } from "../../protocol/seams.ts";

/**
 * The keys that PINs are kept under. Each is derived from a secret that is never in the database, and has an id that
 * stands in front of all that was made with it. New things are made with the newest; the older ones are there to read.
 */

/** Whose PIN. What was sealed for one owner opens for no other. */
export type PinOwner = PersonId | KioskId;

/** What is kept sealed: the PIN, or the slow hash, from which a PIN of 4 digits is found in minutes. */
export type SealedUse = "pin" | "slow hash";

/** AES-256-GCM (NIST SP 800-38D): 96 bits of nonce, all 128 of the tag. */
const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_DIGITS = 8;
/** Of a workspace of 10,000 people and what changes in it; about 300 bytes each. */
const MAX_OPEN_SLOW_HASHES = 20_000;

export class PinKeys {
  readonly #keys: readonly PinKey[];
  readonly #first: PinKey;
  readonly #current: PinKey;
  readonly #slowHashes = new Map<string, Uint8Array>();

  /** Secrets of 32 bytes, the newest last. */
  constructor(first: Uint8Array, ...later: readonly Uint8Array[]) {
    this.#first = pinKey(first);
    this.#keys = [this.#first, ...later.map(pinKey)];
    this.#current = this.#keys.at(-1) ?? this.#first;
  }

  /** Id of the newest key, with the dot that ends it: what everything made with it begins with. */
  get currentPrefix(): string {
    return `${this.#current.id}.`;
  }

  /** False for what was kept as it is, before there were keys for it. */
  isSealed(kept: string): boolean {
    return kept.includes(".");
  }

  /** What an index was that carried no id: of the first key. */
  withId(index: string): string {
    return index.includes(".") ? index : `${this.#first.id}.${index}`;
  }

  /** Equal PINs have equal indexes under one key, and nothing else can be told from one. */
  index(pin: string): string {
    return this.#current.index(pin);
  }

  /** All that {@link index} may have said of this PIN, whichever key was the newest then. */
  indexes(pin: string): string[] {
    return this.#keys.map((key) => key.index(pin));
  }

  /** Under the newest key: `id.base64url(nonce, ciphertext, tag)`. */
  seal(owner: PinOwner, use: SealedUse, plain: Uint8Array, random: Random): string {
    const nonce = random.bytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#current.encryption, nonce);
    cipher.setAAD(boundTo(owner, use));
    const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return `${this.#current.id}.${sealed.toString("base64url")}`;
  }

  /**
   * Throws CodedError `pin.key-unknown` when it was sealed under a key that is not here, `pin.sealed` when it was
   * changed, or sealed for another owner or use.
   */
  open(owner: PinOwner, use: SealedUse, sealed: string): Uint8Array {
    const key = this.#keys.find((each) => sealed.startsWith(`${each.id}.`));
    if (key === undefined) {
      throw new CodedError("pin.key-unknown", "a PIN is kept under a key that hub.key does not hold");
    }
    try {
      const bytes = Buffer.from(sealed.slice(ID_DIGITS + 1), "base64url");
      const decipher = createDecipheriv(CIPHER, key.encryption, bytes.subarray(0, NONCE_BYTES));
      decipher.setAAD(boundTo(owner, use));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      // Of a stream cipher nothing is left to come: this only says whether it is what was sealed.
      decipher.final();
      return plain;
    } catch (cause) {
      throw new CodedError("pin.sealed", "a PIN in the database is not what the hub put there", { cause });
    }
  }

  /** Opens a slow hash as {@link open} does, and remembers it: rosters need each once for every terminal. */
  openSlowHash(owner: PinOwner, sealed: string): Uint8Array {
    const name = `${owner} ${sealed}`;
    const known = this.#slowHashes.get(name);
    if (known !== undefined) return known;
    const slowHash = this.open(owner, "slow hash", sealed);
    if (this.#slowHashes.size >= MAX_OPEN_SLOW_HASHES) this.#slowHashes.clear();
    this.#slowHashes.set(name, slowHash);
    return slowHash;
  }
}

interface PinKey {
  /** 8 hex digits. */
  readonly id: string;
  readonly encryption: KeyObject;
  index(pin: string): string;
}

function pinKey(secret: Uint8Array): PinKey {
  const derive = (label: string): Buffer => createHmac("sha256", secret).update(label).digest();
  const id = derive("pin key id").toString("hex").slice(0, ID_DIGITS);
  return {
    id,
    encryption: createSecretKey(derive("pin encryption")),
    index: (pin) => `${id}.${derive(`pin index\0${pin}`).toString("hex")}`,
  };
}

function boundTo(owner: PinOwner, use: SealedUse): Uint8Array {
  return Buffer.from(`punchbox ${use} of ${owner}`);
}
