import { codeOf } from "../../protocol/errors.ts";
import type { LedgerPort } from "../ledger/port.ts";

const LOST: ReadonlySet<string> = new Set(["roster.sealed", "roster.damaged"]);

/**
 * The same port, which also tells when a call finds that the roster cannot be read: the store has forgotten it then. Whoever
 * made the call gets its error as ever.
 */
export function tellingOfLostRoster(port: LedgerPort, lost: () => void): LedgerPort {
  const told = <Value>(answer: Promise<Value>): Promise<Value> => {
    answer.catch((error: unknown) => {
      if (LOST.has(codeOf(error))) lost();
    });
    return answer;
  };
  return {
    ...port,
    status: () => told(port.status()),
    directory: () => told(port.directory()),
    person: (id) => told(port.person(id)),
    record: (...parameters) => told(port.record(...parameters)),
    applyDelta: (...parameters) => told(port.applyDelta(...parameters)),
  };
}
