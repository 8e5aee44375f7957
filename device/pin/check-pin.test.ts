import { describe, expect, test } from "vitest";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { SeededRandom } from "../../sim/world/seeded-random.ts";
import { kioskId, makeId, personId } from "../../protocol/ids.ts";
import { NEVER_PUNCHED } from "../../protocol/presence.ts";
import type { PinVerifier, Role } from "../../protocol/roster.ts";
import type { Kdf } from "../../protocol/seams.ts";
import { deriveVerifier, encodeVerifier, type PinOwner } from "../../protocol/verifier.ts";
import type { PersonRecord } from "../ledger/store.ts";
import { NO_TRIES } from "../core/state.ts";
import { checkPin } from "./check-pin.ts";
import { DEFAULT_TRY_SETTINGS } from "../../protocol/try-settings.ts";

const random = new SeededRandom(3);
const terminalKey = random.bytes(32);
const kiosk = makeId(kioskId, random);
const ana = makeId(personId, random);
const UNIVERSAL_PIN = "8062";

async function verifierOf(pin: string, owner: PinOwner, key = terminalKey): Promise<PinVerifier> {
  const salt = random.bytes(16);
  return encodeVerifier(salt, deriveVerifier(key, await hmacKdf.derive(pin, salt), owner, kiosk));
}

async function recordOf(role: Role, pin: PinVerifier | null): Promise<PersonRecord> {
  return {
    entry: { person: ana, number: "1001", name: "Ana", role, language: null, moreTime: false },
    kiosk: {
      kiosk,
      name: "Westside Bar",
      requiresPin: true,
      pinLength: 4,
      numberLength: 4,
      timeZone: "UTC",
      language: "en",
      universalPin: await verifierOf(UNIVERSAL_PIN, "universal"),
      tries: DEFAULT_TRY_SETTINGS,
    },
    pin,
    tries: NO_TRIES,
    wrongPins: [],
    checkFromMs: null,
    presence: NEVER_PUNCHED,
    leaving: false,
    lastPunch: null,
    untold: null,
  };
}

const checker = { kdf: hmacKdf, terminalKey };

