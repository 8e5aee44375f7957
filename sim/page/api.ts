import type { KeyName } from "../../hal/ports.ts";
import type { Problem } from "../../hub/http/schemas.ts";
import type { CardsReply, ScreenReply, SoundsReply, StateReply, SwitchablePart } from "../server/schemas.ts";

/** The simulator's HTTP API as the page uses it; any other program can do the same. */

type Sound = SoundsReply["sounds"][number];

export interface Live {
  readonly screen: (screen: ScreenReply) => void;
  readonly state: (state: StateReply) => void;
  readonly sound: (sound: Sound) => void;
  readonly connected: (connected: boolean) => void;
}

/** Listens to the simulator until the returned function is called; the browser reconnects by itself. */
export function listen(live: Live): () => void {
  const source = new EventSource("/api/v1/live");
  source.onopen = () => live.connected(true);
  source.onerror = () => live.connected(false);
  // The server checked these, as all that it answers, against its own schemas before sending them.
  source.addEventListener("screen", (event: MessageEvent<string>) =>
    live.screen(JSON.parse(event.data) as ScreenReply),
  );
  source.addEventListener("state", (event: MessageEvent<string>) =>
    live.state(JSON.parse(event.data) as StateReply),
  );
  source.addEventListener("sound", (event: MessageEvent<string>) =>
    live.sound(JSON.parse(event.data) as Sound),
  );
  return () => source.close();
}

// Contacts must reach the server in the order of the fingers: one request at a time.
let previous: Promise<unknown> = Promise.resolve();

export function contact(key: KeyName, closed: boolean): void {
  previous = previous.then(() => put("/api/v1/keys", { key, closed })).catch(() => undefined);
}

/** Resolves to what is on when the part is switched. Rejects with a sentence for a person. */
export async function switchPart(part: SwitchablePart, on: boolean): Promise<StateReply> {
  const response = await put(`/api/v1/switches/${part}`, { on });
  if (!response.ok) {
    const { detail } = (await response.json()) as Problem;
    throw new Error(detail);
  }
  return (await (await fetch("/api/v1/state")).json()) as StateReply;
}

/** Who has a card, to choose from. */
export async function cards(): Promise<CardsReply["cards"]> {
  const response = await fetch("/api/v1/cards");
  return response.ok ? ((await response.json()) as CardsReply).cards : [];
}

/** Holds a card to the reader. Rejects with a sentence for a person. */
export async function holdCard(card: string): Promise<void> {
  const response = await send("POST", "/api/v1/cards", { card });
  if (response.ok) return;
  const { detail } = (await response.json()) as Problem;
  throw new Error(detail);
}

function put(path: string, body: unknown): Promise<Response> {
  return send("PUT", path, body);
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  return fetch(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
