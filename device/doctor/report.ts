import type { I2cFacts, MachineFacts } from "../../hal/inspect/facts.ts";
import type { Finding } from "./finding.ts";

/** SGR parameters (ECMA-48). */
const COLOURS: Readonly<Record<Finding["level"] | "title", string>> = {
  good: "32",
  note: "36",
  missing: "31",
  title: "1",
};
const MARKS: Readonly<Record<Finding["level"], string>> = { good: "✓", note: "·", missing: "✗" };

export interface ReportOptions {
  readonly config: string | null;
  readonly colour: boolean;
}

/** Facts, findings and what mends them, in lines for a terminal. */
export function doctorReport(
  facts: MachineFacts,
  findings: readonly Finding[],
  { config, colour }: ReportOptions,
): string {
  const paint = (text: string, name: keyof typeof COLOURS): string =>
    colour ? `\u001b[${COLOURS[name]}m${text}\u001b[0m` : text;
  const lost = findings.filter(({ level }) => level === "missing").length;
  return [
    paint("This machine", "title"),
    ...factLines(facts).map(([what, value]) => `  ${what.padEnd(8)} ${value}`),
    "",
    paint(config === null ? "What a terminal needs" : `What ${config} needs`, "title"),
    ...findings.flatMap(({ level, about, what, fix }) => [
      `  ${paint(MARKS[level], level)} ${about}: ${what}`,
      ...(fix === null ? [] : [`      ${fix}`]),
    ]),
    "",
    lost === 0 ? "Nothing is missing." : paint(`${lost} missing: the line below each mends it.`, "missing"),
  ].join("\n");
}

function factLines(facts: MachineFacts): readonly (readonly [string, string])[] {
  const { model, system, kernel, architecture, user, i2c, serial, pwm, addons } = facts;
  const loading = addons.filter(({ loads }) => loads).map(({ name }) => name);
  const broken = addons.filter(({ loads }) => !loads).map(({ name }) => name);
  return [
    ["model", model ?? `no device tree (${architecture})`],
    ["system", `${system ?? "unknown"}, kernel ${kernel}, ${architecture}`],
    ["user", `${user.name}, in ${user.groups.join(", ") || "no group"}`],
    ...gpioLines(facts),
    ...list("I2C", i2c.map(busText)),
    ...list(
      "serial",
      serial.map(({ path, device, writable }) => {
        const leadsTo = device === path ? "" : ` -> ${device}`;
        return `${path}${leadsTo}${writable ? "" : " (not for this user)"}`;
      }),
    ),
    ["PWM", pwm.map(({ chip }) => chip).join(", ") || "none"],
    [
      "add-ons",
      `${loading.join(", ") || "none"}${broken.length > 0 ? `; not loading: ${broken.join(", ")}` : ""}`,
    ],
  ];
}

function gpioLines({ gpio: { listing, sysfs } }: MachineFacts): readonly (readonly [string, string])[] {
  const chips = listing?.chips.map(({ path, info }) =>
    "label" in info
      ? `${path} ${info.label}, ${info.lines} lines`
      : `${path} cannot be asked (error ${info.errno})`,
  );
  const held = (listing?.header ?? []).flatMap(({ line, consumer }) =>
    consumer === null ? [] : [`GPIO${line} by ${consumer === "" ? "the kernel" : consumer}`],
  );
  return [
    ...list("GPIO", chips ?? ["cannot be asked"]),
    ...(held.length > 0 ? [["held", held.join(", ")] as const] : []),
    ["sysfs", sysfs === null ? "no GPIO" : `${sysfs.label}, numbers from ${sysfs.base}`],
  ];
}

function busText({ bus, device, displays, problem }: I2cFacts): string {
  const name = `bus ${bus}`;
  if (!device) return `${name}, without /dev/i2c-${bus}`;
  if (problem !== null) return `${name}, cannot be asked (${problem})`;
  if (displays === null) return `${name}, not looked at`;
  if (displays.length === 0) return `${name}, no display`;
  return `${name}, maybe a display at ${displays.map((address) => `0x${address.toString(16)}`).join(", ")}`;
}

function list(what: string, values: readonly string[]): readonly (readonly [string, string])[] {
  if (values.length === 0) return [[what, "none"]];
  return values.map((value, index) => [index === 0 ? what : "", value] as const);
}
