import { positionOf } from "../../hal/header.ts";
import type { MachineFacts } from "../../hal/inspect/facts.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import type { Bcm } from "../../hal/ports.ts";
import { BOOT_CONFIG, pullUpLine } from "../wiring/boot-lines.ts";
import { wiringOf, type PartName } from "../wiring/wiring.ts";
import { good, missing, note, type Finding } from "./finding.ts";

/** EACCES and EPERM of asm-generic/errno-base.h. */
const DENIED = [13, 1];

/** Whether the header's lines can be reached as the plan says, and who holds those that it needs. */
export function gpioFindings(facts: MachineFacts, plan: PartsPlan): readonly Finding[] {
  return [...wayToTheHeader(facts, plan), ...busyLines(facts, plan), ...pulls(plan)];
}

function wayToTheHeader(facts: MachineFacts, { gpio, display }: PartsPlan): readonly Finding[] {
  const { listing, sysfs } = facts.gpio;
  const onChip = (listing?.header.length ?? 0) > 0;
  const needsSysfs = gpio === "onoff" || gpio === "rpi-gpio" || display.driver === "npm-lcd";
  const findings: Finding[] = [];
  if (gpio === "gpiochip" || gpio === "auto") {
    if (onChip) findings.push(good("gpio", `${headerChip(facts)}: the header's lines`));
    else if (gpio === "auto" && sysfs !== null)
      findings.push(
        note("gpio", `no character device for the header, but sysfs has ${sysfs.label}: auto takes onoff`),
      );
    else findings.push(noHeaderChip(facts));
  }
  if (needsSysfs) findings.push(sysfsFinding(facts));
  if (gpio === "rpi-gpio" && sysfs !== null && sysfs.base !== 0) {
    findings.push(
      missing(
        "gpio",
        `rpi-gpio works only where sysfs numbers begin at 0; here they begin at ${sysfs.base}`,
        'set backend = "auto" under [gpio] in the config file',
      ),
    );
  }
  return findings;
}

function headerChip({ gpio: { listing } }: MachineFacts): string {
  const chip = listing?.chips.find(({ info }) => "label" in info && info.label.startsWith("pinctrl-"));
  return chip !== undefined && "label" in chip.info ? `${chip.path} ${chip.info.label}` : "GPIO chip";
}

function noHeaderChip(facts: MachineFacts): Finding {
  const { listing } = facts.gpio;
  if (listing === null) return missing("gpio", "the GPIO chips cannot be asked", "npm run addons");
  if (listing.chips.some(({ info }) => "errno" in info && DENIED.includes(info.errno))) {
    return missing(
      "gpio",
      `${facts.user.name} may not open the GPIO chips`,
      `sudo usermod -aG gpio ${facts.user.name} (then sign in again)`,
    );
  }
  const labels =
    listing.chips.map(({ path, info }) => ("label" in info ? info.label : path)).join(", ") || "none";
  if (facts.model?.includes("Raspberry Pi 5") === true) {
    return missing(
      "gpio",
      `this kernel (${facts.kernel}) does not drive the Pi 5's header chip RP1, as Debian's 6.12 does not; chips: ${labels}`,
      "flash Raspberry Pi OS (64-bit): its kernel does",
    );
  }
  return missing(
    "gpio",
    `no GPIO chip of the header; chips: ${labels}`,
    "flash Raspberry Pi OS (64-bit): its kernel drives the header",
  );
}

function sysfsFinding({ gpio: { sysfs } }: MachineFacts): Finding {
  if (sysfs !== null) return good("gpio", `sysfs: ${sysfs.label}, numbers from ${sysfs.base}`);
  return missing(
    "gpio",
    "this kernel has no GPIO in sysfs, which onoff, rpi-gpio and npm-lcd need",
    'set backend = "gpiochip" under [gpio] and driver = "hd44780-gpio" under [display] in the config file',
  );
}

/** The running terminal's own lines are no trouble. */
const OURS = "punchbox";

function busyLines(facts: MachineFacts, plan: PartsPlan): readonly Finding[] {
  const held = new Map(facts.gpio.listing?.header.map(({ line, consumer }) => [line, consumer]));
  const ours: string[] = [];
  const findings: Finding[] = [];
  for (const { line, part, wire } of linesOf(plan)) {
    const consumer = held.get(line) ?? null;
    if (consumer === null) continue;
    if (consumer.startsWith(OURS)) ours.push(`GPIO${line}`);
    else {
      const what = `GPIO${line} (pin ${positionOf(line)}), which the ${part} needs for ${wire}, is held by ${holder(consumer)}`;
      findings.push(missing(part, what, letGo(consumer, line, facts)));
    }
  }
  if (ours.length > 0) findings.push(note("gpio", `held by the terminal that runs: ${ours.join(", ")}`));
  return findings;
}

/** The kernel gives no name for lines that it took for another function of their pin. */
function holder(consumer: string): string {
  return consumer === "" ? "the kernel, for another function of the pin" : consumer;
}

interface NeededLine {
  readonly line: Bcm;
  readonly part: PartName;
  readonly wire: string;
}

/** Lines that drivers open themselves: not those of I2C, a serial port or PWM, which the kernel holds. */
function linesOf(plan: PartsPlan): readonly NeededLine[] {
  const { display, keypad, sounder, leds } = plan;
  const wired = display.driver === "hd44780-gpio" || display.driver === "npm-lcd" ? display : null;
  const lines: readonly Bcm[] = [
    ...(wired === null ? [] : [wired.rs, wired.e, ...wired.data]),
    ...(wired?.backlight === undefined ? [] : [wired.backlight]),
    ...keypad.rows,
    ...keypad.columns,
    ...(sounder?.driver === "active" ? [sounder.pin] : []),
    ...(leds === null ? [] : [leds.green, leds.red]),
  ];
  const wires = wiringOf(plan).wires;
  return lines.flatMap((line) => {
    const wire = wires.find(({ to }) => to === `GPIO${line}`);
    return wire === undefined ? [] : [{ line, part: wire.part, wire: wire.wire }];
  });
}

function letGo(consumer: string, line: Bcm, { gpio: { sysfs } }: MachineFacts): string {
  if (/spi/i.test(consumer)) return "sudo raspi-config nonint do_spi 1 && sudo reboot";
  if (consumer === "sysfs" && sysfs !== null)
    return `echo ${sysfs.base + line} | sudo tee /sys/class/gpio/unexport`;
  return `take its dtoverlay out of ${BOOT_CONFIG}, end that program (sudo lsof /dev/gpiochip*), or wire the part to a free line`;
}

function pulls({ gpio, keypad }: PartsPlan): readonly Finding[] {
  if (gpio !== "onoff" && gpio !== "rpi-gpio") return [];
  const what = `${gpio} cannot switch pull-ups on: the keypad's columns need resistors to 3.3 V, or a line in ${BOOT_CONFIG}`;
  return [note("keypad", what, pullUpLine(keypad.columns))];
}
