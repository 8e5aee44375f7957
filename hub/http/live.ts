import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { CodedError } from "../../protocol/errors.ts";
import type { Scheduler, Timer } from "../../protocol/seams.ts";
import type { Changes, Topic } from "../changes.ts";
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

export class LiveStreams {
  readonly #scheduler: Scheduler;
  readonly #streams = new Set<ServerResponse>();
  readonly #due = new Set<Topic>();
  readonly #stopListening: () => void;
  #flush: Timer | null = null;
  #keepalive: Timer | null = null;

  constructor(changes: Changes, scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#stopListening = changes.listen((change) => this.#changed(change.topics));
  }

  /** Adds the route. Throws CodedError `live.too-many` to who comes when all places are taken. */
  register(app: FastifyInstance): void {
    app.get("/api/v1/live", (_request, reply) => {
      if (this.#streams.size >= MAX_LIVE_STREAMS) {
        throw new CodedError("live.too-many", `more than ${MAX_LIVE_STREAMS} pages are open`);
      }
      reply.hijack();
      this.#open(reply.raw);
    });
  }

  close(): void {
    this.#stopListening();
    this.#flush?.cancel();
    this.#keepalive?.cancel();
    for (const stream of this.#streams) stream.end();
    this.#streams.clear();
  }

  #open(stream: ServerResponse): void {
    stream.writeHead(200, {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    stream.write("retry: 2000\n\n");
    this.#streams.add(stream);
    stream.on("close", () => this.#streams.delete(stream));
    stream.on("error", () => this.#streams.delete(stream));
    this.#keepalive ??= this.#scheduler.after(LIVE_KEEPALIVE_MS, () => this.#keepAlive());
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
    this.#write(": still here\n\n");
    this.#keepalive =
      this.#streams.size === 0 ? null : this.#scheduler.after(LIVE_KEEPALIVE_MS, () => this.#keepAlive());
  }

  #write(text: string): void {
    for (const stream of this.#streams) {
      if (stream.writableLength > MAX_LIVE_BUFFERED_BYTES) stream.destroy();
      else stream.write(text);
    }
  }
}
