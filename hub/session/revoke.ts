import { revocationProof } from "../../protocol/revocation.ts";
import type { Terminal } from "../terminals/terminals.ts";
import { noteTold } from "../terminals/unpair.ts";
import type { SessionHost, SessionWire } from "./session.ts";

/** Tells a terminal, with the proof, that its place was taken away. */
export async function tellRevoked(
  { context, log }: SessionHost,
  wire: SessionWire,
  { id, key_epoch: epoch }: Terminal,
): Promise<void> {
  wire.send({ type: "revoked", proof: revocationProof(context.secrets.terminalKey(id, epoch), id) });
  log.info({ terminal: id }, "terminal told that its place is taken away");
  await noteTold(context, id);
}
