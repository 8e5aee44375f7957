import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../world/virtual-scheduler.ts";
import { SerLcd } from "./serlcd.ts";
import { SimulatedSerialPorts } from "./serial-wire.ts";

const SIZE = { columns: 16, rows: 2 };
const PATH = "/dev/ttySIM0";

async function makeWorld(running = true) {
  const scheduler = new VirtualScheduler();
  const ports = new SimulatedSerialPorts(scheduler);
  const module = new SerLcd({ scheduler, size: SIZE, running });
  ports.attach(PATH, module);
  const opening = ports.open(PATH, { baudRate: 9600 });
  await scheduler.pass(0);
  const line = await opening;
  /** Text as Latin-1, numbers as bytes. */
  const send = async (...parts: readonly (string | number)[]) => {
    const bytes = parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...Buffer.from(part, "latin1")],
    );
    await line.write(Uint8Array.from(bytes));
    await scheduler.pass(1000);
  };
  return { scheduler, module, send };
}

describe("a SerLCD module", () => {
  test("shows text from row to row, and at the end begins anew at the top", async () => {
    const { module, send } = await makeWorld();
    await send("0123456789abcdefghij");
    expect(module.rows()).toEqual(["0123456789abcdef", "ghij            "]);
    await send("klmnopqrstuvXY");
    expect(module.rows()).toEqual(["XY23456789abcdef", "ghijklmnopqrstuv"]);
  });

  test("places the cursor by 0xFE and 0x80 plus 0, 64, 20 or 84 plus the column", async () => {
    const { module, send } = await makeWorld();
    await send(0xfe, 0x80 + 64 + 3, "B", 0xfe, 0x80 + 2, "A");
    expect(module.rows()).toEqual(["  A             ", "   B            "]);
  });

  test("shows the setting prefix when it comes twice, and clears after it and a dash", async () => {
    const { module, send } = await makeWorld();
    await send("1||2");
    expect(module.rows()[0]).toBe("1|2             ");
    await send("|-3");
    expect(module.rows()[0]).toBe("3               ");
  });

  test("records a glyph, for ever, and blanks the glass for it", async () => {
    const { module, scheduler, send } = await makeWorld();
    await send("text", "|", 0x1b + 3, 1, 2, 3, 4, 5, 6, 7, 8);
    expect(module.rows()[0]).toBe(" ".repeat(16));
    expect(module.glyph(3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(module.settings.written).toBe(8);
    module.setPower(false);
    module.setPower(true);
    await scheduler.pass(2000);
    await send("|", 0x23 + 3);
    expect(module.rows()[0]).toBe("\ue003".padEnd(16));
    expect(module.glyph(3)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("forgets where the cursor was at a glyph: text goes to the top, and wraps as if it had not", async () => {
    const { module, send } = await makeWorld();
    await send(0xfe, 0x80 + 14, "|", 0x1b, 0, 0, 0, 0, 0, 0, 0, 0, "abcd");
    expect(module.rows()).toEqual(["ab              ", "cd              "]);
  });

  test("shows messages of its own for half a second, and then what was typed without its cursor moves, unless they are off", async () => {
    const { module, scheduler, send } = await makeWorld();
    await send("one", 0xfe, 0x80 + 64, "two", "|", 0x18, 30);
    expect(module.settings.contrast).toBe(30);
    expect(module.rows()).toEqual(["onetwo          ", " ".repeat(16)]);
    await send("|/|-one", 0xfe, 0x80 + 64, "two", "|", 0x18, 31);
    await scheduler.pass(1000);
    expect(module.rows()).toEqual(["one             ", "two             "]);
  });

  test("sets its three lights with one command, and writes only what changed", async () => {
    const { module, send } = await makeWorld();
    await send("|+", 10, 20, 255);
    await send("|+", 10, 20, 255);
    expect(module.settings.light).toEqual({ red: 10, green: 20, blue: 255 });
    expect(module.settings.written).toBe(2);
  });

  test("is deaf while it starts, but for a byte that takes it back to 9600 baud", async () => {
    const { module, scheduler, send } = await makeWorld(false);
    module.settings.baudRate = 19_200;
    await scheduler.pass(300);
    expect(module.rows()[0]).toBe("SparkFun OpenLCD");
    await send("lost", 0x12);
    await send("seen");
    expect(module.settings.baudRate).toBe(9600);
    expect(module.rows()[0]?.trim()).toBe("seen");
  });

  test("loses what floods it while it is busy with a glyph", async () => {
    const { module, send } = await makeWorld();
    await send("|", 0x1b, 0, 0, 0, 0, 0, 0, 0, 0, "x".repeat(200));
    expect(module.violations.length).toBeGreaterThan(0);
    const others = await makeWorld();
    await others.send("x".repeat(1000));
    expect(others.module.violations).toEqual([]);
  });
});
