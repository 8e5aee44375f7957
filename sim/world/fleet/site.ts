import { HUB_ACTOR } from "../../../hub/access.ts";
import { assignPerson } from "../../../hub/kiosks/assign.ts";
import { createKiosk } from "../../../hub/kiosks/kiosks.ts";
import { addPerson } from "../../../hub/people/people.ts";
import type { KioskId, PersonId } from "../../../protocol/ids.ts";
import type { Role } from "../../../protocol/roster.ts";
import type { WallClock } from "../../../protocol/seams.ts";
import { HubBox } from "../hub-box.ts";
import type { SeededRandom } from "../seeded-random.ts";
import type { SimulatedDisk } from "../simulated-disk.ts";
import type { SqliteWasm } from "../sqlite-wasm.ts";
import { pick } from "./faults.ts";
import type { Stage } from "./stage.ts";
import type { FaultyWire } from "./wire.ts";

/** Somebody as the world knows them, whatever the hub says. */
export interface Employee {
  readonly person: PersonId;
  readonly name: string;
  readonly number: string;
  readonly role: Role;
  /** All PINs that they ever had, the present one last. */
  readonly pins: string[];
  readonly kiosk: Kiosk;
}

export interface Kiosk {
  readonly id: KioskId;
  readonly timeZone: string;
  /** All Universal PINs that it ever had, the present one last. */
  readonly universalPins: string[];
  readonly people: Employee[];
}

/** Short, and none the beginning of another one: they fit every display whole. */
const NAMES = [
  "Ana",
  "Bruno",
  "Carla",
  "Dario",
  "Elena",
  "Franjo",
  "Greta",
  "Hugo",
  "Ines",
  "Jakov",
  "Klara",
  "Luka",
  "Marta",
  "Nikola",
  "Olga",
  "Petar",
  "Rita",
  "Stjepan",
  "Tea",
  "Urban",
  "Vesna",
  "Zoran",
  "Aurel",
  "Bianca",
  "Cyril",
  "Denisa",
  "Emil",
  "Flora",
  "Gavin",
  "Helga",
  "Ivo",
  "Jasna",
  "Kurt",
  "Lea",
  "Miro",
  "Nada",
  "Oto",
  "Pavao",
  "Roza",
  "Sara",
] as const;

const TIME_ZONES = ["Europe/Zagreb", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"] as const;

export interface SiteOptions {
  readonly stage: Stage;
  readonly sqlite: SqliteWasm;
  readonly random: SeededRandom;
  readonly wallClock: WallClock;
}

/** A hub with its kiosks and people, and what became of its disk. */
export class Site {
  readonly box: HubBox;
  readonly kiosks: Kiosk[] = [];
  readonly wires = new Set<FaultyWire>();
  backup: SimulatedDisk | null = null;
  readonly #random: SeededRandom;

  constructor({ stage, sqlite, random, wallClock }: SiteOptions) {
    this.#random = random;
    const timeZone = pick(random, TIME_ZONES);
    this.box = new HubBox({
      scheduler: stage.scheduler,
      sqlite,
      random,
      wallClock,
      timeZone,
      firstStart: "empty",
    });
  }

  get people(): readonly Employee[] {
    return this.kiosks.flatMap(({ people }) => people);
  }

  /** Everyone gets a PIN that the hub makes; the first one owns the place. */
  async open(kiosks: number, peopleOfEach: number): Promise<void> {
    const { context } = await this.box.start();
    for (let number = 1; number <= kiosks; number += 1) {
      const timeZone = pick(this.#random, TIME_ZONES);
      const created = await createKiosk(context, HUB_ACTOR, {
        name: `Kiosk ${number}`,
        requiresPin: true,
        timeZone,
        language: "en",
        breakEnabled: false,
        universalPin: null,
      });
      const kiosk: Kiosk = { id: created.kiosk, timeZone, universalPins: [created.universalPin], people: [] };
      this.kiosks.push(kiosk);
      for (let each = 0; each < peopleOfEach; each += 1) await this.#hire(kiosk);
    }
  }

  /** Does nothing when it is on already. */
  async start(): Promise<void> {
    if (this.box.isOn) return;
    try {
      await this.box.start();
    } catch (error) {
      // The power went meanwhile: whoever cut it starts it again.
      if (!this.box.disk.isDead) throw error;
    }
  }

  accept(wire: FaultyWire): void {
    for (const each of this.wires) if (each.isOver) this.wires.delete(each);
    this.wires.add(wire);
    this.box.accept(wire.far);
  }

  /** The machine loses its power. Who was connected is not told; whatever the hub still held of it is. */
  cut(): void {
    for (const wire of this.wires) {
      wire.lose("up");
      wire.lose("down");
      wire.abandon();
    }
    this.wires.clear();
    this.box.cut();
  }

  async #hire(kiosk: Kiosk): Promise<void> {
    const { context } = this.box.hub;
    const index = this.people.length;
    const name = NAMES[index % NAMES.length] ?? "";
    const role: Role =
      index === 0 ? "owner" : pick(this.#random, ["regular", "regular", "regular", "manager", "admin"]);
    const added = await addPerson(context, HUB_ACTOR, {
      name: index < NAMES.length ? name : `${name} ${Math.floor(index / NAMES.length) + 1}`,
      email: null,
      role,
      language: null,
      moreTime: false,
      number: null,
      pin: null,
      card: null,
    });
    await assignPerson(context, HUB_ACTOR, kiosk.id, added.person);
    kiosk.people.push({ person: added.person, name, number: added.number, role, pins: [added.pin], kiosk });
  }
}
