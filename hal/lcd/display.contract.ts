import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PROBE_LIMIT_MS, type CharacterDisplay, type DisplaySize } from "../ports.ts";
import type { Hd44780 } from "../../sim/chips/hd44780.ts";
import type { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { LONGEST_REOPEN_MS } from "../backoff.ts";
import { letterOfGlyph } from "./glyphs.ts";

/** What shows, and how it is disturbed: an HD44780, or a module with one inside. */
export interface ShownChip extends Pick<
  Hd44780,
  "rows" | "glyph" | "displayOn" | "onChange" | "setPower" | "dropNibble"
> {
  readonly violations: readonly unknown[];
}

/** A display with the chip at its other end, under a virtual clock. */
export interface DisplayWorld {
  readonly scheduler: VirtualScheduler;
  readonly display: CharacterDisplay;
  readonly chip: ShownChip;
  /** Whether the light behind the glass is on. */
  readonly lit: () => boolean;
  /** Breaks the wires so that every transaction fails, or repairs them. */
  readonly breakWires: (broken: boolean) => void;
  /** Longest time from a frame to its last dot, where that is more than FIRST_FRAME_MS. */
  readonly frameMs?: number;
  /** Which nibble or byte of a frame is lost to garble it; the fifth when left out. */
  readonly dropNth?: number;
}

const SIZE_20X4: DisplaySize = { columns: 20, rows: 4 };
/** Power-on, initialisation and a first frame, with room to spare. */
const FIRST_FRAME_MS = 200;
/** A periodic initialisation comes within this, whatever the driver's interval. */
const HOUR_MS = 3_600_000;

/** The text on the glass, glyphs read back as the letters they draw. */
export function textOf(chip: ShownChip): string[] {
  return chip
    .rows()
    .map((row) =>
      row.replace(
        /[\ue000-\ue007]/gu,
        (slot) => letterOfGlyph(chip.glyph(slot.charCodeAt(0) - 0xe000)) ?? "\ufffd",
      ),
    );
}

/** Sizes beside 20x4 that an HD44780 comes in. */
const OTHER_SIZES: readonly (readonly [columns: number, rows: number])[] = [
  [16, 2],
  [20, 2],
  [16, 4],
  [40, 2],
];

/** What every character display does, whatever carries its bytes. */
export function describeCharacterDisplay(
  name: string,
  makeWorld: (size: DisplaySize) => DisplayWorld,
  otherSizes = OTHER_SIZES,
): void {
  const open = async (size = SIZE_20X4) => {
    const { frameMs = FIRST_FRAME_MS, dropNth = 5, ...world } = makeWorld(size);
    const health: string[] = [];
    world.display.onFault((error) => health.push(error.code));
    world.display.onRecovered(() => health.push("recovered"));
    const pass = (ms: number) => world.scheduler.run(world.scheduler.nowMs() + ms);
    const show = async (...rows: string[]) => {
      world.display.show({ rows });
      await pass(frameMs);
      return textOf(world.chip);
    };
    return { ...world, frameMs, dropNth, health, pass, show };
  };

  describe(`a character display on ${name}`, () => {
    test("shows a frame padded with blanks, and breaks no rule of the controller", async () => {
      const { show, chip } = await open();
      expect(await show("06:02     Tue 24 Nov", "Westside Bar", "", "*=by name  #=help")).toEqual([
        "06:02     Tue 24 Nov",
        "Westside Bar        ",
        "                    ",
        "*=by name  #=help   ",
      ]);
      expect(chip.displayOn).toBe(true);
      expect(chip.violations).toEqual([]);
    });

    test.each(otherSizes)(
      "puts every character of a %ix%i display where it belongs",
      async (columns, rows) => {
        const { show, chip } = await open({ columns, rows });
        const frame = Array.from({ length: rows }, (_, row) =>
          Array.from({ length: columns }, (__, column) =>
            String.fromCharCode(48 + ((row * 7 + column) % 60)),
          ).join(""),
        ).map((row) => row.replaceAll("\\", "x"));
        expect(await show(...frame)).toEqual(frame);
        expect(chip.violations).toEqual([]);
      },
    );

    test("cuts rows that are longer than the display, and ignores rows that it does not have", async () => {
      const { show } = await open({ columns: 16, rows: 2 });
      expect(await show("0123456789abcdefXYZ", "b", "c")).toEqual(["0123456789abcdef", "b               "]);
    });

    test("draws letters that the ROM lacks, eight different ones at a time, and plain ones for the rest", async () => {
      const { show } = await open();
      expect(await show("Ana Kovač", "Łukasz Żółć")).toEqual([
        "Ana Kovač           ",
        "Łukasz Żółć         ",
        " ".repeat(20),
        " ".repeat(20),
      ]);
      expect(await show("áčďéěíňóřš")).toEqual([
        "áčďéěíňórs          ",
        ...Array<string>(3).fill(" ".repeat(20)),
      ]);
    });

    test("shows decomposed letters as one, and a question mark for what nothing resembles", async () => {
      const { show } = await open({ columns: 16, rows: 2 });
      expect(await show("Novak".replace("a", "a\u0301"), "\u{1f600} \u6f22")).toEqual([
        "Novák           ",
        "? ?             ",
      ]);
    });

    test("ends at the newest frame when frames come faster than it can draw", async () => {
      const { display, chip, pass, frameMs } = await open();
      await pass(frameMs);
      for (let count = 0; count < 50; count++) {
        display.show({ rows: Array<string>(4).fill(String(count).repeat(10)) });
        await pass(1.7);
      }
      await pass(frameMs);
      expect(textOf(chip)).toEqual(Array<string>(4).fill("49".repeat(10)));
      expect(chip.violations).toEqual([]);
    });

    test("settles when the chip holds the newest frame, and at once when it does already", async () => {
      const { display, chip, scheduler } = await open();
      let settled = "";
      display.show({ rows: ["one"] });
      void display.settled().then(() => (settled = textOf(chip)[0] ?? ""));
      await scheduler.run(1000, () => settled !== "");
      expect(settled.trim()).toBe("one");
      await expect(display.settled()).resolves.toBeUndefined();
    });

    test("switches the backlight, the latest wish wins", async () => {
      const { display, lit, pass, frameMs } = await open();
      await pass(frameMs);
      expect(lit()).toBe(true);
      display.backlight("off");
      await pass(20);
      expect(lit()).toBe(false);
      display.backlight("full");
      display.backlight("off");
      display.backlight("full");
      await pass(20);
      expect(lit()).toBe(true);
    });

    test("reports broken wires once, repaints once they are whole, and reports that once", async () => {
      const { show, display, chip, breakWires, health, pass } = await open();
      await show("before");
      breakWires(true);
      display.show({ rows: ["during"] });
      await pass(5000);
      expect(health).toEqual(["hal.display.io"]);
      await expect(display.settled()).resolves.toBeUndefined();
      display.show({ rows: ["after", "wards"] });
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      expect(health).toEqual(["hal.display.io", "recovered"]);
      expect(
        textOf(chip)
          .slice(0, 2)
          .map((row) => row.trim()),
      ).toEqual(["after", "wards"]);
      expect(chip.violations).toEqual([]);
    });

    test("starts when the wires are broken, and shows the newest frame once they are whole", async () => {
      const { display, chip, breakWires, health, pass } = await open();
      breakWires(true);
      display.show({ rows: ["first"] });
      await pass(1000);
      expect(health).toEqual(["hal.display.io"]);
      breakWires(false);
      await pass(LONGEST_REOPEN_MS);
      expect(textOf(chip)[0]?.trim()).toBe("first");
    });

    test("puts right what a lost nibble garbled, while nobody uses it, without a blank or dark moment", async () => {
      const { show, chip, pass, dropNth } = await open();
      const rows = ["Type your number", "*=by name", "Ana Kovač", "Łucja"].map((row) => row.padEnd(20));
      await show("0123456789", "0123456789", "0123456789", "0123456789");
      chip.dropNibble(dropNth);
      expect(await show(...rows)).not.toEqual(rows);
      await pass(HOUR_MS);
      expect(textOf(chip)).toEqual(rows);
      let dark = 0;
      chip.onChange(() => {
        if (!chip.displayOn || (chip.rows()[0] ?? "").trim() === "") dark++;
      });
      await pass(HOUR_MS);
      expect(dark).toBe(0);
    });

    test("comes back with its text after the display alone lost power for a moment", async () => {
      const { show, chip, pass } = await open();
      await show("Ana Kovač", "06:02");
      chip.setPower(false);
      await pass(50);
      chip.setPower(true);
      expect(textOf(chip)[0]?.trim()).toBe("");
      await pass(HOUR_MS);
      expect(
        textOf(chip)
          .slice(0, 2)
          .map((row) => row.trim()),
      ).toEqual(["Ana Kovač", "06:02"]);
    });

    test("sends nothing when told what it shows already", async () => {
      const { show, chip, display, pass } = await open();
      await show("06:02");
      let changes = 0;
      chip.onChange(() => changes++);
      display.show({ rows: ["06:02"] });
      await pass(100);
      expect(changes).toBe(0);
    });

    test("sends nothing more after close, and close twice is as good as once", async () => {
      const { show, chip, display, pass, scheduler } = await open();
      await show("06:02");
      const closing = display.close();
      display.show({ rows: ["later"] });
      await pass(1000);
      await closing;
      await display.close();
      expect(textOf(chip)[0]?.trim()).toBe("06:02");
      await expect(display.settled()).resolves.toBeUndefined();
      expect(scheduler.pending).toBe(0);
    });

    test.each([[20, 4], ...otherSizes] as const)(
      "shows any sequence of frames right in the end on %ix%i, whenever they come",
      async (columns, rows) => {
        const row = fc.string({
          unit: fc.constantFrom(...Array.from("abc 019čłñü■áéíóúżźś")),
          maxLength: columns,
        });
        const step = fc.record({
          rows: fc.array(row, { maxLength: rows }),
          waitMs: fc.integer({ min: 0, max: 40 }),
        });
        await fc.assert(
          fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
            const { display, chip, pass, frameMs } = await open({ columns, rows });
            for (const each of steps) {
              display.show({ rows: each.rows });
              await pass(each.waitMs);
            }
            await pass(frameMs);
            const last = steps.at(-1)?.rows ?? [];
            const distinct = new Set(last.join("").replaceAll(/[abc 019ñü■]/gu, ""));
            const plain = (text: string) =>
              text.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("ł", "l");
            const shown = textOf(chip);
            for (const [index, text] of shown.entries()) {
              const wanted = (last[index] ?? "").replaceAll("■", "█").padEnd(columns);
              if (distinct.size <= 8) expect(text).toBe(wanted);
              else expect(plain(text)).toBe(plain(wanted));
            }
            expect(chip.violations).toEqual([]);
          }),
          { numRuns: 25 },
        );
      },
    );

    test("answers a probe, whatever it is doing, and disturbs nothing", async () => {
      const { show, display, chip, health, pass, frameMs } = await open();
      let answered = 0;
      const probe = (): void => void display.probe().then(() => answered++);
      probe();
      await show("before");
      probe();
      display.show({ rows: ["during"] });
      probe();
      await pass(frameMs);
      expect(answered).toBe(3);
      let changes = 0;
      chip.onChange(() => changes++);
      probe();
      await pass(PROBE_LIMIT_MS);
      expect(answered).toBe(4);
      expect(changes).toBe(0);
      expect(textOf(chip)[0]?.trim()).toBe("during");
      expect(health).toEqual([]);
    });

    test("answers a probe while its wires are broken, and after close", async () => {
      const { show, display, breakWires, pass } = await open();
      await show("before");
      let answered = 0;
      const probe = (): void => void display.probe().then(() => answered++);
      breakWires(true);
      display.show({ rows: ["during"] });
      probe();
      await pass(PROBE_LIMIT_MS);
      probe();
      await pass(PROBE_LIMIT_MS);
      expect(answered).toBe(2);
      const closing = display.close();
      probe();
      await pass(PROBE_LIMIT_MS);
      await closing;
      expect(answered).toBe(3);
    });
  });
}
