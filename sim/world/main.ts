import { Command, InvalidArgumentError } from "commander";
import { systemScheduler } from "../../protocol/seams/clocks.ts";
import { World } from "./world.ts";

/**
 * The seeded world's composition root: `npm run world`. People walk up and punch, key by key, through chips, store,
 * sync and hub, as fast as the machine will go. Prints the seed first: the same seed is the same run.
 */

const MINUTE_MS = 60_000;
const MS_PER_SECOND = 1_000;

function whole(text: string): number {
  if (!/^[0-9]{1,9}$/.test(text)) throw new InvalidArgumentError("it must be a whole number.");
  return Number(text);
}

const options = new Command("npm run world --")
  .description("Runs a seeded world of one hub and one terminal under a virtual clock.")
  .option("--seed <number>", "chance to replay", whole, 1)
  .option("--punches <number>", "how many punches to make", whole, 200)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ readonly seed: number; readonly punches: number }>();

console.log(`seed ${options.seed}`);
const world = await World.create({ seed: options.seed });
const beganMs = systemScheduler.nowMs();
const virtualBeganMs = world.scheduler.nowMs();
for (let punch = 0; punch < options.punches; punch += 1) {
  const person = world.demo.people[punch % world.demo.people.length];
  if (person === undefined) break;
  const isOut = Math.floor(punch / world.demo.people.length) % 2 === 1;
  await world.type(`${person.number}${person.pin}${isOut ? "1" : ""}`);
  await world.pass(MINUTE_MS);
}
const realSeconds = (systemScheduler.nowMs() - beganMs) / MS_PER_SECOND;
const virtualSeconds = (world.scheduler.nowMs() - virtualBeganMs) / MS_PER_SECOND;
const arrived = (await world.kindsAtHub()).filter((kind) => kind === "punch").length;
console.log(
  `${arrived} of ${options.punches} punches at the hub, ${virtualSeconds.toFixed(0)} virtual seconds in ` +
    `${realSeconds.toFixed(2)} s: ${(arrived / realSeconds).toFixed(0)} punches/s, ` +
    `${(virtualSeconds / realSeconds).toFixed(0)}x real time`,
);
if (arrived !== options.punches || world.board.violations > 0) {
  console.error(
    `${options.punches - arrived} punches are missing, ${world.board.violations} chip rules were broken`,
  );
  process.exitCode = 1;
}
