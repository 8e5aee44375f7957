import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { openSerialPorts, WRITE_LIMIT_MS } from "./node-serialport.ts";
import { describeSerialPorts } from "./serial.contract.ts";
import { openPty } from "./testing/pty.ts";

/** Turns of the event loop without progress after which a port is taken to be full; a write takes one or two. */
const QUIET_TURNS = 1000;

const scheduler = new VirtualScheduler();
const ports = await openSerialPorts(scheduler);

describeSerialPorts("of the kernel, behind a pseudo-terminal", () => {
  const pty = openPty();
  return {
    ports,
    path: pty.path,
    received: pty.received,
    send: (bytes) => pty.send(bytes),
    listen: () => pty.listen(),
    unplug: () => pty.unplug(),
    until: async (condition) => {
      while (!condition()) await setImmediate();
    },
    stalled: async (progress) => {
      let seen = progress();
      for (let turns = 0; turns < QUIET_TURNS; turns++) {
        await setImmediate();
        if (progress() !== seen) turns = 0;
        seen = progress();
      }
    },
    passWriteLimit: () => scheduler.pass(2 * WRITE_LIMIT_MS),
  };
});

describe("a serial port that cannot be opened", () => {
  const refusal = async (path: string, baudRate = 9600): Promise<unknown> =>
    ports.open(path, { baudRate }).catch((error: unknown) => error);

  test("says what would be right: the overlay or the by-id path where nothing is", async () => {
    expect(await refusal("/dev/ttyNOWHERE")).toMatchObject({
      code: "hal.serial.absent",
      message: expect.stringMatching(/^\/dev\/ttyNOWHERE .*enable_uart=1.*by-id/) as string,
    });
  });

  test("is told apart from a file that is no port", async () => {
    expect(await refusal(import.meta.filename)).toMatchObject({
      code: "hal.serial.io",
      message: expect.stringContaining("not a serial port") as string,
    });
  });

  test("is refused at a rate that ports do not have, and the message lists those that they have", async () => {
    expect(await refusal("/dev/ttyAMA0", 9601)).toMatchObject({
      code: "hal.serial.io",
      message: expect.stringContaining("9600, 14400, 19200") as string,
    });
  });
});
