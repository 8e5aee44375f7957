/**
 * The seams of the house (design: the seeded world). Code that decides takes these instead of Node's timers, crypto
 * randomness, sockets or databases, so that one virtual clock and one seed can run all of it.
 */

export interface Timer {
  cancel(): void;
}

/** Same shape as `Scheduler` in hal/ports.ts, which imports nothing; a test keeps the two assignable. */
export interface Scheduler {
  /** Monotonic milliseconds with fractions; the origin is arbitrary. */
  nowMs(): number;
  after(delayMs: number, run: () => void): Timer;
  soon(run: () => void): void;
}

/** Wall clock; may step either way and may be wrong by years. Only for what is shown and recorded, never for waiting. */
export interface WallClock {
  /** Milliseconds since 1970-01-01T00:00:00Z, whole. */
  wallMs(): number;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  uniform(): number;
}

/** One ordered, reliable, message-preserving connection (a WebSocket, or the seeded world's wire). */
export interface Link {
  /** Queues one text message. After close it does nothing. */
  send(text: string): void;
  /** Closes with a WebSocket close code (RFC 6455 section 7.4; ours are 4000-4999) and a reason without secrets. */
  close(code: number, reason: string): void;
  /** Bytes handed to `send` that have not left yet: back-pressure. */
  bufferedBytes(): number;
  /** Sets the listeners; called once, before the first message is delivered. `closed` is called exactly once. */
  listen(listener: LinkListener): void;
}

export interface LinkListener {
  message(text: string): void;
  closed(code: number, reason: string): void;
}

/** The costly half of PIN verification: argon2id in production, an HMAC in the seeded world. */
export interface Kdf {
  /** Derives {@link KDF_BYTES} bytes from a PIN and a salt of {@link SALT_BYTES}, off the main thread. */
  derive(pin: string, salt: Uint8Array): Promise<Uint8Array>;
}
export const KDF_BYTES = 32;
export const SALT_BYTES = 16;

export type SqlValue = string | number | bigint | null | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** Parameters are positional: each `?` takes the next value. */
export interface SqlStatement {
  /** True when the statement returns rows (SELECT, RETURNING). */
  readonly reader: boolean;
  run(parameters: readonly SqlValue[]): { readonly changes: number; readonly lastInsertRowid: number };
  all(parameters: readonly SqlValue[]): SqlRow[];
  get(parameters: readonly SqlValue[]): SqlRow | undefined;
}

/** A synchronous SQLite connection. Errors are {@link CodedError} with code `store.sql` or a finer one. */
export interface SqlDriver {
  /** Statements are cached by their text for the connection's life; at most a few dozen distinct texts are expected. */
  prepare(sql: string): SqlStatement;
  /** Runs statements that return nothing: schema and pragmas. */
  exec(sql: string): void;
  close(): void;
}
