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

  test("cannot be right with another terminal's key, nor without a PIN, nor against the dummy", async () => {
    const record = await recordOf("regular", await verifierOf("4821", ana, random.bytes(32)));
    expect((await checkPin(checker, record, "4821")).auth).toBeNull();
    expect((await checkPin(checker, { ...record, pin: null }, "")).auth).toBeNull();
  });
});
