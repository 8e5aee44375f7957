import { openGpiochip } from "../../../../hal/gpio/gpiochip.ts";
import { openOnoff } from "../../../../hal/gpio/onoff.ts";
import { bcm } from "../../../../hal/ports.ts";
import { systemScheduler } from "../../../../protocol/seams/clocks.ts";

/** `hold-line.ts gpiochip|onoff BCM`: drives a line high, says so, and goes on until it is killed. */
const [backEnd = "", line = ""] = process.argv.slice(2);
const bank = await (backEnd === "onoff" ? openOnoff(systemScheduler) : openGpiochip(systemScheduler));
await bank.open("line holder", [
  { bcm: bcm(Number(line)), direction: "out", drive: "push-pull", initial: true },
]);
console.log("held");
const LONGER_THAN_ANY_TEST_MS = 600_000;
systemScheduler.after(LONGER_THAN_ANY_TEST_MS, () => undefined);
