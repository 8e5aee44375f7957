import { readdirSync, readFileSync } from "node:fs";

/** N of the bench's `/dev/i2c-N`. */
export function benchBusNumber(): number {
  const folder = "/sys/bus/i2c/devices";
  const bus = readdirSync(folder).find(
    (name) =>
      name.startsWith("i2c-") && readFileSync(`${folder}/${name}/name`, "utf8").trim() === "punchbox-bed",
  );
  if (bus === undefined) throw new RangeError("the bench has no I2C bus");
  return Number(bus.slice("i2c-".length));
}
