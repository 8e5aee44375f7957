import type { KeyName } from "../../hal/ports.ts";
import type { ScreenReply, SoundsReply, StateReply, SwitchablePart } from "../server/schemas.ts";

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
  // The server checked these against its own schemas before sending them.
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

export async function switchPart(part: SwitchablePart, on: boolean): Promise<void> {
  await put(`/api/v1/switches/${part}`, { on });
}

async function put(path: string, body: unknown): Promise<void> {
  await fetch(path, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
