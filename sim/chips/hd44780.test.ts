import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { CGRAM_CODES } from "./cgram-codes.ts";
import { A00_CHARACTERS, CGROM_A00, FIRST_CGROM_CODE } from "./cgrom-a00.ts";
import { A02_CHARACTERS, CGROM_A02 } from "./cgrom-a02.ts";
import { Hd44780, type Hd44780Options } from "./hd44780.ts";
import { NetBoard } from "./nets.ts";

const PINS = { rs: 0, e: 1, d4: 2, d5: 3, d6: 4, d7: 5 };
const DATA_SHIFT = 2;

/** A controller and two hands on its wires. */
function makeChip(size = { columns: 20, rows: 4 }, fitted: Pick<Hd44780Options, "rom" | "slowness"> = {}) {
  const scheduler = new VirtualScheduler();
  const nets = new NetBoard(8);
  const chip = new Hd44780({ nets, pins: PINS, size, nowMs: () => scheduler.nowMs(), ...fitted });
  for (let net = 0; net < 6; net++) nets.setOutput(net, "push-pull", false);
  const wait = (ms: number) => scheduler.runUntil(scheduler.nowMs() + ms);
  const nibble = (rs: boolean, bits: number, pulseUs = 1) => {
    nets.write(0b111101, (rs ? 1 : 0) | ((bits & 0xf) << DATA_SHIFT));
    scheduler.advanceUs(1);
    nets.write(0b10, 0b10);
    scheduler.advanceUs(pulseUs);
    nets.write(0b10, 0);
    scheduler.advanceUs(1);
  };
  const byte = (rs: boolean, value: number, waitUs = 41) => {
    nibble(rs, value >> 4);
    nibble(rs, value);
    scheduler.advanceUs(waitUs);
  };
  const text = (value: string) => {
    for (const character of value) byte(true, character.charCodeAt(0));
  };
  const initialise = () => {
    wait(50);
    for (const [bits, ms] of [
      [3, 5],
      [3, 1],
      [3, 1],
      [2, 1],
    ] as const) {
      nibble(false, bits);
      wait(ms);
    }
    for (const each of [0x28, 0x08, 0x01]) byte(false, each);
    wait(2);
    for (const each of [0x06, 0x0c]) byte(false, each);
  };
  const codes = () => chip.violations.map(({ code }) => code);
  return { scheduler, nets, chip, wait, nibble, byte, text, initialise, codes };
}

