import type { MachineFacts } from "../../hal/inspect/facts.ts";
import type { DisplayPlan, PartsPlan } from "../../hal/plan.ts";
import { BOOT_CONFIG, I2C_LINE, pwmLine, UART_LINE } from "../wiring/boot-lines.ts";
import { displayFindings, readerFindings, sounderFindings } from "./bus-findings.ts";
import { good, missing, note, type Finding } from "./finding.ts";
import { gpioFindings } from "./gpio-findings.ts";
import { groupFindings } from "./group-findings.ts";
import { headerPort, portsOf } from "./ports-of-plan.ts";

/** What keeps a plan's parts from working on a machine, and what does not. Pure. */
export function diagnose(facts: MachineFacts, plan: PartsPlan): readonly Finding[] {
  const software = addonFindings(facts, plan);
  if (!isPi(facts)) return [...elsewhere(facts, plan), ...software];
  return [
    good("machine", `${facts.model ?? ""}, ${facts.system ?? "an unknown system"}, kernel ${facts.kernel}`),
    ...wordSize(facts),
    ...gpioFindings(facts, plan),
    ...displayFindings(facts, plan.display),
    ...(plan.sounder === null ? [] : sounderFindings(facts, plan.sounder)),
    ...(plan.reader === null ? [] : readerFindings(facts, plan.reader)),
    ...groupFindings(facts, plan),
    ...software,
  ];
}

export function isPi({ model }: MachineFacts): boolean {
  return model?.includes("Raspberry Pi") === true;
}

/** Node 22 and later, and better-sqlite3, have no 32-bit ARM. */
function wordSize({ architecture }: MachineFacts): readonly Finding[] {
  if (architecture === "arm64") return [];
  return [missing("machine", `the system is ${architecture}, not 64-bit`, "flash a 64-bit Raspberry Pi OS")];
}

/** On a laptop: what the Pi will need. */
function elsewhere(facts: MachineFacts, plan: PartsPlan): readonly Finding[] {
  const lines = bootLines(plan);
  const what = facts.model ?? `${facts.architecture} machine`;
  return [
    missing(
      "machine",
      `no 40-pin header here (${what} is no Raspberry Pi)`,
      "run this on the Pi that the parts are wired to",
    ),
    ...(lines.length === 0
      ? [note("machine", `on the Pi this config file needs nothing in ${BOOT_CONFIG}`)]
      : [note("machine", `on the Pi this config file needs in ${BOOT_CONFIG}: ${lines.join("; ")}`)]),
  ];
}

function bootLines(plan: PartsPlan): readonly string[] {
  return [
    ...(plan.display.driver === "hd44780-i2c" ? [I2C_LINE] : []),
    ...(portsOf(plan).some(({ path }) => headerPort(path)) ? [UART_LINE] : []),
    ...(plan.sounder?.driver === "pwm" ? [pwmLine(plan.sounder.pin)] : []),
  ];
}

/** Serial displays share their package with readers. */
const DISPLAY_ADDONS: Readonly<Record<DisplayPlan["driver"], readonly string[]>> = {
  "hd44780-gpio": [],
  "hd44780-i2c": ["i2c-bus"],
  "npm-lcd": ["onoff"],
  serlcd: [],
  "matrix-orbital": [],
};
const NEEDED_ALWAYS = ["better-sqlite3", "@node-rs/argon2"];

function addonFindings({ addons }: MachineFacts, plan: PartsPlan): readonly Finding[] {
  const needed = new Set([
    ...NEEDED_ALWAYS,
    ...{ auto: ["koffi"], gpiochip: ["koffi"], onoff: ["onoff"], "rpi-gpio": ["rpi-gpio"] }[plan.gpio],
    ...DISPLAY_ADDONS[plan.display.driver],
    ...(portsOf(plan).length > 0 ? ["serialport"] : []),
  ]);
  const broken = addons.filter(({ loads }) => !loads).map(({ name }) => name);
  const findings = broken
    .filter((name) => needed.has(name))
    .map((name) =>
      missing("software", `the native add-on of ${name} does not load with this Node`, "npm run addons"),
    );
  const unneeded = broken.filter((name) => !needed.has(name));
  return [
    ...(findings.length > 0
      ? findings
      : [good("software", `native add-ons load: ${[...needed].join(", ")}`)]),
    ...(unneeded.length === 0
      ? []
      : [note("software", `not loading, and not needed by this config file: ${unneeded.join(", ")}`)]),
  ];
}
