import { LAYOUT_4X4 } from "../../../../hal/keypad/layouts.ts";
import { MatrixKeypad } from "../../../../hal/keypad/matrix-keypad.ts";
import { openGpiochip } from "../../../../hal/gpio/gpiochip.ts";
import { openOnoff } from "../../../../hal/gpio/onoff.ts";
import { openRpiGpio } from "../../../../hal/gpio/rpi-gpio.ts";
import { systemScheduler } from "../../../../protocol/seams/clocks.ts";
import { KEYPAD_COLUMNS, KEYPAD_ROWS } from "./keypad-lines.ts";

/** `keypad.ts gpiochip|onoff|rpi-gpio`: a keypad and nothing else; says that it is up, and writes a byte for each press. */
const OPEN = { gpiochip: openGpiochip, onoff: openOnoff, "rpi-gpio": openRpiGpio };

const wanted = Object.entries(OPEN).find(([name]) => name === process.argv[2]);
if (wanted === undefined) throw new RangeError(`a back end is one of ${Object.keys(OPEN).join(", ")}`);
const keypad = new MatrixKeypad({
  bank: await wanted[1](systemScheduler),
  scheduler: systemScheduler,
  layout: LAYOUT_4X4,
  rows: KEYPAD_ROWS,
  columns: KEYPAD_COLUMNS,
});
keypad.onFault((error) => console.error(error.message, error.cause));
keypad.onPress(() => process.stdout.write("."));
// What is exported in sysfs stays so when a process ends without a word.
process.once("SIGTERM", () => void keypad.close().then(() => process.exit(0)));
// An event loop that waits for edges through rpi-gpio ends without anything else to wait for.
const LONGER_THAN_ANY_MEASUREMENT_MS = 2_000_000;
systemScheduler.after(LONGER_THAN_ANY_MEASUREMENT_MS, () => undefined);
process.stdout.write("up\n");
