import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import { codeOf } from "../../protocol/errors.ts";
import type { Link, Scheduler } from "../../protocol/seams.ts";
import { WEBSOCKET_OPTIONS, webSocketLink } from "../../protocol/seams/ws-link.ts";
import type { RefusalLog } from "../session/refusals.ts";

/** Where terminals connect: WebSockets on the hub's HTTP server. */
export const TERMINAL_PATH = "/terminal";

export interface ListenLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Connections whose terminal has not proved itself yet. */
  readonly unproved: number;
}

/** A workspace of thousands of boxes behind one router fits; a flood of strangers does not. */
export const LISTEN_LIMITS: ListenLimits = {
  connections: 20_000,
  connectionsPerAddress: 5_000,
  unproved: 500,
};

/** A peer that does not answer our close is cut off. */
export const CLOSE_GRACE_MS = 500;

/** What a session tells the listener. */
export interface AcceptedSession {
  readonly isOpen: boolean;
}

export interface ListenOptions {
  readonly server: Server;
  /** Starts a session on a link; `peer` is the remote address. */
  accept(link: Link, peer: string): AcceptedSession;
  readonly scheduler: Scheduler;
  readonly refusals: RefusalLog;
  readonly limits?: ListenLimits;
}

export interface TerminalListener {
  /** Takes no more connections and cuts off whatever did not leave by itself. */
  close(): void;
}

/** Begins to take WebSocket upgrades at {@link TERMINAL_PATH}; every other upgrade is refused. */
export function listenForTerminals(options: ListenOptions): TerminalListener {
  const limits = options.limits ?? LISTEN_LIMITS;
  const sockets = new WebSocketServer({
    ...WEBSOCKET_OPTIONS,
    noServer: true,
    clientTracking: true,
  });
  const unproved = new Map<WebSocket, AcceptedSession>();
  const perAddress = new Map<string, number>();

  function refusalOf(request: IncomingMessage, peer: string): HttpRefusal | null {
    if (request.url !== TERMINAL_PATH) return { status: "404 Not Found", code: "request.not-found" };
    // Browsers send Origin, terminals do not: no page may open a terminal's socket.
    if (request.headers.origin !== undefined) return { status: "403 Forbidden", code: "request.origin" };
    for (const [socket, session] of unproved) if (session.isOpen) unproved.delete(socket);
    if (
      sockets.clients.size >= limits.connections ||
      unproved.size >= limits.unproved ||
      (perAddress.get(peer) ?? 0) >= limits.connectionsPerAddress
    ) {
      return { status: "503 Service Unavailable", code: "hub.too-many-connections" };
    }
    return null;
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const peer = request.socket.remoteAddress ?? "unknown";
    // Without a listener a reset during the upgrade would end the process.
    socket.on("error", () => undefined);
    const refusal = refusalOf(request, peer);
    if (refusal !== null) {
      options.refusals.refused(peer, refusal.code, "WebSocket upgrade refused");
      socket.end(`HTTP/1.1 ${refusal.status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, peer));
  }

  function open(webSocket: WebSocket, peer: string): void {
    perAddress.set(peer, (perAddress.get(peer) ?? 0) + 1);
    webSocket.on("error", (error) => {
      options.refusals.refused(
        peer,
        "protocol.malformed",
        `not a WebSocket message of ours: ${codeOf(error)}`,
      );
    });
    webSocket.on("message", (_data, isBinary) => {
      // The link itself closes with this code; here it is only put on record.
      if (isBinary) options.refusals.refused(peer, "protocol.malformed", "a message must be text");
    });
    webSocket.on("close", () => {
      unproved.delete(webSocket);
      const left = (perAddress.get(peer) ?? 1) - 1;
      if (left === 0) perAddress.delete(peer);
      else perAddress.set(peer, left);
    });
    unproved.set(webSocket, options.accept(closingLink(webSocket, options.scheduler), peer));
  }

  options.server.on("upgrade", upgrade);
  return {
    close() {
      options.server.off("upgrade", upgrade);
      for (const webSocket of sockets.clients) webSocket.terminate();
      sockets.close();
    },
  };
}

/** A link whose close is final: the socket is cut off when the peer does not say goodbye in time. */
function closingLink(webSocket: WebSocket, scheduler: Scheduler): Link {
  const link = webSocketLink(webSocket);
  return {
    ...link,
    close(code, reason) {
      link.close(code, reason);
      const cutOff = scheduler.after(CLOSE_GRACE_MS, () => webSocket.terminate());
      webSocket.once("close", () => cutOff.cancel());
    },
  };
}

interface HttpRefusal {
  readonly status: string;
  readonly code: string;
}
