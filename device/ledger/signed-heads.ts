import { chainHeadBytes, type ChainHead } from "../../protocol/chain.ts";
import { signBytes } from "../../protocol/identity.ts";
import type { StoreId, TerminalId } from "../../protocol/ids.ts";
import type { SqlDriver } from "../../protocol/seams.ts";

/**
 * The terminal's signatures over its chain, kept so that an export can be checked with no hub. A signature covers all events up
 * to its own, so few are enough. Ed25519 signs the same bytes the same way each time: what is kept is what was sent.
 */

/** Every event of a number divisible by this is signed with its own commit: as many may stand unsigned at the end. */
export const SIGNED_EVERY = 100;

export interface SignedHeads {
  /** Signs the head in the transaction that is open. */
  sign(head: ChainHead): void;
  /** As `sign`, in place of the one before unless that is one of every {@link SIGNED_EVERY}. */
  signLatest(head: ChainHead): void;
}

/** `privateKey` as protocol/identity.ts has it; null signs nothing. */
export function openSignedHeads(
  driver: SqlDriver,
  terminal: TerminalId,
  store: StoreId,
  privateKey: string | null,
): SignedHeads {
  function sign({ seq, hash }: ChainHead): void {
    if (privateKey === null || seq === 0) return;
    const signature = signBytes(privateKey, chainHeadBytes(terminal, store, { seq, hash }));
    driver
      .prepare("INSERT OR IGNORE INTO signed_heads (store, seq, hash, signature) VALUES (?, ?, ?, ?)")
      .run([store, seq, hash, signature]);
  }
  return {
    sign,
    signLatest(head) {
      if (privateKey === null) return;
      driver
        .prepare(
          `DELETE FROM signed_heads WHERE store = ? AND seq % ${SIGNED_EVERY} <> 0 AND seq < ? AND seq =
             (SELECT max(seq) FROM signed_heads WHERE store = ? AND seq < ?)`,
        )
        .run([store, head.seq, store, head.seq]);
      sign(head);
    },
  };
}
