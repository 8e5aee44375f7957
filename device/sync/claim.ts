import { CodedError } from "../../protocol/errors.ts";
import { HANDSHAKE_TIMEOUT_MS } from "../../protocol/limits.ts";
import { CLOSE_GOING, decodeHubMessage, encodeMessage, PROTOCOL_VERSIONS } from "../../protocol/messages.ts";
import type { TerminalId } from "../../protocol/ids.ts";
import type { Link, Scheduler } from "../../protocol/seams.ts";

export interface Claimed {
  readonly terminal: TerminalId;
  /** base64 */
  readonly terminalKey: string;
}

/**
 * Trades a claim token for an identity at the hub, on a link of its own. Rejects with CodedError `claim.refused` (the
 * token is used, expired or unknown), another refusal's code, `claim.timeout` or `claim.closed`. The token is in no message of ours.
 */
export async function claimTerminal(
  link: Link,
  scheduler: Scheduler,
  claim: { readonly token: string; readonly publicKey: string; readonly software: string },
): Promise<Claimed> {
  const { promise, resolve, reject } = Promise.withResolvers<Claimed>();
  const timeout = scheduler.after(HANDSHAKE_TIMEOUT_MS, () =>
    reject(new CodedError("claim.timeout", "the hub did not answer the claim")),
  );
  link.listen({
    message(text) {
      const decoded = decodeHubMessage(text);
      if (!decoded.ok) {
        reject(new CodedError(decoded.code, decoded.detail));
      } else if (decoded.message.type === "claimed") {
        resolve({ terminal: decoded.message.terminal, terminalKey: decoded.message.terminalKey });
      } else if (decoded.message.type === "refused") {
        reject(new CodedError(decoded.message.code, decoded.message.message));
      } else {
        reject(
          new CodedError("protocol.unexpected", `the hub answered a claim with ${decoded.message.type}`),
        );
      }
    },
    closed: () => reject(new CodedError("claim.closed", "the hub closed the connection during the claim")),
  });
  link.send(encodeMessage({ type: "claim", versions: [...PROTOCOL_VERSIONS], ...claim }));
  try {
    return await promise;
  } finally {
    timeout.cancel();
    link.close(CLOSE_GOING, "claimed");
  }
}
