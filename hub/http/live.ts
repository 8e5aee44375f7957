import type { ServerResponse } from "node:http";
import { CodedError } from "../../protocol/errors.ts";
import type { Scheduler, Timer } from "../../protocol/seams.ts";
import type { Changes, Topic } from "../changes.ts";
import { SECURITY_HEADERS } from "./page.ts";
import { changedData } from "./schemas.ts";

/** GET /api/v1/live: server-sent events that say which topics to fetch again. */

/** Pages open at once; each costs a socket. */
export const MAX_LIVE_STREAMS = 200;
/** A busy hub tells a page at most so often. */
export const LIVE_INTERVAL_MS = 250;
/** A comment keeps proxies from closing an idle stream, and finds the dead. */
const LIVE_KEEPALIVE_MS = 25_000;
/** A page that reads this much too slowly is cut off; it reconnects and fetches everything. */
const MAX_LIVE_BUFFERED_BYTES = 64 * 1024;

interface OpenStream {
  readonly response: ServerResponse;
  /** Asks again whether whoever opened it may still look. */
  readonly isAllowed: () => Promise<boolean>;
}

export class LiveStreams {
  readonly #scheduler: Scheduler;
  readonly #streams = new Set<OpenStream>();
  readonly #due = new Set<Topic>();
  readonly #stopListening: () => void;
  #flush: Timer | null = null;
  #keepalive: Timer | null = null;

  constructor(changes: Changes, scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#stopListening = changes.listen((change) => this.#changed(change.topics));
  }

  /** Throws CodedError `live.too-many` to who comes when all places are taken. */
  requirePlace(): void {
    if (this.#streams.size >= MAX_LIVE_STREAMS) {
      throw new CodedError("live.too-many", `more than ${MAX_LIVE_STREAMS} pages are open`);
    }
  }

  /** Takes over a response. Whoever may not look any more is cut off at the next comment. */
  open(response: ServerResponse, isAllowed: () => Promise<boolean>): void {
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": "text/event-stream",
      "cache-control": "no-store",
    });
    response.write("retry: 2000\n\n");
    const stream = { response, isAllowed };
    this.#streams.add(stream);
    response.on("close", () => this.#streams.delete(stream));
    response.on("error", () => this.#streams.delete(stream));
    this.#keepalive ??= this.#scheduler.after(LIVE_KEEPALIVE_MS, () => this.#keepAlive());
  }

  close(): void {
    this.#stopListening();
    this.#flush?.cancel();
    this.#keepalive?.cancel();
    for (const { response } of this.#streams) response.end();
    this.#streams.clear();
  }

  #changed(topics: readonly Topic[]): void {
    if (this.#streams.size === 0) return;
    for (const topic of topics) this.#due.add(topic);
    if (this.#due.size === 0) return;
    this.#flush ??= this.#scheduler.after(LIVE_INTERVAL_MS, () => {
      this.#flush = null;
      const data = JSON.stringify(changedData.parse({ topics: [...this.#due] }));
      this.#due.clear();
      this.#write(`event: changed\ndata: ${data}\n\n`);
    });
  }

  #keepAlive(): void {
    for (const stream of this.#streams) void this.#dropUnlessAllowed(stream);
    this.#write(": still here\n\n");
    this.#keepalive =
      this.#streams.size === 0 ? null : this.#scheduler.after(LIVE_KEEPALIVE_MS, () => this.#keepAlive());
  }

  async #dropUnlessAllowed(stream: OpenStream): Promise<void> {
    if (await stream.isAllowed()) return;
    this.#streams.delete(stream);
    stream.response.end();
  }

  #write(text: string): void {
    for (const { response } of this.#streams) {
      if (response.writableLength > MAX_LIVE_BUFFERED_BYTES) response.destroy();
      else response.write(text);
    }
  }
}
