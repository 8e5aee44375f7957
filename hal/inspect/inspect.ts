import { HalError } from "../errors.ts";
import type { GpioListing } from "../gpio/chip-info.ts";
import { findSysfsChip } from "../gpio/sysfs-chip.ts";
import { findDisplays } from "../i2c/find-displays.ts";
import { bcm, type I2cBus } from "../ports.ts";
import { PWM_UNITS } from "../pwm/pwm-units.ts";
import type { SysfsFiles } from "../sysfs.ts";
import type { AddonFacts, I2cFacts, MachineFacts, PwmFacts, SerialFacts } from "./facts.ts";

/** A package with a native add-on. Rejects where it does not load. */
export interface Addon {
  readonly name: string;
  readonly load: () => Promise<unknown>;
}

/** What inspecting needs of a machine. */
export interface Inspected {
  readonly files: SysfsFiles;
  readonly kernel: string;
  readonly architecture: string;
  readonly user: { readonly name: string; readonly groupIds: readonly number[] };
  /** Asks the GPIO character devices; opens no line. */
  readonly listGpio: () => Promise<GpioListing>;
  readonly openI2c: (bus: number) => Promise<I2cBus>;
  readonly addons: readonly Addon[];
}

export interface InspectOptions {
  /** I2C bus that is looked at for displays although this is no Raspberry Pi: that of a config file. */
  readonly i2cBus?: number | undefined;
}

const MODEL = "/proc/device-tree/model";
const SYSTEM = "/etc/os-release";
const GROUPS = "/etc/group";
const COMMAND_LINE = "/proc/cmdline";
const PWM_CLASS = "/sys/class/pwm";
const I2C_CLASS = "/sys/bus/i2c/devices";
const DEV = "/dev";
const BY_ID = "/dev/serial/by-id";
const PORT_NAME = /^(serial[01]|ttyAMA\d+|ttyUSB\d+|ttyACM\d+)$/;
const BUS_NAME = /^i2c-(\d+)$/;
/** More than any machine has, fewer than would take long. */
const MAX_BUSES = 32;

/**
 * Finds out what a machine has. Opens no GPIO line; reads one byte at the addresses of display backpacks, on the buses of a Raspberry
 * Pi and on the one that is asked for. Never rejects for what a machine lacks: that is a fact, too.
 */
export async function inspect(machine: Inspected, { i2cBus }: InspectOptions = {}): Promise<MachineFacts> {
  const { files, kernel, architecture, user } = machine;
  const model = readOr(files, MODEL)?.replaceAll("\0", "") ?? null;
  const isPi = model?.includes("Raspberry Pi") === true;
  return {
    model,
    kernel,
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(readOr(files, SYSTEM) ?? "")?.[1] ?? null,
    architecture,
    user: { name: user.name, groups: groupNames(readOr(files, GROUPS) ?? "", user.groupIds) },
    gpio: { listing: await orNull(machine.listGpio), sysfs: sysfsChip(files) },
    i2c: await i2cFacts(machine, (bus) => isPi || bus === i2cBus),
    serial: serialFacts(files),
    consoles: [...(readOr(files, COMMAND_LINE) ?? "").matchAll(/(?:^|\s)console=([^\s,]+)/g)].map(
      (match) => match[1] ?? "",
    ),
    pwm: pwmFacts(files),
    addons: await Promise.all(machine.addons.map(addonFacts)),
  };
}

function groupNames(text: string, ids: readonly number[]): readonly string[] {
  const names = new Map(
    text.split("\n").map((line) => {
      const [name = "", , id = ""] = line.split(":");
      return [Number(id), name] as const;
    }),
  );
  return ids.map((id) => names.get(id) ?? String(id)).toSorted();
}

function sysfsChip(files: SysfsFiles): MachineFacts["gpio"]["sysfs"] {
  try {
    return findSysfsChip(files);
  } catch {
    return null;
  }
}

async function i2cFacts(machine: Inspected, looksAt: (bus: number) => boolean): Promise<readonly I2cFacts[]> {
  const { files, openI2c } = machine;
  const numbersIn = (folder: string): readonly number[] =>
    listed(files, folder).flatMap((name) => {
      const number = BUS_NAME.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
  const devices = new Set(numbersIn(DEV));
  const buses = [...new Set([...devices, ...numbersIn(I2C_CLASS)])]
    .toSorted((a, b) => a - b)
    .slice(0, MAX_BUSES);
  const facts: I2cFacts[] = [];
  for (const bus of buses) {
    const device = devices.has(bus);
    const asked = device && looksAt(bus) ? await displaysOn(bus, openI2c) : { displays: null, problem: null };
    facts.push({ bus, device, ...asked });
  }
  return facts;
}

async function displaysOn(
  number: number,
  openI2c: Inspected["openI2c"],
): Promise<Pick<I2cFacts, "displays" | "problem">> {
  try {
    const bus = await openI2c(number);
    try {
      return { displays: await findDisplays(bus), problem: null };
    } finally {
      await bus.close();
    }
  } catch (error) {
    return { displays: null, problem: error instanceof HalError ? error.code : "hal.i2c.io" };
  }
}

function serialFacts(files: SysfsFiles): readonly SerialFacts[] {
  const paths = [
    ...listed(files, DEV)
      .filter((name) => PORT_NAME.test(name))
      .map((name) => `${DEV}/${name}`),
    ...listed(files, BY_ID).map((name) => `${BY_ID}/${name}`),
  ];
  return paths
    .toSorted()
    .map((path) => ({ path, device: resolved(files, path), writable: files.writable(path) }));
}

function pwmFacts(files: SysfsFiles): readonly PwmFacts[] {
  return listed(files, PWM_CLASS)
    .toSorted()
    .map((chip) => {
      const device = resolved(files, `${PWM_CLASS}/${chip}/device`);
      const unit = PWM_UNITS.find((each) => each.device.test(device));
      const lines = [...(unit?.channels.keys() ?? [])].map((line) => bcm(line));
      return { chip, lines, writable: files.writable(`${PWM_CLASS}/${chip}/export`) };
    });
}

async function addonFacts({ name, load }: Addon): Promise<AddonFacts> {
  return { name, loads: (await orNull(load)) !== null };
}

async function orNull<Value>(make: () => Promise<Value>): Promise<Value | null> {
  try {
    return await make();
  } catch {
    return null;
  }
}

/** A link may lead to a device that is gone. */
function resolved(files: SysfsFiles, path: string): string {
  try {
    return files.resolve(path);
  } catch {
    return path;
  }
}

/** A folder may be closed to this user. */
function listed(files: SysfsFiles, folder: string): readonly string[] {
  try {
    return files.list(folder);
  } catch {
    return [];
  }
}

function readOr(files: SysfsFiles, path: string): string | null {
  try {
    return files.read(path);
  } catch {
    return null;
  }
}
