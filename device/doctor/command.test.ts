import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { describe, expect, test } from "vitest";
import { doctorCommand, type DoctorOptions } from "./command.ts";
import { HEALTHY_PI4 } from "./testing/healthy.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CONFIG = join(ROOT, "docs/punchbox.toml");

const ask = (options: Partial<DoctorOptions> = {}) =>
  doctorCommand({ config: CONFIG, json: false, colour: false, inspect: async () => HEALTHY_PI4, ...options });

describe("punchbox doctor", () => {
  test("says that nothing is missing, and ends with 0", async () => {
    const { text, exitCode } = await ask();
    expect(exitCode).toBe(0);
    expect(text).toContain("Nothing is missing.");
    expect(text.replace(CONFIG, "punchbox.toml")).toMatchInlineSnapshot(`
      "This machine
        model    Raspberry Pi 4 Model B Rev 1.5
        system   Debian GNU/Linux 13 (trixie), kernel 6.12.34+rpt-rpi-v8, arm64
        user     anna, in anna, dialout, gpio, i2c
        GPIO     /dev/gpiochip0 pinctrl-bcm2711, 58 lines
        sysfs    pinctrl-bcm2711, numbers from 512
        I2C      bus 1, maybe a display at 0x27
        serial   /dev/serial0 -> /dev/ttyAMA0
                 /dev/ttyAMA0
        PWM      pwmchip0
        add-ons  koffi, i2c-bus, serialport, onoff, rpi-gpio, better-sqlite3, @node-rs/argon2

      What punchbox.toml needs
        ✓ machine: Raspberry Pi 4 Model B Rev 1.5, Debian GNU/Linux 13 (trixie), kernel 6.12.34+rpt-rpi-v8
        ✓ gpio: /dev/gpiochip0 pinctrl-bcm2711: the header's lines
        · display: a wired display cannot be asked whether it is there: look at it
        ✓ machine: anna may use what the parts are on (groups: anna, dialout, gpio, i2c)
        ✓ software: native add-ons load: better-sqlite3, @node-rs/argon2, koffi

      Nothing is missing."
    `);
  });

  test("ends with 1 when something is, its line right below", async () => {
    const { text, exitCode } = await ask({ inspect: async () => ({ ...HEALTHY_PI4, architecture: "arm" }) });
    expect(exitCode).toBe(1);
    expect(text).toMatch(/✗ machine: .*64-bit\n {6}flash/);
    expect(text).toContain("1 missing");
  });

  test("tells facts without a config file, and judges nothing", async () => {
    const { text, exitCode } = await ask({ config: null });
    expect(exitCode).toBe(0);
    expect(text).toContain("Raspberry Pi 4");
    expect(text).toContain("punchbox doctor --config FILE");
  });

  test("is in colour when asked, and the same but for that", async () => {
    const [plain, colourful] = [await ask(), await ask({ colour: true })];
    expect(colourful.text).not.toBe(plain.text);
    const stripped = colourful.text
      .split("\u001b[")
      .map((piece, index) => (index === 0 ? piece : piece.replace(/^\d+m/, "")));
    expect(stripped.join("")).toBe(plain.text);
  });

  test("answers a program with facts and findings", async () => {
    const { text } = await ask({ json: true });
    const answer = z
      .object({ ok: z.boolean(), facts: z.unknown(), findings: z.array(z.unknown()) })
      .parse(JSON.parse(text));
    expect(answer.ok).toBe(true);
    expect(answer.facts).toEqual(HEALTHY_PI4);
    expect(answer.findings.length).toBeGreaterThan(3);
  });

  test("runs as a command on whatever machine this is", () => {
    const run = spawnSync(
      process.execPath,
      [join(ROOT, "device/punchbox.mjs"), "doctor", "--config", CONFIG, "--json"],
      { encoding: "utf8" },
    );
    const { ok } = z.object({ ok: z.boolean() }).parse(JSON.parse(run.stdout));
    expect(run.status).toBe(ok ? 0 : 1);
    expect(run.stderr).toBe("");
  }, 60_000);
});
