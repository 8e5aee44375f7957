import * as z from "zod";
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

// The page's policy forbids code made from strings, which zod would otherwise use to be faster.
z.config({ jitless: true });

/** Everything the page shows, fetched and checked. */
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

/** Pages of punches of one day that are fetched: 10,000 punches. */
const MAX_PUNCH_PAGES = 20;

/** Rejects when the hub does not answer, or answers something else than its schemas say. */
export async function loadHub(): Promise<HubView> {
  const workspace = await get("workspace", workspaceBody);
  const [people, kiosks, presence, punches, terminals, requests] = await Promise.all([
    get("people", peopleBody),
    get("kiosks", kiosksBody),
    get("presence", presencesBody),
    loadPunches(workspace.today),
    get("terminals", terminalsBody),
    get("requests", requestsBody),
  ]);
  return {
    workspace,
    people: people.people,
    kiosks: kiosks.kiosks,
    presence,
    punches,
    terminals: terminals.terminals,
    requests: requests.requests,
  };
}

async function loadPunches(day: string): Promise<readonly Punch[]> {
  const punches: Punch[] = [];
  let after = "";
  for (let page = 0; page < MAX_PUNCH_PAGES; page += 1) {
    const { punches: more, next } = await get(`punches?day=${day}&limit=500${after}`, punchesBody);
    punches.push(...more);
    if (next === null) break;
    after = `&after=${encodeURIComponent(next)}`;
  }
  return punches;
}

async function get<Body>(path: string, schema: z.ZodType<Body>): Promise<Body> {
  const response = await fetch(`/api/v1/${path}`, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`the hub answered ${response.status}`);
  const body: unknown = await response.json();
  return schema.parse(body);
}
