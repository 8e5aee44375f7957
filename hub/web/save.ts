import type { PersonId } from "../../protocol/ids.ts";
import { problemBody } from "../http/schemas.ts";

/** What the page changes. Resolves to null when it is done (the page then hears of the change), else to why not, for a person. */
export async function saveCard(person: PersonId, card: string | null): Promise<string | null> {
  try {
    const response = await fetch(`/api/v1/people/${person}/card`, {
      method: "PUT",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ card }),
    });
    return response.ok ? null : problemBody.parse(await response.json()).detail;
  } catch {
    return "the hub does not answer: nothing was saved";
  }
}
