import type { KeyName } from "../../../hal/ports.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { pick, whole, type Tally } from "./faults.ts";
import type { Post } from "./post.ts";
import { read, type Reading } from "./reading.ts";
import type { Employee } from "./site.ts";
import type { Stage } from "./stage.ts";
import type { Witness } from "./witness.ts";

/** What somebody comes to a terminal with. */
export type Errand =
  | "punch"
  /** Types a wrong PIN first. */
  | "mistype"
  /** Types number and PIN without looking up. */
  | "hurry"
  /** Leaves half-way. */
  | "walk-off"
  | "forgot"
  /** Punches for somebody by the kiosk's Universal PIN. */
  | "universal"
  /** Tries PINs that are not theirs. */
  | "guess"
  | "undo"
  | "receipt";

/** An errand is drawn from this list: most people punch. */
export const ERRANDS: readonly Errand[] = [
  ...Array<Errand>(8).fill("punch"),
  ...Array<Errand>(3).fill("hurry"),
  "mistype",
  "mistype",
  "walk-off",
  "forgot",
  "universal",
  "guess",
  "undo",
  "receipt",
];

export interface VisitParts {
  readonly stage: Stage;
  readonly witness: Witness;
  readonly tally: Tally;
  readonly random: SeededRandom;
}

/** How often a person looks, and how long until they give up. */
const GLANCE_MS = 60;
const PROMPT_PATIENCE_MS = 1_500;
/** A check may be slowed down by 10 s, and a store has 5. */
const ANSWER_PATIENCE_MS = 16_000;
const START_PATIENCE_MS = 15_000;
/** `*` on a result does nothing for 0.6 s (product.md, "Undo"). */
const BEFORE_UNDO_MS = 700;
const MOST_GUESSES = 9;

/** One person before one terminal, from the first key to the last. Checks all that the glass tells them. */
export class Visit {
  readonly #parts: VisitParts;
  readonly #post: Post;
  readonly #person: Employee;
  /** Events that the terminal had when they came. */
  #since = 0;
  /** Whether the glass told of a punch of theirs. */
  isServed = false;
  /** Whether the glass told them to wait, or to ask again later than they could. */
  hasToWait = false;

  constructor(parts: VisitParts, post: Post, person: Employee) {
    this.#parts = parts;
    this.#post = post;
    this.#person = person;
  }

  /** Comes with one errand, and leaves; `isPatient`: takes every question as asked. */
  async run(errand: Errand, isPatient = false): Promise<void> {
    this.#isPatient = isPatient;
    const { witness, tally, stage, random } = this.#parts;
    if (!(await this.#isReady())) {
      tally.count("people sent away by a dark terminal");
      return;
    }
    tally.count(`people: ${errand}`);
    this.#since = witness.count(this.#post);
    await stage.sleep(whole(random, 100, 1_500));
    if (errand === "hurry") {
      await this.#hurry();
      return;
    }
    await this.#type(this.#person.number);
    const prompt = await this.#look(
      (seen) => seen.kind === "pin" || seen.kind === "wait",
      PROMPT_PATIENCE_MS,
    );
    if (prompt.kind === "wait") {
      if (errand === "forgot") await this.#forgot();
      else await this.#type("*");
      return;
    }
    if (prompt.kind !== "pin") return;
    if (errand === "walk-off") {
      await this.#type(this.#person.pins.at(-1)?.slice(0, whole(random, 0, 3)) ?? "");
      return;
    }
    if (errand === "forgot") await this.#forgot();
    else await this.#enter(errand);
  }

  async #enter(errand: Errand): Promise<void> {
    if (errand === "universal") {
      await this.#pin(this.#person.kiosk.universalPins.at(-1) ?? "");
      await this.#finish(await this.#answer(), errand);
      return;
    }
    const wrong =
      errand === "guess" ? whole(this.#parts.random, 2, MOST_GUESSES) : errand === "mistype" ? 1 : 0;
    for (let tries = 0; tries < wrong; tries += 1) {
      await this.#pin(this.#wrongPin());
      const seen = await this.#answer();
      if (seen.kind !== "wrong") {
        await this.#finish(seen, errand);
        return;
      }
    }
    await this.#pin(this.#person.pins.at(-1) ?? "");
    await this.#finish(await this.#answer(), errand);
  }