describe("a PIN at the terminal", () => {
  test("PIN rule 4: is right when it is the selected person's own, wrong otherwise", async () => {
    const record = await recordOf("regular", await verifierOf("4821", ana));
    expect((await checkPin(checker, record, "4821")).auth).toBe("personal");
    expect((await checkPin(checker, record, "4822")).auth).toBeNull();
  });

  test("PIN rule 5: may be the kiosk's Universal PIN for managers and regulars", async () => {
    for (const role of ["manager", "regular"] as const) {
      const record = await recordOf(role, await verifierOf("4821", ana));
      expect((await checkPin(checker, record, UNIVERSAL_PIN)).auth).toBe("universal");
    }
  });

  test("PIN rule 5: the Universal PIN is simply wrong for an owner or admin", async () => {
    for (const role of ["owner", "admin"] as const) {
      const record = await recordOf(role, await verifierOf("4821", ana));
      expect((await checkPin(checker, record, UNIVERSAL_PIN)).auth).toBeNull();
    }
  });

  test("PIN case 3: that is both is personal", async () => {
    const record = await recordOf("regular", await verifierOf(UNIVERSAL_PIN, ana));
    expect((await checkPin(checker, record, UNIVERSAL_PIN)).auth).toBe("personal");
  });

  test("PIN case 2: two who share a PIN open their own profiles with it, not each other's", async () => {
    const jan = makeId(personId, random);
    const anas = await recordOf("regular", await verifierOf("4821", ana));
    const jans = await recordOf("regular", await verifierOf("4821", jan));
    const ofJan = { ...jans, entry: { ...jans.entry, person: jan } };
    expect((await checkPin(checker, anas, "4821")).auth).toBe("personal");
    expect((await checkPin(checker, ofJan, "4821")).auth).toBe("personal");
    // What one of them is checked by says nothing for the other.
    expect((await checkPin(checker, { ...anas, pin: jans.pin }, "4821")).auth).toBeNull();
  });

  test("PIN case 3: equal to the Universal PIN is personal at home, universal at a colleague's, wrong at an admin's", async () => {
    const own = await recordOf("regular", await verifierOf(UNIVERSAL_PIN, ana));
    const colleague = await recordOf("regular", await verifierOf("4821", ana));
    const admin = await recordOf("admin", await verifierOf("4821", ana));
    expect((await checkPin(checker, own, UNIVERSAL_PIN)).auth).toBe("personal");
    expect((await checkPin(checker, colleague, UNIVERSAL_PIN)).auth).toBe("universal");
    expect((await checkPin(checker, admin, UNIVERSAL_PIN)).auth).toBeNull();
  });

  test("PIN case 4: another kiosk's Universal PIN is wrong; at a manager's profile the kiosk's own is right", async () => {
    const manager = await recordOf("manager", await verifierOf("4821", ana));
    expect((await checkPin(checker, manager, UNIVERSAL_PIN)).auth).toBe("universal");
    expect((await checkPin(checker, manager, "6173")).auth).toBeNull();
    const elsewhere = { ...manager.kiosk, kiosk: makeId(kioskId, random) };
    expect((await checkPin(checker, { ...manager, kiosk: elsewhere }, UNIVERSAL_PIN)).auth).toBeNull();
  });

  test("costs the same two slow hashes whoever it is for, right or wrong", async () => {
    for (const [role, pin] of [
      ["owner", "4821"],
      ["owner", "0000"],
      ["regular", "4821"],
      ["regular", UNIVERSAL_PIN],
    ] as const) {
      let derived = 0;
      const counting: Kdf = {
        derive: (...parameters) => {
          derived += 1;
          return hmacKdf.derive(...parameters);
        },
      };
      const record = await recordOf(role, await verifierOf("4821", ana));
      await checkPin({ kdf: counting, terminalKey }, record, pin);
      await checkPin({ kdf: counting, terminalKey }, { ...record, pin: null }, pin);
      expect(derived).toBe(4);
    }
  });

  test("is known again when it was wrong before, whatever else was, and only for this person and PIN", async () => {
    const record = await recordOf("regular", await verifierOf("4821", ana));
    const { mark, isRepeated } = await checkPin(checker, record, "1209");
    expect(isRepeated).toBe(false);
    const known = { ...record, wrongPins: ["short", mark] };
    expect(await checkPin(checker, known, "1209")).toMatchObject({ auth: null, isRepeated: true });
    expect((await checkPin(checker, known, "1210")).isRepeated).toBe(false);
    const changed = { ...known, pin: await verifierOf("4821", ana) };
    expect((await checkPin(checker, changed, "1209")).isRepeated).toBe(false);
    const other = { ...known, entry: { ...known.entry, person: makeId(personId, random) } };
    expect((await checkPin(checker, other, "1209")).isRepeated).toBe(false);
  });

  test("that was wrong before and is right now is right", async () => {
    const record = await recordOf("admin", await verifierOf("4821", ana));
    const { mark } = await checkPin(checker, record, UNIVERSAL_PIN);
    const demoted = { ...record, entry: { ...record.entry, role: "regular" as const }, wrongPins: [mark] };
    expect(await checkPin(checker, demoted, UNIVERSAL_PIN)).toMatchObject({
      auth: "universal",
      isRepeated: false,
    });
  });

  test("cannot be right with another terminal's key, nor without a PIN, nor against the dummy", async () => {
    const record = await recordOf("regular", await verifierOf("4821", ana, random.bytes(32)));
    expect((await checkPin(checker, record, "4821")).auth).toBeNull();
    expect((await checkPin(checker, { ...record, pin: null }, "")).auth).toBeNull();
  });
});
