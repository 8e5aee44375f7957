import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { get } from "./api.ts";
import { useLoaded, type Loaded } from "./live.ts";

/** Long lists, the newest first: a page at first, and one more each time someone asks. */

const PER_PAGE = 100;
/** More than this nobody reads; whoever needs all asks the API. */
const MAX_PAGES = 20;

interface Pages<Item> {
  readonly items: readonly Item[];
  /** Whether there is more to ask for. */
  readonly hasMore: boolean;
}

/** As `useLoaded` does, for a list of the API. */
export function usePages<Page extends { readonly next: string | null }, Item>(
  path: string,
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
  topics: readonly string[],
): Loaded<Pages<Item>> & { readonly more: () => void } {
  const [wanted, setWanted] = useState(1);
  const load = async (): Promise<Pages<Item>> => {
    const items: Item[] = [];
    let after = "";
    for (let turn = 0; turn < wanted; turn += 1) {
      const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${PER_PAGE}${after}`, schema);
      items.push(...itemsOf(page));
      if (page.next === null) return { items, hasMore: false };
      after = `&after=${encodeURIComponent(page.next)}`;
    }
    return { items, hasMore: wanted < MAX_PAGES };
  };
  const loaded = useLoaded(load, topics, { key: String(wanted) });
  return { ...loaded, more: () => setWanted((present) => present + 1) };
}

/** Asks for one page more. */
export function Older({ more }: { readonly more: () => void }): JSX.Element {
  return (
    <p class="buttons">
      <button type="button" onClick={more}>
        Show older
      </button>
    </p>
  );
}
