import type { MachineFacts } from "../../hal/inspect/facts.ts";
import type { PartsPlan } from "../../hal/plan.ts";
import { good, missing, type Finding } from "./finding.ts";
import { portsOf } from "./ports-of-plan.ts";

/** Groups of Raspberry Pi OS that may use devices; what this user may use without them needs none. */
export function groupFindings(facts: MachineFacts, plan: PartsPlan): readonly Finding[] {
  const needed: string[] = [];
  const { display, sounder } = plan;
  if (display.driver === "hd44780-i2c" && problemOfBus(facts, display.bus) === "hal.i2c.denied")
    needed.push("i2c");
  const ports = portsOf(plan).map(({ path }) => facts.serial.find((each) => each.path === path));
  if (ports.some((port) => port?.writable === false)) needed.push("dialout");
  if (
    sounder?.driver === "pwm" &&
    facts.pwm.some(({ lines, writable }) => lines.includes(sounder.pin) && !writable)
  )
    needed.push("gpio");
  const { name, groups } = facts.user;
  if (needed.length === 0)
    return [good("machine", `${name} may use what the parts are on (groups: ${groups.join(", ")})`)];
  const missingGroups = needed.filter((group) => !groups.includes(group));
  if (missingGroups.length === 0) {
    const what = `${name} is in ${needed.join(", ")}, yet may not use the devices`;
    return [
      missing(
        "machine",
        what,
        "sign in again; if that does not help: ls -l /dev/i2c-* /dev/tty* /sys/class/pwm/*/export",
      ),
    ];
  }
  const list = missingGroups.join(",");
  return [
    missing("machine", `${name} is not in: ${list}`, `sudo usermod -aG ${list} ${name} (then sign in again)`),
  ];
}

function problemOfBus({ i2c }: MachineFacts, bus: number): string | null {
  return i2c.find((each) => each.bus === bus)?.problem ?? null;
}
