import type { MachineFacts } from "../../../hal/inspect/facts.ts";
import { bcm, HIGHEST_HEADER_BCM } from "../../../hal/ports.ts";

/** Lines of the header, held by whom. */
export function headerHeldBy(holders: Readonly<Record<number, string>>): MachineFacts["gpio"] {
  const header = Array.from({ length: HIGHEST_HEADER_BCM + 1 }, (_, line) => ({
    line: bcm(line),
    name: `GPIO${line}`,
    consumer: holders[line] ?? null,
  }));
  const chips = [{ path: "/dev/gpiochip0", info: { label: "pinctrl-bcm2711", lines: 58 } }];
  return { listing: { chips, header }, sysfs: { label: "pinctrl-bcm2711", base: 512, lines: 58 } };
}

/** A Pi 4 with all buses on, where everything is as it should be. */
export const HEALTHY_PI4: MachineFacts = {
  model: "Raspberry Pi 4 Model B Rev 1.5",
  kernel: "6.12.34+rpt-rpi-v8",
  system: "Debian GNU/Linux 13 (trixie)",
  architecture: "arm64",
  user: { name: "anna", groups: ["anna", "dialout", "gpio", "i2c"] },
  gpio: headerHeldBy({}),
  i2c: [{ bus: 1, device: true, displays: [0x27], problem: null }],
  serial: [
    { path: "/dev/serial0", device: "/dev/ttyAMA0", writable: true },
    { path: "/dev/ttyAMA0", device: "/dev/ttyAMA0", writable: true },
  ],
  consoles: ["tty1"],
  pwm: [{ chip: "pwmchip0", lines: [12, 13, 18, 19].map(bcm), writable: true }],
  addons: ["koffi", "i2c-bus", "serialport", "onoff", "rpi-gpio", "better-sqlite3", "@node-rs/argon2"].map(
    (name) => ({ name, loads: true }),
  ),
};
