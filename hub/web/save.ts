import type { PersonId } from "../../protocol/ids.ts";
import { cardBody } from "../http/schemas.ts";
import { Refused, send } from "./api.ts";

/** What the page changes. Resolves to null when it is done (the page then hears of the change), else to why not, for a person. */
export async function saveCard(person: PersonId, card: string | null): Promise<string | null> {
  try {
    await send("PUT", `people/${person}/card`, { card }, cardBody);
    return null;
  } catch (error) {
    return error instanceof Refused ? error.message : "the hub does not answer: it may not be saved";
  }
}