describe("a simulated HD44780", () => {
  test("shows text after the datasheet's initialisation, rows 3 and 4 continuing lines 1 and 2", () => {
    const { chip, initialise, text, byte, codes } = makeChip();
    initialise();
    text("0123456789012345678A");
    text("third");
    byte(false, 0x80 | 0x40);
    text("second");
    byte(false, 0x80 | 0x54);
    text("fourth");
    expect(chip.rows().map((row) => row.trim())).toEqual([
      "0123456789012345678A",
      "second",
      "third",
      "fourth",
    ]);
    expect(codes()).toEqual([]);
  });

  test("shows nothing sensible to a driver that skips the initialisation", () => {
    const { chip, wait, byte, text } = makeChip();
    wait(50);
    byte(false, 0x0c);
    text("hello");
    expect(chip.displayOn).toBe(true);
    expect(chip.rows().join("")).not.toContain("hello");
  });

  test("loses what comes before the power-on reset is over", () => {
    const { nibble, wait, codes } = makeChip();
    wait(39);
    nibble(false, 3);
    expect(codes()).toEqual(["power-on"]);
  });

  test("loses the nibble that comes within 4.1 ms of the first function set", () => {
    const { nibble, wait, codes } = makeChip();
    wait(50);
    nibble(false, 3);
    wait(4);
    nibble(false, 3);
    expect(codes()).toEqual(["busy"]);
  });

  test("loses what comes within an instruction's execution time, and the phase with it", () => {
    const { chip, initialise, byte, text, codes } = makeChip();
    initialise();
    byte(true, 0x41, 30);
    text("BCDE");
    expect(codes()).toContain("busy");
    expect(chip.rows()[0]).not.toContain("BCDE");
  });

  test("is out of phase after a lost nibble, until it is initialised again", () => {
    const { chip, initialise, text } = makeChip();
    initialise();
    chip.dropNibble(3);
    text("hello");
    expect(chip.rows()[0]?.trim()).not.toBe("hello");
    initialise();
    text("hello");
    expect(chip.rows()[0]?.trim()).toBe("hello");
  });

  test("records pulses that are too short, too close, or together with RS or data", () => {
    const { nets, scheduler, initialise, nibble, codes } = makeChip();
    initialise();
    nibble(false, 0, 0.2);
    expect(codes()).toEqual(["enable-pulse"]);
    nets.write(0b10, 0b10);
    scheduler.advanceUs(0.5);
    nets.write(0b10, 0);
    nets.write(0b10, 0b10);
    expect(codes()).toContain("enable-cycle");
    scheduler.advanceUs(100);
    nets.write(0b110, 0b100);
    expect(codes()).toContain("data-setup");
    scheduler.advanceUs(100);
    nets.write(0b11, 0b11);
    expect(codes()).toContain("address-setup");
  });

  test("is confused by RS that changes under E, and by one that changes as E falls", () => {
    const { chip, nets, scheduler, initialise, nibble, codes } = makeChip();
    initialise();
    // The high nibble of "A" as data; RS falls while E is up, and what was data is taken for an instruction.
    nets.write(0b111101, 0b1 | (4 << DATA_SHIFT));
    scheduler.advanceUs(1);
    nets.write(0b10, 0b10);
    scheduler.advanceUs(1);
    nets.write(0b1, 0);
    scheduler.advanceUs(1);
    nets.write(0b10, 0);
    scheduler.advanceUs(1);
    nibble(true, 1);
    expect(codes()).toEqual(["address-hold"]);
    expect(chip.rows()[0]?.trim()).toBe("");
    scheduler.advanceUs(100);
    nets.write(0b10, 0b10);
    scheduler.advanceUs(1);
    nets.write(0b11, 0);
    expect(codes()).toEqual(["address-hold", "address-hold"]);
  });

  test("keeps its number of lines once it has begun, until the data length changes", () => {
    const { initialise, byte, text, chip, codes } = makeChip();
    initialise();
    byte(false, 0x20);
    expect(codes()).toEqual(["function-set"]);
    byte(false, 0x80 | 0x40);
    text("still two lines");
    expect(chip.rows()[1]?.trim()).toBe("still two lines");
  });

  test("takes half as long again for everything as a slow clone, but for what it does at power-on", () => {
    const { initialise, byte, codes } = makeChip(undefined, { slowness: 1.5 });
    initialise();
    byte(true, 0x41, 61.5);
    byte(true, 0x41, 41);
    byte(true, 0x41);
    expect(codes()).toContain("busy");
  });

  test("takes a spike on E for a nibble", () => {
    const { chip, initialise, text } = makeChip();
    initialise();
    chip.spikeOnEnable(true, 4);
    text("hello");
    expect(chip.rows()[0]?.trim()).not.toBe("hello");
    initialise();
    text("hello");
    expect(chip.rows()[0]?.trim()).toBe("hello");
  });

  test("keeps count of violations beyond those that it remembers", () => {
    const { chip, nibble } = makeChip();
    for (let count = 0; count < 200; count++) nibble(false, 3);
    expect(chip.violationCount).toBe(200);
    expect(chip.violations.length).toBeLessThan(200);
  });

  test("counts the address from one line into the other, and down when told so", () => {
    const { chip, initialise, byte, text } = makeChip({ columns: 16, rows: 2 });
    initialise();
    byte(false, 0x80 | 0x27);
    text("xA");
    expect(chip.rows()[1]?.trim()).toBe("A");
    byte(false, 0x04);
    byte(false, 0x80 | 0x02);
    text("cba");
    expect(chip.rows()[0]?.trim()).toBe("abc");
    expect(chip.cursor).toBeNull();
  });

  test("shifts the display without changing memory, and home brings it back", () => {
    const { chip, initialise, byte, text, wait } = makeChip({ columns: 16, rows: 2 });
    initialise();
    text("shift");
    byte(false, 0x18);
    expect(chip.rows()[0]?.trim()).toBe("hift");
    byte(false, 0x1c);
    byte(false, 0x1c);
    expect(chip.rows()[0]).toBe(" shift          ");
    byte(false, 0x02);
    wait(2);
    expect(chip.rows()[0]?.trim()).toBe("shift");
  });

  test("shifts with each character in that entry mode", () => {
    const { chip, initialise, byte, text } = makeChip({ columns: 16, rows: 2 });
    initialise();
    byte(false, 0x80 | 0x10);
    byte(false, 0x07);
    text("abc");
    expect(chip.rows()[0]).toBe("             abc");
  });

  test("blanks the glass but not its memory while the display is off", () => {
    const { chip, initialise, byte, text } = makeChip();
    initialise();
    text("hello");
    byte(false, 0x08);
    expect(chip.rows()[0]?.trim()).toBe("");
    byte(false, 0x0c);
    expect(chip.rows()[0]?.trim()).toBe("hello");
  });

  test("draws CGRAM glyphs, in both rows of codes that stand for them", () => {
    const { chip, initialise, byte } = makeChip();
    initialise();
    byte(false, 0x40 | (3 << 3));
    for (const dots of [1, 2, 4, 8, 16, 0xff, 0, 21]) byte(true, dots);
    byte(false, 0x80);
    byte(true, 3);
    byte(true, 11);
    expect(chip.rows()[0]?.startsWith("\ue003\ue003")).toBe(true);
    expect(chip.pixels()[0]?.[0]).toEqual([1, 2, 4, 8, 16, 31, 0, 21]);
    expect(chip.pixels()[0]?.[1]).toEqual(chip.glyph(3));
  });

  test("shows the cursor line, and a blinking block in every other phase", () => {
    const { chip, initialise, byte, text, wait } = makeChip();
    initialise();
    text("A");
    byte(false, 0x0f);
    expect(chip.cursor).toEqual({ row: 0, column: 1, underline: true, blink: true });
    const seen = new Set<string>();
    for (let count = 0; count < 4; count++) {
      seen.add(JSON.stringify(chip.pixels()[0]?.[1]));
      wait(379.3);
    }
    expect(seen).toEqual(
      new Set([JSON.stringify(Array(8).fill(31)), JSON.stringify([0, 0, 0, 0, 0, 0, 0, 31])]),
    );
  });

  test("tells its listeners of each change with its time, and stops when told to", () => {
    const { chip, initialise, text, scheduler } = makeChip();
    initialise();
    const times: number[] = [];
    const stop = chip.onChange((atMs) => times.push(atMs));
    text("ab");
    expect(times).toHaveLength(2);
    expect(times[1]).toBeLessThanOrEqual(scheduler.nowMs());
    stop();
    text("c");
    expect(times).toHaveLength(2);
  });
});

