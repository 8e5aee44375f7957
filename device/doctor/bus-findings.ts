import type { MachineFacts } from "../../hal/inspect/facts.ts";
import type { DisplayPlan, Hd44780I2cPlan, ReaderPlan, SounderPlan } from "../../hal/plan.ts";
import { addBootLine, I2C_LINE, pwmLine, UART_LINE, UART_LINE_PI5 } from "../wiring/boot-lines.ts";
import type { PartName } from "../wiring/wiring.ts";
import { good, missing, note, type Finding } from "./finding.ts";
import { headerPort } from "./ports-of-plan.ts";

const hex = (address: number): string => `0x${address.toString(16)}`;

export function displayFindings(facts: MachineFacts, display: DisplayPlan): readonly Finding[] {
  switch (display.driver) {
    case "hd44780-i2c":
      return i2cFindings(facts, display);
    case "serlcd":
    case "matrix-orbital":
      return portFindings(facts, "display", display.path);
    case "hd44780-gpio":
    case "npm-lcd":
      return [note("display", "a wired display cannot be asked whether it is there: look at it")];
  }
}

function i2cFindings(facts: MachineFacts, { bus, address }: Hd44780I2cPlan): readonly Finding[] {
  const found = facts.i2c.find((each) => each.bus === bus);
  if (found === undefined) {
    const fix =
      bus === 1
        ? addBootLine(I2C_LINE)
        : `enable the overlay of I2C bus ${bus}, or set bus = 1 under [display]`;
    return [missing("display", `there is no I2C bus ${bus}`, fix)];
  }
  if (!found.device) {
    const fix = "echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf && sudo modprobe i2c-dev";
    return [
      missing(
        "display",
        `I2C bus ${bus} is there, but not /dev/i2c-${bus}: the module i2c-dev is not loaded`,
        fix,
      ),
    ];
  }
  // Who may not open it is told under groups, an add-on that does not load under software.
  if (found.problem === "hal.i2c.denied" || found.problem === "hal.addon.missing") return [];
  if (found.displays === null) {
    const fix =
      "switch everything off, and look for SDA or SCL at ground, or at each other (punchbox wiring)";
    return [missing("display", `I2C bus ${bus} does not work (${found.problem ?? "not asked"})`, fix)];
  }
  if (found.displays.includes(address)) {
    return [good("display", `something answers at ${hex(address)} on I2C bus ${bus}, as configured`)];
  }
  const [other, ...more] = found.displays;
  if (other === undefined) {
    return [
      missing(
        "display",
        `nothing that could be a display answers on I2C bus ${bus}`,
        "check its supply, SDA and SCL: punchbox wiring draws them",
      ),
    ];
  }
  const fix = `set address = ${hex(other)} under [display] in the config file${more.length > 0 ? ` (or ${more.map(hex).join(", ")})` : ""}`;
  return [
    missing(
      "display",
      `nothing answers at ${hex(address)} on I2C bus ${bus}, but at ${found.displays.map(hex).join(", ")}`,
      fix,
    ),
  ];
}

export function readerFindings(facts: MachineFacts, { path }: ReaderPlan): readonly Finding[] {
  return portFindings(facts, "reader", path);
}

function portFindings(facts: MachineFacts, part: PartName, path: string): readonly Finding[] {
  const port = facts.serial.find((each) => each.path === path);
  const pi5 = facts.model?.includes("Raspberry Pi 5") === true;
  const findings: Finding[] = [];
  if (port === undefined) {
    const others = facts.serial.map((each) => each.path).join(", ") || "none";
    const fix = headerPort(path)
      ? addBootLine(pi5 ? UART_LINE_PI5 : UART_LINE)
      : "plug it in, and set path to the one of /dev/serial/by-id that comes";
    findings.push(missing(part, `there is no serial port ${path}; ports: ${others}`, fix));
  } else {
    findings.push(good(part, `serial port ${path}${port.device === path ? "" : ` (${port.device})`}`));
  }
  const names = [path, port?.device ?? path].map((each) => each.replace("/dev/", ""));
  const console = facts.consoles.find(
    (each) => names.includes(each) || (each === "serial0" && path === "/dev/serial0"),
  );
  if (console !== undefined) {
    findings.push(
      missing(
        part,
        `the kernel's console is on ${path}: its messages go to the ${part}`,
        `sudo sed -i 's/console=${console},[0-9]* //' /boot/firmware/cmdline.txt && sudo reboot`,
      ),
    );
  }
  if (pi5 && port?.device === "/dev/ttyAMA10") {
    findings.push(
      missing(
        part,
        `on a Pi 5 ${path} is the debug connector, not the header`,
        `set path = "/dev/ttyAMA0", and ${addBootLine(UART_LINE_PI5)}`,
      ),
    );
  }
  return findings;
}

export function sounderFindings({ pwm }: MachineFacts, sounder: SounderPlan): readonly Finding[] {
  if (sounder.driver === "active") return [];
  const unit = pwm.find(({ lines }) => lines.includes(sounder.pin));
  if (unit === undefined) {
    return [missing("sounder", `no PWM for GPIO${sounder.pin}`, addBootLine(pwmLine(sounder.pin)))];
  }
  return [good("sounder", `PWM: ${unit.chip} (in config.txt for this pin: ${pwmLine(sounder.pin)})`)];
}
