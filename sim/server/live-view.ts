import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { CodedError } from "../../protocol/errors.ts";
import type { Scheduler, Timer } from "../../protocol/seams.ts";
import type { Simulator } from "../simulator.ts";
import { screenOf } from "./screen.ts";

/** Pages that may watch at once. */
const MAX_WATCHERS = 32;
/** As often as an eye notices. Nothing runs while nobody watches. */
const LOOK_INTERVAL_MS = 40;
/** A page that reads this much too slowly is cut off; it reconnects and gets everything. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** GET /api/v1/live: server-sent events with the screen and the state when they changed, and each sound. */
export class LiveView {
  readonly #simulator: Simulator;
  readonly #scheduler: Scheduler;
  readonly #watchers = new Set<ServerResponse>();
  readonly #last = new Map<string, string>();
  readonly #stopListening: () => void;
  #timer: Timer | null = null;
  #closed = false;

  constructor(simulator: Simulator, scheduler: Scheduler) {
    this.#simulator = simulator;
    this.#scheduler = scheduler;
    this.#stopListening = simulator.ear.onSound((sound) => this.#send("sound", JSON.stringify(sound)));
  }

  register(app: FastifyInstance): void {
    app.get("/api/v1/live", (_request, reply) => {
      if (this.#watchers.size >= MAX_WATCHERS) {
        throw new CodedError("live.too-many", `more than ${MAX_WATCHERS} pages are open`);
      }
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      raw.write("retry: 1000\n\n");
      raw.on("close", () => this.#watchers.delete(raw));
      raw.on("error", () => this.#watchers.delete(raw));
      this.#watchers.add(raw);
      for (const [event, data] of this.#last) raw.write(`event: ${event}\ndata: ${data}\n\n`);
      this.#timer ??= this.#scheduler.after(0, () => void this.#look());
    });
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
    this.#timer?.cancel();
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
  }

  async #look(): Promise<void> {
    this.#sendIfNew("screen", JSON.stringify(screenOf(this.#simulator.board)));
    this.#sendIfNew("state", JSON.stringify(await this.#simulator.state()));
    const isWatched = this.#watchers.size > 0 && !this.#closed;
    this.#timer = isWatched ? this.#scheduler.after(LOOK_INTERVAL_MS, () => void this.#look()) : null;
  }

  #sendIfNew(event: string, data: string): void {
    if (this.#last.get(event) === data) return;
    this.#last.set(event, data);
    this.#send(event, data);
  }

  #send(event: string, data: string): void {
    for (const watcher of this.#watchers) {
      if (watcher.writableLength > MAX_BUFFERED_BYTES) watcher.destroy();
      else watcher.write(`event: ${event}\ndata: ${data}\n\n`);
    }
  }
}
