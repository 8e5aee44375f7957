import { describe, expect, test } from "vitest";
import { HalError } from "../errors.ts";
import { bcm, type GpioLineRequest } from "../ports.ts";
import type { Claims } from "../claims.ts";
import { NetBoard } from "../../sim/chips/nets.ts";
import { SimulatedSysfsGpio } from "../../sim/chips/sysfs-gpio.ts";
import { mountKernel } from "../testing/mount-kernel.ts";
import { PatientScheduler } from "../testing/patient-scheduler.ts";
import { describeGpioBank } from "./gpio.contract.ts";
import { onoffPackage, openOnoff } from "./onoff.ts";
import { openRpiGpio, rpiGpioPackage } from "./rpi-gpio.ts";
import { SysfsBank, type SysfsPackage } from "./sysfs-bank.ts";

type LoadPackage = (chip: SimulatedSysfsGpio) => Promise<SysfsPackage>;
const loadOnoff: LoadPackage = () => onoffPackage();
const loadRpiGpio: LoadPackage = (chip) => rpiGpioPackage(chip.files);

/** Claims that outlive a process, as their folder does. */
class RememberedClaims implements Claims {
  readonly claimed = new Set<string>();
  abandoned(what: string): boolean {
    return this.claimed.has(what);
  }
  add(what: string): void {
    this.claimed.add(what);
  }
  remove(what: string): void {
    this.claimed.delete(what);
  }
}

interface WorldOptions {
  readonly base: number;
  readonly lines?: number;
  readonly label?: string;
  readonly udevMs?: number;
}

/** A package on a simulated kernel. */
function makeWorld({ lines = 28, ...options }: WorldOptions) {
  const scheduler = new PatientScheduler();
  const nets = new NetBoard(lines);
  const chip = new SimulatedSysfsGpio({ nets, scheduler, ...options });
  const kernel = mountKernel(chip);
  const claims = new RememberedClaims();
  const spinUs = (us: number) => scheduler.advanceUs(us);
  const bankOf = async (load: LoadPackage) =>
    new SysfsBank({ package: await load(chip), files: chip.files, claims, scheduler, spinUs });
  return { scheduler, nets, chip, kernel, claims, bankOf };
}

async function contractWorld(load: LoadPackage, base: number, lines: number) {
  const world = makeWorld({ base, lines });
  return {
    ...world,
    bank: await world.bankOf(load),
    pulls: "board",
    edgeToleranceMs: 1,
    breakBank: (broken: boolean) => world.chip.failWith(broken),
  } as const;
}

describeGpioBank("of onoff on base 0", (lines) => contractWorld(loadOnoff, 0, lines));
describeGpioBank("of onoff on base 512", (lines) => contractWorld(loadOnoff, 512, lines));
describeGpioBank("of rpi-gpio on base 0", (lines) => contractWorld(loadRpiGpio, 0, lines));

const input = (line: number, edges: "none" | "both" = "none"): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "in",
  pull: "up",
  edges,
});
const output = (line: number): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "out",
  drive: "push-pull",
  initial: true,
});
const openDrain = (line: number, initial: boolean): GpioLineRequest => ({
  bcm: bcm(line),
  direction: "out",
  drive: "open-drain",
  initial,
});

