import { CodedError } from "../../protocol/errors.ts";

/** Pieces of work that may wait: every terminal of the largest workspace at once, several times over. */
const MAX_WAITING = 10_000;

/** Runs pieces of work one after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Settles as `work` does. Rejects with CodedError `store.busy` when too many wait. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#waiting >= MAX_WAITING) {
      return Promise.reject(
        new CodedError("store.busy", `more than ${MAX_WAITING} transactions wait for the database`),
      );
    }
    this.#waiting += 1;
    const turn = this.#last.then(async () => {
      this.#waiting -= 1;
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
