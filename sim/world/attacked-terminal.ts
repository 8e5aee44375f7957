import pino from "pino";
import type { State } from "../../device/core/state.ts";
import { coreFor } from "../../device/core/step.ts";
import { directLedgerPort } from "../../device/ledger/port.ts";
import { openTerminalStore, type TerminalStore } from "../../device/ledger/store.ts";
import { Terminal } from "../../device/terminal.ts";
import { TerminalClock } from "../../device/time/terminal-clock.ts";
import type { CharacterDisplay, Keypad, KeyName, PartHealth, Sounder } from "../../hal/ports.ts";
import { decodeEvent } from "../../protocol/chain.ts";
import type { EventEnvelope } from "../../protocol/events.ts";
import { bootId, kioskId, makeId, personId, terminalId, type PersonId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { KioskSettings, PinVerifier, RosterPerson } from "../../protocol/roster.ts";
import { DEFAULT_TRY_SETTINGS, type TrySettings } from "../../protocol/try-settings.ts";
import { deriveVerifier, encodeVerifier, type PinOwner } from "../../protocol/verifier.ts";
import { hmacKdf } from "./hmac-kdf.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SimulatedDisk } from "./simulated-disk.ts";
import { loadSqliteWasm, type SqliteWasm } from "./sqlite-wasm.ts";
import { VirtualScheduler } from "./virtual-scheduler.ts";

/**
 * A terminal to try PINs on by the thousand: core, shell, checker and store are the real ones, on a simulated disk under a
 * virtual clock. Keys come as fast as an attacker could wish, and the display is read as what was to be shown.
 */

const DATABASE = "terminal.db";
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const BEGINS_MS = Date.UTC(2026, 10, 24, 5, 2);
/** Less than any Pi takes from power to prompt, so that pulling the plug is cheaper than it can be. */
const BOOT_MS = 3_000;
const FIRST_NUMBER = 1_001;
const PEOPLE_PER_PAGE = 100;
const EVENTS_PER_READ = 500;
const BYTES_PER_READ = 1 << 20;
/** Longer than any check here is held back, and than anything is waited for. */
const MAX_ANSWER_MS = 120_000;

/** First rows of screens that answer an entry. */
const ANSWERS = /^(?:WRONG|WAIT|IN|OUT|Cannot|No answer)/;

export interface Attacked {
  readonly person: PersonId;
  readonly number: string;
  readonly pin: string;
}

export interface AttackOptions {
  readonly seed: number;
  readonly people: number;
  readonly tries?: TrySettings;
}

/** What the screen said of an entry. `waiting`: no PIN was asked for. */
export type Answer = "right" | "wrong" | "waiting";

export class AttackedTerminal {
  readonly scheduler = new VirtualScheduler();
  readonly people: readonly Attacked[];
  readonly universalPin: string;
  readonly #random: SeededRandom;
  readonly #disk = new SimulatedDisk();
  readonly #volume: ReturnType<SqliteWasm["mount"]>;
  readonly #terminalKey: Uint8Array;
  readonly #id;
  #rows: readonly string[] = [];
  #running: { readonly store: TerminalStore; readonly terminal: Terminal<State> };

  private constructor(sqlite: SqliteWasm, random: SeededRandom, people: readonly Attacked[]) {
    this.#random = random;
    this.#volume = sqlite.mount(this.#disk);
    this.#terminalKey = random.bytes(KEY_BYTES);
    this.#id = makeId(terminalId, random);
    this.people = people;
    this.universalPin = pinBy(random);
    this.#running = this.#start();
  }

  static async create({
    seed,
    people,
    tries = DEFAULT_TRY_SETTINGS,
  }: AttackOptions): Promise<AttackedTerminal> {
    const random = new SeededRandom(seed);
    const everybody = Array.from({ length: people }, (_, index) => ({
      person: makeId(personId, random),
      number: String(FIRST_NUMBER + index),
      pin: pinBy(random),
    }));
    const attacked = new AttackedTerminal(await loadSqliteWasm(), random, everybody);
    await attacked.#fillRoster(tries);
    await attacked.pass(BOOT_MS);
    return attacked;
  }

  get nowMs(): number {
    return this.scheduler.nowMs();
  }

  screen(): readonly string[] {
    return this.#rows;
  }

  pass(ms: number): Promise<void> {
    return this.scheduler.pass(ms);
  }

  async type(keys: string): Promise<void> {
    for (const key of keys as Iterable<KeyName>) this.#running.terminal.dispatch({ type: "key", key });
    await this.pass(0);
  }

  /** Walks up to an idle terminal and types a person's number. */
  async choose({ number }: Attacked): Promise<void> {
    await this.type("D");
    await this.scheduler.run(this.nowMs + MAX_ANSWER_MS, () => this.#running.terminal.isIdle());
    await this.type(number);
  }

  /** Chooses a person and types a PIN unless they have to wait; says what the screen answers, and after how long. */
  async enter(person: Attacked, pin: string): Promise<{ readonly answer: Answer; readonly tookMs: number }> {
    await this.choose(person);
    if (this.screen()[0]?.startsWith("WAIT") === true) return { answer: "waiting", tookMs: 0 };
    const beganMs = this.nowMs;
    await this.type(pin);
    const isAnswered = (): boolean => ANSWERS.test(this.screen()[0] ?? "") || this.#isChoice();
    await this.scheduler.run(beganMs + MAX_ANSWER_MS, isAnswered);
    const tookMs = this.nowMs - beganMs;
    return { answer: /^(?:WRONG|WAIT)/.test(this.screen()[0] ?? "") ? "wrong" : "right", tookMs };
  }

  /** Whoever stands there waits for as long as the screen says; where it says nothing, not at all. */
  async sitOut(): Promise<void> {
    const [, first, second, unit] = /^WAIT ([0-9]+):([0-9]+)( h)?/.exec(this.screen()[0] ?? "") ?? [];
    if (first === undefined || second === undefined) return;
    const seconds = (Number(first) * 60 + Number(second)) * (unit === undefined ? 1 : 60);
    await this.pass(seconds * 1_000);
  }

  /** The plug is pulled and put back at once. */
  async cutPower(): Promise<void> {
    this.#running.terminal.close();
    this.#disk.cut(this.#random);
    await this.pass(BOOT_MS);
    this.#running = this.#start();
    await this.#started(this.#running.terminal);
  }

  events(): EventEnvelope[] {
    const all: EventEnvelope[] = [];
    for (;;) {
      const { events } = this.#running.store.unsent(all.length, EVENTS_PER_READ, BYTES_PER_READ);
      if (events.length === 0) return all;
      all.push(...events.map(decodeEvent));
    }
  }

  #isChoice(): boolean {
    return this.screen().some((row) => row.startsWith("1="));
  }

  async #fillRoster(tries: TrySettings): Promise<void> {
    const kiosk = makeId(kioskId, this.#random);
    const verifierOf = async (pin: string, owner: PinOwner): Promise<PinVerifier> => {
      const salt = this.#random.bytes(SALT_BYTES);
      return encodeVerifier(
        salt,
        deriveVerifier(this.#terminalKey, await hmacKdf.derive(pin, salt), owner, kiosk),
      );
    };
    const settings: KioskSettings = {
      kiosk,
      name: "Westside Bar",
      requiresPin: true,
      pinLength: 4,
      numberLength: 4,
      timeZone: "UTC",
      language: "en",
      universalPin: await verifierOf(this.universalPin, "universal"),
      tries,
    };
    const { store, terminal } = this.#running;
    store.beginSnapshot({ revision: 1, includesSeq: 0, kiosk: settings });
    for (let first = 0; first < this.people.length; first += PEOPLE_PER_PAGE) {
      const page = this.people.slice(first, first + PEOPLE_PER_PAGE);
      const people = page.map(async ({ person, number, pin }): Promise<RosterPerson> => ({
        person,
        number,
        name: `Person ${number}`,
        role: "regular",
        language: null,
        moreTime: false,
        pin: await verifierOf(pin, person),
        presence: NEVER_PUNCHED,
      }));
      store.addPage(1, await Promise.all(people), this.nowMs);
    }
    store.commitSnapshot(1);
    await this.#started(terminal);
  }

  /** A big roster is read in turns, which take virtual time to come. */
  async #started(terminal: Terminal<State>): Promise<void> {
    const starting = terminal.start();
    await this.pass(0);
    await starting;
    await this.pass(0);
  }

  #start(): { readonly store: TerminalStore; readonly terminal: Terminal<State> } {
    const { scheduler } = this;
    const boot = { id: makeId(bootId, this.#random), startedMs: scheduler.nowMs() };
    const driver = this.#volume.open(DATABASE);
    const store = openTerminalStore(driver, this.#id, boot, this.#random, this.#terminalKey);
    const terminal = new Terminal(coreFor(SIZE), {
      display: { ...WELL, size: SIZE, show: ({ rows }) => void (this.#rows = rows), ...STILL },
      keypad: { ...WELL, ...STILL },
      sounder: { ...WELL, ...STILL },
      leds: null,
      reader: null,
      night: null,
      dim: null,
      ledger: directLedgerPort(store),
      checker: { kdf: hmacKdf, terminalKey: this.#terminalKey },
      scheduler,
      clock: new TerminalClock({
        scheduler,
        wallClock: { wallMs: () => Math.floor(BEGINS_MS + scheduler.nowMs()) },
        log: pino({ level: "silent" }),
      }),
      random: this.#random,
      boot: boot.id,
      timeZone: "UTC",
      log: pino({ level: "silent" }),
      onRecorded: () => undefined,
    });
    return { store, terminal };
  }
}

const SIZE = { columns: 20, rows: 4 } as const;

/** Parts that do what they are told and have nothing to tell. */
const WELL: PartHealth = {
  onFault: () => undefined,
  onRecovered: () => undefined,
  probe: () => Promise.resolve(),
};
const STILL: Omit<CharacterDisplay & Keypad & Sounder, "size" | "show" | keyof PartHealth> = {
  backlight: () => undefined,
  settled: () => Promise.resolve(),
  onPress: () => undefined,
  play: () => undefined,
  volume: () => undefined,
  close: () => Promise.resolve(),
};

/** Four digits, none of which would be refused at the hub. */
function pinBy(random: SeededRandom): string {
  const first = 1 + Math.floor(random.uniform() * 9);
  return `${first}${String(Math.floor(random.uniform() * 1_000)).padStart(3, "0")}`;
}