describe.each([
  ["onoff", loadOnoff],
  ["rpi-gpio", loadRpiGpio],
])("GPIO lines through sysfs and %s", (_name, load) => {
  test("are unexported as inputs at close, and no file stays open but those that the package loses", async () => {
    const { chip, kernel, nets, claims, bankOf } = makeWorld({ base: 0 });
    const bank = await bankOf(load);
    nets.setBoardPull(4, "down");
    const lines = await bank.open("test", [output(4), input(5, "both")]);
    expect(chip.exported).toEqual([4, 5]);
    expect(claims.claimed).toEqual(new Set(["gpio-4", "gpio-5"]));
    await lines.close();
    expect(chip.exported).toEqual([]);
    expect((nets.levels >> 4) & 1).toBe(0);
    expect(claims.claimed.size).toBe(0);
    // rpi-gpio never closes the files that it watches.
    expect(kernel.openFiles).toBe(load === loadOnoff ? 0 : 2);
  });

  test("that another program has exported or taken are busy, and none of the group is driven then", async () => {
    const { chip, nets, bankOf } = makeWorld({ base: 0 });
    const bank = await bankOf(load);
    nets.setBoardPull(4, "down");
    chip.files.write("/sys/class/gpio/export", "6");
    await expect(bank.open("test", [output(4), input(6)])).rejects.toThrow(/GPIO6 is exported.*unexport/u);
    expect(chip.exported).toEqual([6]);
    chip.take(7);
    const driven: number[] = [];
    nets.watch(1 << 4, () => driven.push(4));
    await expect(bank.open("test", [output(4), input(7)])).rejects.toMatchObject({ code: "hal.gpio.busy" });
    expect(driven).toEqual([]);
    expect(chip.exported).toEqual([6]);
    await expect(bank.open("test", [output(4)])).resolves.toBeDefined();
  });

  test("that an earlier life left exported are taken back", async () => {
    const { chip, claims, bankOf } = makeWorld({ base: 0 });
    chip.files.write("/sys/class/gpio/export", "6");
    claims.add("gpio-6");
    const lines = await (await bankOf(load)).open("test", [input(6)]);
    expect(await lines.run([{ op: "read" }])).toHaveLength(1);
    await lines.close();
    expect(chip.exported).toEqual([]);
  });

  test("wait for udev to hand them over, and not for ever", async () => {
    // rpi-gpio exports a line once more and then waits by a clock of its own.
    if (load === loadOnoff) {
      const slow = makeWorld({ base: 0, udevMs: 60 });
      const opened = (await slow.bankOf(load)).open("test", [input(6, "both")]);
      await slow.scheduler.run(100);
      await expect(opened).resolves.toBeDefined();
    }
    const never = makeWorld({ base: 0, udevMs: 1e9 });
    const refused = (await never.bankOf(load)).open("test", [input(6)]);
    const outcome = expect(refused).rejects.toMatchObject({ code: "hal.gpio.denied" });
    await never.scheduler.run(1_200);
    await outcome;
    expect(never.chip.exported).toEqual([]);
  });

  test("are freed when setting them up fails half-way", async () => {
    const { chip, bankOf } = makeWorld({ base: 0 });
    const bank = await bankOf(load);
    chip.failWith(true);
    await expect(bank.open("test", [input(5), output(4)])).rejects.toMatchObject({ code: "hal.gpio.io" });
    expect(chip.exported).toEqual([]);
    chip.failWith(false);
    await expect(bank.open("test", [input(5), output(4)])).resolves.toBeDefined();
  });

  test("as open drain are released as inputs: two that are shorted never fight", async () => {
    const { nets, bankOf } = makeWorld({ base: 0 });
    const bank = await bankOf(load);
    nets.setBoardPull(5, "up");
    const lines = await bank.open("test", [openDrain(4, true), openDrain(5, false)]);
    nets.closeSwitch(4, 5);
    const readings = await lines.run([
      { op: "write", mask: 0b11, levels: 0b10 },
      { op: "read" },
      { op: "write", mask: 0b11, levels: 0b11 },
      { op: "read" },
    ]);
    expect(readings).toEqual([0b00, 0b11]);
    expect(nets.contention).toBe(0);
  });

  test("run the transactions of callers that do not wait one after the other, up to a limit", async () => {
    const { bankOf } = makeWorld({ base: 0 });
    const lines = await (await bankOf(load)).open("test", [output(4)]);
    const runs = Array.from({ length: 100 }, (_, index) =>
      lines.run([{ op: "write", mask: 1, levels: index % 2 }, { op: "read" }]),
    );
    const settled = await Promise.allSettled(runs);
    const readings = settled.flatMap((each) => (each.status === "fulfilled" ? each.value : []));
    expect(readings).toEqual(Array.from({ length: 64 }, (_, index) => index % 2));
  });

  test("cost no file for a group that is opened again and again while another stays open", async () => {
    const { kernel, bankOf } = makeWorld({ base: 0 });
    const bank = await bankOf(load);
    await bank.open("display", [output(4)]);
    await (await bank.open("sounder", [output(5)])).close();
    const before = kernel.openFiles;
    for (let count = 0; count < 5; count++) await (await bank.open("sounder", [output(5)])).close();
    expect(kernel.openFiles).toBe(before);
  });

  test("cost nothing at their edges while nobody listens", async () => {
    const { nets, chip, scheduler, bankOf } = makeWorld({ base: 0 });
    nets.setBoardPull(5, "up");
    const lines = await (await bankOf(load)).open("test", [openDrain(4, false), input(5, "both")]);
    lines.onEdge(() => undefined);
    lines.onEdge(null);
    await scheduler.run(10);
    const reads = chip.reads;
    for (let count = 0; count < 10; count++) {
      nets.closeSwitch(4, 5);
      await scheduler.pass(1);
      nets.openSwitch(4, 5);
      await scheduler.pass(1);
    }
    expect(chip.reads).toBe(reads);
  });

  test("keep a process alive whose kernel refuses to read a line", async () => {
    const { nets, chip, scheduler, bankOf } = makeWorld({ base: 0 });
    nets.setBoardPull(5, "up");
    const lines = await (await bankOf(load)).open("test", [openDrain(4, false), input(5, "both")]);
    let edges = 0;
    lines.onEdge(() => edges++);
    chip.failWith(true);
    if (load === loadOnoff) nets.closeSwitch(4, 5);
    await scheduler.run(10);
    // rpi-gpio reads outside of everybody's reach: its error would end the process.
    expect(edges).toBe(load === loadOnoff ? 1 : 0);
    await expect(lines.run([{ op: "read" }])).rejects.toMatchObject({ code: "hal.gpio.io" });
    chip.failWith(false);
    await expect(lines.run([{ op: "read" }])).resolves.toBeDefined();
  });
});

