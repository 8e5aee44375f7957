import type { Machine } from "./machine.ts";
import type { GpioBank, I2cBus, PwmOutputs, SerialPorts } from "./ports.ts";

/**
 * Stand-ins for a machine's buses that ask for the real one only when a driver uses them, and again each time until it is
 * there: a chip that comes late, or a missing overlay, is then trouble of the part that needs it, which tries again by itself.
 */

export function gpioWhenNeeded(machine: Machine): GpioBank {
  return {
    name: "GPIO",
    open: async (consumer, lines) => (await machine.gpio()).open(consumer, lines),
  };
}

export function i2cWhenNeeded(machine: Machine, bus: number): I2cBus {
  return {
    name: `I2C bus ${bus}`,
    write: async (address, bytes) => (await machine.i2c(bus)).write(address, bytes),
    read: async (address, length) => (await machine.i2c(bus)).read(address, length),
    // The bus belongs to the machine, which others may share.
    close: () => Promise.resolve(),
  };
}

export function serialWhenNeeded(machine: Machine): SerialPorts {
  return { open: async (path, options) => (await machine.serial()).open(path, options) };
}

export function pwmWhenNeeded(machine: Machine): PwmOutputs {
  return { open: async (line) => (await machine.pwm()).open(line) };
}
