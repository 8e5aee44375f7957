import { createHmac, timingSafeEqual } from "node:crypto";
import type { TerminalId } from "./ids.ts";

/**
 * Taking a terminal's place away. It makes the terminal forget everything, so it is proved by the key that only hub and
 * terminal have: nobody in between can wipe a wall of clocks. Sending it twice does no more than sending it once.
 */

/** `HMAC-SHA-256(terminal key, label || terminal)`, base64. */
export function revocationProof(terminalKey: Uint8Array, terminal: TerminalId): string {
  return createHmac("sha256", terminalKey).update(`punchbox revoked v1\0${terminal}`).digest("base64");
}

export function isRevocation(terminalKey: Uint8Array, terminal: TerminalId, proof: string): boolean {
  const expected = Buffer.from(revocationProof(terminalKey, terminal), "base64");
  const given = Buffer.from(proof, "base64");
  return expected.length === given.length && timingSafeEqual(expected, given);
}