describe("a way through sysfs", () => {
  const problem = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => "none",
      (error: unknown) => (error instanceof HalError ? `${error.code}: ${error.message}` : String(error)),
    );

  test("is found by the chip's label on any base by onoff, on base 0 only by rpi-gpio", async () => {
    const old = makeWorld({ base: 0, label: "pinctrl-bcm2835" });
    const { claims } = old;
    const { files } = old.chip;
    expect((await openOnoff(old.scheduler, { files, claims })).name).toBe(
      "onoff pinctrl-bcm2835 (sysfs base 0, pulls from the board only)",
    );
    expect((await openRpiGpio(old.scheduler, { files, claims })).name).toContain("rpi-gpio pinctrl-bcm2835");
    const young = makeWorld({ base: 512, label: "pinctrl-rp1" });
    const { files: youngFiles } = young.chip;
    expect((await openOnoff(young.scheduler, { files: youngFiles, claims })).name).toContain("base 512");
    expect(await problem(openRpiGpio(young.scheduler, { files: youngFiles, claims }))).toMatch(
      /^hal\.gpio\.unsupported: .*begin at 512: use gpiochip or onoff/u,
    );
  });

  test("says whether sysfs, the chip or the permission is missing", async () => {
    const { scheduler, chip, claims } = makeWorld({ base: 512 });
    chip.files.makeReadOnly(true);
    expect(await problem(openOnoff(scheduler, { files: chip.files, claims }))).toMatch(
      /^hal\.gpio\.denied: .*group gpio/u,
    );
    for (const open of [openOnoff, openRpiGpio]) {
      const { files } = makeWorld({ base: 512, label: "INT34C5:00" }).chip;
      expect(await problem(open(scheduler, { files, claims }))).toMatch(
        /^hal\.gpio\.absent: .*are INT34C5:00/u,
      );
      files.removeFolder("/sys/class/gpio");
      expect(await problem(open(scheduler, { files, claims }))).toMatch(
        /^hal\.gpio\.unsupported: .*use gpiochip/u,
      );
    }
  });
});
