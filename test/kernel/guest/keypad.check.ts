import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openGpiochip } from "../../../hal/gpio/gpiochip.ts";
import { LAYOUT_4X4 } from "../../../hal/keypad/layouts.ts";
import { MatrixKeypad } from "../../../hal/keypad/matrix-keypad.ts";
import { bcm, type KeyName } from "../../../hal/ports.ts";
import { systemScheduler } from "../../../protocol/seams/clocks.ts";
import { tell } from "./bench.ts";

const ROWS = [5, 6, 13, 19];
const COLUMNS = [12, 16, 20, 21];

describe("a matrix keypad on gpiochip", () => {
  beforeEach(() => tell("reset"));
  let keypad: MatrixKeypad | null = null;
  afterEach(() => keypad?.close());

  test("reports each of its 16 keys once", async () => {
    const pressed: KeyName[] = [];
    keypad = new MatrixKeypad({
      bank: await openGpiochip(systemScheduler),
      scheduler: systemScheduler,
      layout: LAYOUT_4X4,
      rows: ROWS.map(bcm),
      columns: COLUMNS.map(bcm),
    });
    keypad.onPress((key) => pressed.push(key));
    for (const [row, keys] of LAYOUT_4X4.entries()) {
      for (const column of keys.keys()) {
        const before = pressed.length;
        tell(`close ${ROWS[row]} ${COLUMNS[column]}`);
        await vi.waitUntil(() => pressed.length > before, { timeout: 10_000, interval: 10 });
        tell(`open ${ROWS[row]} ${COLUMNS[column]}`);
      }
    }
    expect(pressed).toEqual(LAYOUT_4X4.flat());
  });
});
