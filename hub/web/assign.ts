import { assignedBody, MAX_PEOPLE_ASSIGNED_AT_ONCE } from "../http/edit-schemas.ts";
import { reasonOf, send } from "./api.ts";
import type { Kiosk } from "./load.ts";

/** Lets people punch at a kiosk, as many at once as the API takes. Rejects as it does. */
export async function assign({ kiosk }: Kiosk, people: readonly string[]): Promise<void> {
  for (let from = 0; from < people.length; from += MAX_PEOPLE_ASSIGNED_AT_ONCE) {
    const some = people.slice(from, from + MAX_PEOPLE_ASSIGNED_AT_ONCE);
    await send("POST", `kiosks/${kiosk}/assignees`, { people: some }, assignedBody);
  }
}

/**
 * Lets new people punch at the kiosk that was chosen for them, if any: they are there whether this works or not, and
 * `say` tells if not. Resolves to the names of their kiosks, for their slips.
 */
export async function assignNew(
  kiosk: Kiosk | undefined,
  people: readonly string[],
  say: (notice: string) => void,
): Promise<readonly string[]> {
  if (kiosk === undefined) return [];
  try {
    await assign(kiosk, people);
    return [kiosk.name];
  } catch (error) {
    say(`They are in the team, but cannot punch at ${kiosk.name} yet: ${reasonOf(error)}`);
    return [];
  }
}

/** Choices of a kiosk for new people. */
export const kioskChoices = (kiosks: readonly Kiosk[]): readonly (readonly [string, string])[] => [
  ["", "None yet"],
  ...kiosks.map((each): readonly [string, string] => [each.kiosk, each.name]),
];
