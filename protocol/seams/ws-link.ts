import type { WebSocket } from "ws";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
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
