import type * as z from "zod";
import {
  kiosksBody,
  peopleBody,
  presencesBody,
  punchesBody,
  requestsBody,
  terminalsBody,
  workspaceBody,
  type punchBody,
} from "../http/schemas.ts";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { get } from "./api.ts";

/** Everything the page shows, fetched and checked. A manager is shown who is in and who forgot their PIN. */
export interface HubView {
  readonly workspace: z.infer<typeof workspaceBody>;
  readonly people: z.infer<typeof peopleBody>["people"];
  readonly kiosks: z.infer<typeof kiosksBody>["kiosks"];
  readonly presence: z.infer<typeof presencesBody>;
  readonly punches: readonly Punch[];
  readonly terminals: z.infer<typeof terminalsBody>["terminals"];
  readonly requests: z.infer<typeof requestsBody>["requests"];
}
export type Punch = z.infer<typeof punchBody>;

/** Pages of one list that are fetched: 10,000 of anything. */
const MAX_PAGES = 20;

/** Rejects when the hub does not answer, or answers something else than its schemas say. */
export async function loadHub(role: Role): Promise<HubView> {
  const workspace = await get("workspace", workspaceBody);
  const [presence, requests] = await Promise.all([
    get("presence", presencesBody),
    get("requests", requestsBody),
  ]);
  const shown = { workspace, presence, requests: requests.requests };
  if (!isAdmin(role)) return { ...shown, people: [], kiosks: [], punches: [], terminals: [] };
  const [people, kiosks, punches, terminals] = await Promise.all([
    all("people?", peopleBody, (page) => page.people),
    all("kiosks?", kiosksBody, (page) => page.kiosks),
    all(`punches?day=${workspace.today}&`, punchesBody, (page) => page.punches),
    get("terminals", terminalsBody),
  ]);
  return { ...shown, people, kiosks, punches, terminals: terminals.terminals };
}

async function all<Page extends { readonly next: string | null }, Item>(
  path: string,
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<Item[]> {
  const items: Item[] = [];
  let after = "";
  for (let turn = 0; turn < MAX_PAGES; turn += 1) {
    const page = await get(`${path}limit=500${after}`, schema);
    items.push(...itemsOf(page));
    if (page.next === null) break;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
  return items;
}