describe("the character ROM A00", () => {
  test("has eight rows of five dots for each of its 224 codes, and a name for each of 256", () => {
    expect(CGROM_A00).toHaveLength(256 - FIRST_CGROM_CODE);
    for (const rows of CGROM_A00) {
      expect(rows).toHaveLength(8);
      expect(rows.every((dots) => dots >= 0 && dots <= 31)).toBe(true);
    }
    expect(A00_CHARACTERS).toHaveLength(256);
  });

  test.each([
    [0x41, "A"],
    [0x5c, "¥"],
    [0x7e, "→"],
    [0x7f, "←"],
    [0xb1, "ｱ"],
    [0xdf, "ﾟ"],
    [0xe0, "α"],
    [0xe1, "ä"],
    [0xe2, "β"],
    [0xee, "ñ"],
    [0xef, "ö"],
    [0xf4, "Ω"],
    [0xf5, "ü"],
    [0xf7, "π"],
    [0xf8, "x̄"],
    [0xfc, "円"],
    [0xff, "█"],
  ])("names code 0x%s %s", (code, character) => {
    expect(A00_CHARACTERS[code]).toBe(character);
  });

  test("is blank exactly where its name is", () => {
    for (const [index, rows] of CGROM_A00.entries()) {
      const blank = rows.every((dots) => dots === 0);
      expect(blank, `code ${index + FIRST_CGROM_CODE}`).toBe(
        A00_CHARACTERS[index + FIRST_CGROM_CODE] === " ",
      );
    }
  });
});

describe("the character ROM A02", () => {
  test("has eight rows of five dots for each of its 240 codes, and a name for each of 256", () => {
    expect(A02_CHARACTERS).toHaveLength(256);
    expect(CGROM_A02).toHaveLength(256 - CGRAM_CODES);
    for (const [index, rows] of CGROM_A02.entries()) {
      const name = `code ${(index + CGRAM_CODES).toString(16)}`;
      expect(rows, name).toHaveLength(8);
      expect(
        rows.every((dots) => dots >= 0 && dots <= 31),
        name,
      ).toBe(true);
      expect(
        rows.every((dots) => dots === 0),
        name,
      ).toBe(A02_CHARACTERS[index + CGRAM_CODES] === " ");
    }
  });

  test("draws no two codes alike", () => {
    expect(new Set(CGROM_A02.map((rows) => rows.join())).size).toBe(CGROM_A02.length);
  });

  test.each([
    [0x10, "▶"],
    [0x41, "A"],
    [0x5c, "\\"],
    [0x7e, "~"],
    [0x80, "Б"],
    [0x8f, "Э"],
    [0x90, "α"],
    [0xb0, "°"],
    [0xbf, "¿"],
    [0xc4, "Ä"],
    [0xd8, "Φ"],
    [0xdf, "ß"],
    [0xe1, "á"],
    [0xf1, "ñ"],
    [0xff, "ÿ"],
  ])("names code 0x%s %s", (code, character) => {
    expect(A02_CHARACTERS[code]).toBe(character);
  });

  test("shows on a glass fitted with it", () => {
    const { chip, initialise, byte } = makeChip({ columns: 16, rows: 2 }, { rom: "A02" });
    initialise();
    for (const code of [0xc1, 0xe9, 0x86]) byte(true, code);
    expect(chip.rows()[0]?.trim()).toBe("ÁéЛ");
  });
});
