import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { CodedError } from "../protocol/errors.ts";

/** The terminal's network cable: a TCP relay on loopback that can be cut. Neither end is told why it went quiet. */

const MAX_CONNECTIONS = 16;

export class Relay {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #connected = true;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  /** Listens on a free port and relays to `targetPort`. */
  static async open(targetPort: number): Promise<Relay> {
    const server = createServer();
    server.maxConnections = MAX_CONNECTIONS;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const address: AddressInfo | string | null = server.address();
    if (address === null || typeof address === "string") {
      throw new CodedError("sim.relay", "the simulated cable has no port");
    }
    const relay = new Relay(server, address.port);
    server.on("connection", (socket) => relay.#join(socket, targetPort));
    return relay;
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Plugs the cable in or pulls it out. */
  setConnected(on: boolean): void {
    this.#connected = on;
    if (!on) this.#cut();
  }

  async close(): Promise<void> {
    this.#cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket, port: number): void {
    if (!this.#connected) {
      near.destroy();
      return;
    }
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      // What broke does not matter: close follows, and ends the other side too.
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }

  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
