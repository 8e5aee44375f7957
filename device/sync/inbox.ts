/** Hub messages waiting for the disk: a snapshot of 10,000 people is 100 pages and may come in one burst. */
export const MAX_INBOX = 256;

/** Handles what came strictly one after the other: a page must be on disk before the end of its snapshot is looked at. */
export class Inbox<Item> {
  readonly #handle: (item: Item) => Promise<void>;
  #waiting = 0;
  #handling: Promise<void> = Promise.resolve();

  /** `handle` must not reject. */
  constructor(handle: (item: Item) => Promise<void>) {
    this.#handle = handle;
  }

  /** False when too much waits already. */
  add(item: Item): boolean {
    if (this.#waiting >= MAX_INBOX) return false;
    this.#waiting += 1;
    this.#handling = this.#handling.then(async () => {
      await this.#handle(item);
      this.#waiting -= 1;
    });
    return true;
  }
}
