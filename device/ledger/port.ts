import { codeOf, CodedError } from "../../protocol/errors.ts";
import type { TerminalStore } from "./store.ts";

/** Every method of {@link TerminalStore}, asynchronous: an SD card can stall for hundreds of ms, and a key must still echo. */
export type LedgerPort = {
  readonly [Method in keyof TerminalStore]: (
    ...parameters: Parameters<TerminalStore[Method]>
  ) => Promise<ReturnType<TerminalStore[Method]>>;
};

export const LEDGER_METHODS = [
  "status",
  "directory",
  "record",
  "repeatWrongPin",
  "settleSpray",
  "unlock",
  "earlierLife",
  "person",
  "unsent",
  "acknowledge",
  "resume",
  "beginSnapshot",
  "addPage",
  "commitSnapshot",
  "applyDelta",
  "wipeRoster",
  "pendingStores",
  "unsentOf",
  "acknowledgeOf",
  "beginStore",
  "health",
  "close",
] as const satisfies readonly (keyof TerminalStore)[];
export type LedgerMethod = (typeof LEDGER_METHODS)[number];

/** Id of the answer that says whether the store could be opened; requests count from 1. */
export const OPENED_ID = 0;

/** What crosses to the worker and back. Errors cross as code and message: an Error's class does not survive the way. */
export interface LedgerRequest {
  readonly id: number;
  readonly method: LedgerMethod;
  readonly parameters: readonly unknown[];
}
export type LedgerReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string };

/** Builds a {@link LedgerPort} out of one function that performs a call. */
export function makeLedgerPort(
  call: (method: LedgerMethod, parameters: readonly unknown[]) => Promise<unknown>,
): LedgerPort {
  // The one place where the untyped wire meets the typed port; both ends are this file's types.
  const methods = LEDGER_METHODS.map((method) => [
    method,
    (...parameters: readonly unknown[]) => call(method, parameters),
  ]);
  return Object.fromEntries(methods) as LedgerPort;
}

/** Performs one call on a store and says how it went; never throws. */
export function perform(store: TerminalStore, request: LedgerRequest): LedgerReply {
  try {
    const method = store[request.method] as (...parameters: readonly unknown[]) => unknown;
    return { id: request.id, ok: true, value: method(...request.parameters) };
  } catch (error) {
    const message = error instanceof Error ? error.message : "the store failed";
    return { id: request.id, ok: false, code: codeOf(error), message };
  }
}

export function valueOf(reply: LedgerReply): unknown {
  if (reply.ok) return reply.value;
  throw new CodedError(reply.code, reply.message);
}

/** A port on a store in this very thread: for the seeded world, whose disk takes no real time. */
export function directLedgerPort(store: TerminalStore): LedgerPort {
  return makeLedgerPort(
    (method, parameters) =>
      new Promise((resolve) => resolve(valueOf(perform(store, { id: 0, method, parameters })))),
  );
}
