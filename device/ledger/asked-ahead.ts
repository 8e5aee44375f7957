import type { LedgerPort } from "./port.ts";

/**
 * Asks at once for the directory that a terminal will ask for first, so that it is there by then. The first call of
 * `directory` gets that answer, all later ones their own. For a store in which nobody has changed anything yet.
 */
export function directoryAskedAhead(port: LedgerPort): LedgerPort {
  let ahead: ReturnType<LedgerPort["directory"]> | null = port.directory();
  // Whoever asks is told of a failure; until then nobody listens.
  ahead.catch(() => undefined);
  return {
    ...port,
    directory() {
      const answer = ahead ?? port.directory();
      ahead = null;
      return answer;
    },
  };
}
