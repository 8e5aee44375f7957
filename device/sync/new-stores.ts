/** Each new store sets a whole file aside: a hub that is broken or lies must not fill a card with them. */
export const MAX_NEW_STORES = 3;
export const NEW_STORES_WINDOW_MS = 60 * 60_000;

/** How often this life of the terminal begins a new store because the hub says so. */
export class NewStores {
  #begunMs: readonly number[] = [];

  /** Counts one more; false when there were too many lately. */
  take(nowMs: number): boolean {
    const recent = this.#begunMs.filter((atMs) => atMs > nowMs - NEW_STORES_WINDOW_MS);
    if (recent.length >= MAX_NEW_STORES) return false;
    this.#begunMs = [...recent, nowMs];
    return true;
  }
}
