import type * as z from "zod";
import type { KioskId } from "../../protocol/ids.ts";
import { kiosksBody, peopleBody, settingsBody } from "../http/schemas.ts";
import { get } from "./api.ts";

/** What more than one view fetches. */

export type Person = z.infer<typeof peopleBody>["people"][number];
export type Kiosk = z.infer<typeof kiosksBody>["kiosks"][number];

const MAX_PAGES = 20;
const PER_PAGE = 500;
/** Of anything that is fetched as a whole. */
export const MAX_LISTED = MAX_PAGES * PER_PAGE;

/** All of a list, page by page. `path` ends in `?` or `&`. Rejects as `get` does. */
export async function getAll<Page extends { readonly next: string | null }, Item>(
  path: string,
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  let after = "";
  for (let turn = 0; turn < MAX_PAGES; turn += 1) {
    const page = await get(`${path}limit=${PER_PAGE}${after}`, schema);
    items.push(...itemsOf(page));
    if (page.next === null) break;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
  return items;
}

export const loadPeople = (): Promise<Person[]> => getAll("people?", peopleBody, (page) => page.people);

export const loadAssignees = (kiosk: KioskId): Promise<Person[]> =>
  getAll(`kiosks/${kiosk}/assignees?`, peopleBody, (page) => page.people);

export const loadKiosks = (): Promise<Kiosk[]> => getAll("kiosks?", kiosksBody, (page) => page.kiosks);

export const loadSettings = (): Promise<z.infer<typeof settingsBody>> =>
  get("workspace/settings", settingsBody);