  async #hurry(): Promise<void> {
    const pin = this.#person.pins.at(-1) ?? "";
    await this.#type(this.#person.number + pin.slice(0, -1), 45);
    this.#attempted(pin);
    // Whose prompt it was that took the keys, they did not look.
    this.#isNewWrong = false;
    await this.#type(pin.slice(-1), 45);
    await this.#finish(await this.#answer(), "hurry");
  }

  /** What follows a PIN, up to the end of the visit. */
  async #finish(seen: Reading, errand: Errand): Promise<void> {
    const { random } = this.#parts;
    let current = seen;
    if (current.kind === "act") {
      if (!this.#isPatient && random.uniform() < 0.05) return;
      await this.#type("1");
      current = await this.#answer();
    }
    if (current.kind === "guard") {
      if (!this.#isPatient && random.uniform() < 0.3) {
        await this.#type("*");
        return;
      }
      await this.#type("1");
      current = await this.#answer();
    }
    if (current.kind !== "result") return;
    if (errand === "receipt") await this.#receipt();
    if (errand === "undo") await this.#undo();
  }

  async #receipt(): Promise<void> {
    await this.#type("#");
    const seen = await this.#look(({ kind }) => kind === "receipt", PROMPT_PATIENCE_MS);
    if (seen.kind === "receipt") this.#parts.witness.receiptShown(this.#post, this.#person, seen.code);
    await this.#type("*");
  }

  async #undo(): Promise<void> {
    const { stage, witness, tally } = this.#parts;
    await stage.sleep(BEFORE_UNDO_MS);
    await this.#type("*");
    const seen = await this.#look(({ kind }) => kind === "undone", ANSWER_PATIENCE_MS);
    if (seen.kind !== "undone") return;
    witness.shown(this.#post, this.#person, "punch.undone", this.#since);
    tally.count("undone");
  }

  async #forgot(): Promise<void> {
    await this.#type("#");
    if ((await this.#look(({ kind }) => kind === "forgot", PROMPT_PATIENCE_MS)).kind !== "forgot") return;
    await this.#type("#");
    const seen = await this.#look(({ kind }) => kind === "told" || kind === "trouble", ANSWER_PATIENCE_MS);
    if (seen.kind === "told")
      this.#parts.witness.shown(this.#post, this.#person, "pin.forgotten", this.#since);
  }

  /** What the glass answers to a PIN or a choice, told to the witness. */
  async #answer(): Promise<Reading> {
    const { witness } = this.#parts;
    const seen = await this.#look(({ kind }) => ANSWERS.has(kind), ANSWER_PATIENCE_MS);
    if (seen.kind === "result") {
      witness.punchShown(this.#post, this.#person, seen.action, this.#since);
      this.isServed = true;
    }
    if (seen.kind === "wrong" && this.#isNewWrong) {
      witness.shown(this.#post, this.#person, "pin.refused", this.#since);
    }
    return seen;
  }

  /** The latest PIN was never refused here before: the same again is free, and leaves no event. */
  #isNewWrong = false;
  #isPatient = false;

  async #pin(pin: string): Promise<void> {
    await this.#type(pin.slice(0, -1));
    this.#attempted(pin);
    await this.#type(pin.slice(-1));
  }

  #attempted(pin: string): void {
    const { person } = this.#person;
    const { attempts } = this.#post;
    const { nowMs } = this.#parts.stage;
    this.#isNewWrong =
      nowMs >= this.#post.keysTroubledUntilMs &&
      !attempts.some((each) => each.person === person && each.pin === pin);
    attempts.push({ person, pin, atMs: nowMs });
  }

  #wrongPin(): string {
    const { random } = this.#parts;
    const right = [...this.#person.pins, ...this.#person.kiosk.universalPins];
    for (;;) {
      const pin = String(whole(random, 0, 9_999)).padStart(4, "0");
      if (!right.includes(pin)) return pin;
    }
  }

  async #isReady(): Promise<boolean> {
    const { stage } = this.#parts;
    const untilMs = stage.nowMs + START_PATIENCE_MS;
    while (stage.nowMs < untilMs) {
      const { kind } = read(this.#post.box.screen());
      if (this.#post.box.isOn && kind === "idle") return true;
      if (this.#post.box.isOn && kind !== "other" && pick(this.#parts.random, [true, false])) return true;
      await stage.sleep(500);
    }
    return false;
  }

  async #type(keys: string, ms = 60): Promise<void> {
    for (const key of keys as Iterable<KeyName>) await this.#post.press(key, ms, ms);
  }

  /** Looks at the glass until it shows what is wanted, or something else stands there for too long. */
  async #look(isWanted: (seen: Reading) => boolean, patienceMs: number): Promise<Reading> {
    const { stage, witness } = this.#parts;
    const untilMs = stage.nowMs + patienceMs;
    for (;;) {
      await stage.sleep(GLANCE_MS);
      const rows = this.#post.box.screen();
      const seen = this.#isMine(rows) ? read(rows) : ({ kind: "other" } as const);
      if (isWanted(seen) || stage.nowMs >= untilMs) {
        witness.note(`${this.#post.name} ${stage.nowMs} ${rows.join("|")}`);
        this.#tellOfWait(seen);
        return seen;
      }
    }
  }

  /** Screens with somebody else's name on them are not for this person. */
  #isMine(rows: readonly string[]): boolean {
    const text = rows.join("\n");
    const others = this.#person.kiosk.people.filter(
      ({ name }) => name !== this.#person.name && text.includes(name) && !this.#person.name.includes(name),
    );
    return others.length === 0;
  }

  #tellOfWait(seen: Reading): void {
    const { witness, stage } = this.#parts;
    if (seen.kind === "wait") this.hasToWait = true;
    if (stage.nowMs < Math.max(this.#post.glassTroubledUntilMs, this.#post.keysTroubledUntilMs)) return;
    if (seen.kind === "wait") witness.waitShown(this.#post, this.#person, seen.leastMs, seen.mostMs);
    if (seen.kind === "pin") witness.promptShown(this.#post, this.#person);
  }
}

const ANSWERS: ReadonlySet<Reading["kind"]> = new Set([
  "result",
  "act",
  "guard",
  "wrong",
  "wait",
  "trouble",
  "nothing",
]);
