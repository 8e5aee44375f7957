import type * as z from "zod";
import { punchesBody, presencesBody, terminalsBody } from "../../hub/http/schemas.ts";
import {
  screenReply,
  soundsReply,
  stateReply,
  type ScreenReply,
  type SoundsReply,
  type StateReply,
  type SwitchablePart,
} from "../../sim/server/schemas.ts";
import { LONGEST_PAUSE_MS } from "../../device/sync/backoff.ts";
import { eventually, PATIENCE_MS } from "./polling.ts";

/** The simulator and its hub as a program from outside uses them: through their HTTP APIs, every answer parsed. */

/** A quick finger: long enough for any keypad driver to notice, short enough for many tests. */
const HOLD_MS = 40;
const GAP_MS = 40;

export class ApiClient {
  /** `http://127.0.0.1:port/` of the simulator. */
  readonly url: string;
  /** The hub's cookie, once it was asked for something. */
  #session: string | null = null;

  constructor(url: string) {
    this.url = url;
  }

  state(): Promise<StateReply> {
    return this.#get("state", stateReply);
  }

  screen(): Promise<ScreenReply> {
    return this.#get("screen", screenReply);
  }

  async sounds(after = 0): Promise<SoundsReply["sounds"]> {
    return (await this.#get(`sounds?after=${after}`, soundsReply)).sounds;
  }

  async punches(): Promise<z.infer<typeof punchesBody>["punches"]> {
    return (await this.#hub("punches", punchesBody)).punches;
  }

  /** Names of who is in. */
  async peopleIn(): Promise<string[]> {
    const { presences } = await this.#hub("presence", presencesBody);
    return presences.filter((each) => each.state === "in").map((each) => each.name);
  }

  async terminals(): Promise<z.infer<typeof terminalsBody>["terminals"]> {
    return (await this.#hub("terminals", terminalsBody)).terminals;
  }

  /** Presses each character's key; resolves when the last is up. */
  async press(keys: string): Promise<void> {
    const presses = Array.from(keys, (key) => ({ key, holdMs: HOLD_MS, gapMs: GAP_MS }));
    await this.#send("POST", "keys", { keys: presses });
  }

  /** Holds a card to the reader; resolves when it was read. */
  async holdCard(card: string): Promise<void> {
    await this.#send("POST", "cards", { card });
  }

  async switch(part: SwitchablePart, on: boolean): Promise<void> {
    await this.#send("PUT", `switches/${part}`, { on });
  }

  /** The screen's rows, without trailing blanks, once each of these is found in one. A repaint is seen half way too. */
  async see(...wanted: readonly RegExp[]): Promise<readonly string[]> {
    return eventually(
      `${wanted.join(" and ")} on the screen`,
      async () => (await this.screen()).text.map((row) => row.trimEnd()),
      (rows) => wanted.every((each) => rows.some((row) => each.test(row))),
    );
  }

  /** Nobody is in the middle of anything, keys are taken, and the hub is linked if it is there. */
  async idle(): Promise<void> {
    await this.see(/^Type your number|^Number /);
  }

  /** Everything recorded so far is at the hub; after an outage the terminal may be in the middle of a pause. */
  async sent(): Promise<void> {
    await eventually(
      "all events at the hub",
      () => this.state(),
      ({ ledger }) => ledger !== null && ledger.unsent === 0 && ledger.acknowledged === ledger.events,
      LONGEST_PAUSE_MS + PATIENCE_MS,
    );
  }

  async #get<Reply>(path: string, schema: z.ZodType<Reply>): Promise<Reply> {
    return read(`${this.url}api/v1/${path}`, schema);
  }

  async #hub<Reply>(path: string, schema: z.ZodType<Reply>): Promise<Reply> {
    const { hubUrl } = await this.state();
    this.#session ??= await demoSession(hubUrl);
    return read(`${hubUrl}api/v1/${path}`, schema, this.#session);
  }

  async #send(method: string, path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.url}api/v1/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (response.status !== 204) throw new Error(`${method} ${path}: ${await response.text()}`);
  }
}

/** Comes in as the demo's owner, as the hub's page does; resolves with the cookie. */
export async function demoSession(hubUrl: string): Promise<string> {
  const response = await fetch(`${hubUrl}api/v1/sessions/demo`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: new URL(hubUrl).origin },
    body: "{}",
  });
  if (response.status !== 201) throw new Error(`no session of the demo: ${await response.text()}`);
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

async function read<Reply>(url: string, schema: z.ZodType<Reply>, cookie = ""): Promise<Reply> {
  const response = await fetch(url, { headers: { cookie } });
  if (!response.ok) throw new Error(`${url}: ${await response.text()}`);
  return schema.parse(await response.json());
}
