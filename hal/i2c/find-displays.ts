import { HalError } from "../errors.ts";
import type { I2cBus } from "../ports.ts";

/** Where a display's backpack can be: a PCF8574 or a PCF8574A with any of its bridges closed (datasheet, section 8.1). */
const ADDRESSES: readonly number[] = [0x20, 0x38].flatMap((first) =>
  Array.from({ length: 8 }, (_, bridges) => first + bridges),
);

/**
 * Addresses of backpacks at which something answers the reading of one byte, which changes nothing on a PCF8574. Rejects with HalError
 * when the bus itself fails.
 */
export async function findDisplays(bus: I2cBus): Promise<number[]> {
  const found: number[] = [];
  for (const address of ADDRESSES) {
    try {
      await bus.read(address, 1);
      found.push(address);
    } catch (error) {
      if (!(error instanceof HalError) || error.code !== "hal.i2c.nak") throw error;
    }
  }
  return found;
}
