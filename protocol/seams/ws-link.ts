import { WebSocket } from "ws";
import { CodedError } from "../errors.ts";
import { HANDSHAKE_TIMEOUT_MS, MAX_MESSAGE_BYTES } from "../limits.ts";
import { CLOSE_REFUSED } from "../messages.ts";
import type { Link } from "../seams.ts";

/** Both ends open their sockets with these: no compression (it costs 8x, facts), and nothing larger than a message. */
export const WEBSOCKET_OPTIONS = { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES } as const;

/** Turns an open WebSocket of package ws into a {@link Link}. */
export function webSocketLink(socket: WebSocket): Link {
  return {
    send(text) {
      if (socket.readyState === socket.OPEN) socket.send(text);
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    bufferedBytes: () => socket.bufferedAmount,
    listen(listener) {
      socket.on("message", (data, isBinary) => {
        if (isBinary || !Buffer.isBuffer(data)) {
          socket.close(CLOSE_REFUSED, "protocol.malformed");
          return;
        }
        listener.message(data.toString("utf8"));
      });
      // An error is always followed by close; without a listener it would end the process.
      socket.on("error", () => undefined);
      socket.on("close", (code, reason) => listener.closed(code, reason.toString("utf8")));
    },
  };
}

/** Opens a link to a hub. Rejects with CodedError `link.unreachable`; the address is in the message, nothing else is. */
export function openWebSocketLink(url: string): Promise<Link> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      ...WEBSOCKET_OPTIONS,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      // A message a turn of the event loop: a roster comes as a hundred of them at once, and a key must not wait for all.
      allowSynchronousEvents: false,
    });
    const fail = (cause: Error): void =>
      reject(new CodedError("link.unreachable", `no hub answers at ${url}`, { cause }));
    socket.once("error", fail);
    socket.once("open", () => {
      const link = webSocketLink(socket);
      socket.off("error", fail);
      resolve(link);
    });
  });
}
