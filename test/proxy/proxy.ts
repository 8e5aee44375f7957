import { connect, createServer, type Server, type Socket } from "node:net";
import type { Scheduler } from "../../protocol/seams.ts";
import type { Direction, WireFault } from "./plan.ts";

/** A wire between terminals and a hub: a TCP proxy on loopback that does to each connection what a plan says. */

const MAX_CONNECTIONS = 256;
const SOUND: WireFault = { kind: "none" };

export class FaultyProxy {
  readonly port: number;
  /** Connections that were made to it so far. */
  connections = 0;
  /** Bytes that were taken in and delivered to nobody. */
  droppedBytes = 0;
  readonly #server: Server;
  readonly #scheduler: Scheduler;
  #targetPort: number;
  #plan: WireFault[] = [];
  readonly #wires = new Set<Wire>();

  private constructor(server: Server, port: number, targetPort: number, scheduler: Scheduler) {
    this.#server = server;
    this.port = port;
    this.#targetPort = targetPort;
    this.#scheduler = scheduler;
  }

  /** Listens on a free port and, until told otherwise, passes everything on to `targetPort`. */
  static async open(targetPort: number, scheduler: Scheduler): Promise<FaultyProxy> {
    const server = createServer();
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a proxy has no port");
    const proxy = new FaultyProxy(server, address.port, targetPort, scheduler);
    server.on("connection", (near) => proxy.#join(near));
    return proxy;
  }

  /** Passes new connections on to this port. */
  aim(targetPort: number): void {
    this.#targetPort = targetPort;
  }

  /** From now on each new connection has the next of these faults, and once they are used up none. What is open is reset. */
  follow(plan: readonly WireFault[]): void {
    this.#plan = [...plan];
    for (const wire of this.#wires) wire.reset();
  }

  /** Faults that no connection has had yet. */
  get faultsLeft(): number {
    return this.#plan.length;
  }

  async close(): Promise<void> {
    for (const wire of this.#wires) wire.reset();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    this.connections += 1;
    const fault = this.#plan.shift() ?? SOUND;
    const wire = new Wire(near, connect(this.#targetPort, "127.0.0.1"), fault, this.#scheduler, {
      dropped: (bytes) => (this.droppedBytes += bytes),
      ended: () => this.#wires.delete(wire),
    });
    this.#wires.add(wire);
  }
}

interface WireListener {
  dropped(bytes: number): void;
  /** Neither end is open any more. */
  ended(): void;
}

/** One connection: two sockets and what is between them. */
class Wire {
  readonly #ends: Readonly<Record<Direction, { readonly from: Socket; readonly to: Socket }>>;
  readonly #fault: WireFault;
  readonly #scheduler: Scheduler;
  readonly #listener: WireListener;
  readonly #dead: Record<Direction, boolean> = { up: false, down: false };
  /** Bytes until the fault strikes, both ways together. */
  #leftBytes: number;
  #open = 2;

  constructor(near: Socket, far: Socket, fault: WireFault, scheduler: Scheduler, listener: WireListener) {
    this.#ends = { up: { from: near, to: far }, down: { from: far, to: near } };
    this.#fault = fault;
    this.#scheduler = scheduler;
    this.#listener = listener;
    this.#leftBytes = fault.kind === "none" ? Infinity : fault.afterBytes;
    for (const direction of ["up", "down"] as const) this.#carry(direction);
    if (this.#leftBytes === 0) this.#strike();
  }

  /** Both ends at once. */
  reset(): void {
    for (const { from } of Object.values(this.#ends)) from.resetAndDestroy();
  }

  #carry(direction: Direction): void {
    const { from, to } = this.#ends[direction];
    from.setNoDelay(true);
    // One piece after the other; TCP holds back what comes meanwhile.
    from.on("data", (data: Buffer) => {
      from.pause();
      void this.#deliver(direction, data).then(() => from.resume());
    });
    // What broke does not matter: close follows.
    from.on("error", () => undefined);
    from.on("close", () => {
      this.#open -= 1;
      // Over a dead wire nobody hears that the other has gone.
      if (!this.#dead[direction]) to.destroy();
      if (this.#open === 0) this.#listener.ended();
    });
  }

  async #deliver(direction: Direction, data: Buffer): Promise<void> {
    let rest = data;
    while (rest.length > 0) {
      if (this.#dead[direction]) {
        this.#listener.dropped(rest.length);
        return;
      }
      const piece = rest.subarray(0, Math.min(this.#pieceBytes, this.#leftBytes));
      rest = rest.subarray(piece.length);
      await this.#wait();
      this.#leftBytes -= piece.length;
      await written(this.#ends[direction].to, piece);
      if (this.#leftBytes <= 0) this.#strike();
    }
  }

  get #pieceBytes(): number {
    return this.#fault.kind === "dribble" ? this.#fault.bytesAtOnce : Infinity;
  }

  #wait(): Promise<void> {
    const { kind } = this.#fault;
    if (kind !== "delay" && kind !== "dribble") return Promise.resolve();
    const ms = kind === "delay" ? this.#fault.delayMs : this.#fault.everyMs;
    return new Promise((resolve) => void this.#scheduler.after(ms, resolve));
  }

  /** What the fault does once its bytes have passed. */
  #strike(): void {
    this.#leftBytes = Infinity;
    switch (this.#fault.kind) {
      case "none":
        return;
      case "drop":
        this.#dead.up = this.#dead.down = true;
        return;
      case "half-open":
        this.#dead[this.#fault.dead] = true;
        return;
      case "duplicate":
        this.#dead.up = this.#dead.down = true;
        this.#ends.up.from.resetAndDestroy();
        return;
      case "reset":
      case "delay":
      case "dribble":
        this.#dead.up = this.#dead.down = true;
        this.reset();
        return;
    }
  }
}

/** Resolves when the system has taken it, or will not any more. */
function written(socket: Socket, data: Buffer): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  return new Promise((resolve) => void socket.write(data, () => resolve()));
}
