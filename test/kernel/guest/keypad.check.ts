import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { LAYOUT_4X4 } from "../../../hal/keypad/layouts.ts";
import { MatrixKeypad } from "../../../hal/keypad/matrix-keypad.ts";
import { bcm, type KeyName } from "../../../hal/ports.ts";
import { BACK_ENDS, bankForTest, BASE, type BackEnd } from "./banks.ts";
import { contention, tell } from "./bench.ts";
import { realTime } from "./real-time.ts";
import { until } from "./real-time-waits.ts";

const ROWS = [5, 6, 13, 19];
const COLUMNS = [12, 16, 20, 21];
/** Microseconds from one movement of a contact to the next: 10 ms in all, as of the worst membrane. */
const BOUNCE_US = "120 340 80 900 60 1500 200 2400 400 4000";

/** Nets of a key's contact. */
function contactOf(key: KeyName): string {
  const row = LAYOUT_4X4.findIndex((keys) => keys.includes(key));
  const column = LAYOUT_4X4[row]?.indexOf(key) ?? -1;
  return `${ROWS[row]} ${COLUMNS[column]}`;
}
const press = (key: KeyName) => tell(`close ${contactOf(key)} ${BOUNCE_US}`);
const release = (key: KeyName) => tell(`open ${contactOf(key)} ${BOUNCE_US}`);

async function keypadOn(backEnd: BackEnd) {
  const pressed: KeyName[] = [];
  const health: string[] = [];
  const keypad = new MatrixKeypad({
    bank: await bankForTest(backEnd),
    scheduler: realTime,
    layout: LAYOUT_4X4,
    rows: ROWS.map(bcm),
    columns: COLUMNS.map(bcm),
  });
  onTestFinished(() => keypad.close());
  keypad.onPress((key) => pressed.push(key));
  keypad.onFault((error) => health.push(error.code));
  keypad.onRecovered(() => health.push("recovered"));
  const reported = (count: number) => until(() => pressed.length >= count);
  return { pressed, health, reported };
}

describe.each(BACK_ENDS)(`a matrix keypad on $name, base ${BASE}`, (backEnd) => {
  beforeEach(() => tell("reset"));

  test("reports each of its 16 keys once, though their contacts bounce", async () => {
    const { pressed, reported } = await keypadOn(backEnd);
    for (const [count, key] of LAYOUT_4X4.flat().entries()) {
      press(key);
      await reported(count + 1);
      release(key);
    }
    expect(pressed).toEqual(LAYOUT_4X4.flat());
    expect(contention()).toBe(0);
  });

  test("takes the second of two keys held together, in another row, another column, or the same", async () => {
    const { pressed, reported } = await keypadOn(backEnd);
    press("5");
    await reported(1);
    for (const [count, key] of (["3", "8", "4"] as const).entries()) {
      press(key);
      await reported(count + 2);
      release(key);
    }
    expect(pressed).toEqual(["5", "3", "8", "4"]);
    expect(contention()).toBe(0);
  });

  test("refuses the ghost of a rectangle, and takes its third key once that is plain", async () => {
    const { pressed, reported } = await keypadOn(backEnd);
    press("1");
    await reported(1);
    press("2");
    await reported(2);
    press("4");
    // Outside of the rectangle: once it has been read, the rectangle has been read too.
    press("9");
    await reported(3);
    expect(pressed).toEqual(["1", "2", "9"]);
    release("2");
    await reported(4);
    expect(pressed).toEqual(["1", "2", "9", "4"]);
    expect(contention()).toBe(0);
  });

  test("reports lines that fail once, mends them, reports that once, and takes keys again", async () => {
    const { pressed, health, reported } = await keypadOn(backEnd);
    press("1");
    await reported(1);
    tell("fail 1");
    await until(() => health.length > 0);
    release("1");
    tell("fail 0");
    await until(() => health.length > 1);
    press("0");
    await reported(2);
    expect(pressed).toEqual(["1", "0"]);
    expect(health).toEqual(["hal.keypad.io", "recovered"]);
  });
});
