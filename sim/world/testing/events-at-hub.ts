import { decodeEvent } from "../../../protocol/chain.ts";
import { knownEvent, type EventEnvelope, type EventPayload } from "../../../protocol/events.ts";
import type { World } from "../world.ts";

/** What a world's hub was told, as the terminal wrote it. */
async function eventsAtHub(world: World): Promise<EventEnvelope[]> {
  return (await world.textsAtHub()).map((text) => decodeEvent(text));
}

export async function punchesOf(world: World): Promise<EventEnvelope[]> {
  return (await eventsAtHub(world)).filter(({ kind }) => kind === "punch");
}

/** What was told of when boots were. */
export async function bootClocks(world: World): Promise<EventPayload<"clock.synced">[]> {
  return (await eventsAtHub(world)).flatMap((envelope) => {
    const event = knownEvent(envelope);
    return event?.kind === "clock.synced" ? [event.payload] : [];
  });
}
