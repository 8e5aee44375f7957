import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { exitCodeOf, runRows } from "./run.ts";
import { ROWS } from "./rows.ts";
import { TABLE_HEAD, tableLine } from "./table.ts";

/** `npm run bench`: measures the rows, prints a table, writes bench-results.json. Exit code 1 when a row is not ok. */
const RESULTS_FILE = "bench-results.json";

const options = new Command("npm run bench --")
  .description("Measures what has a limit, each row against something else in the same run.")
  .option("--only <prefix>", "rows whose names begin so")
  .option("--quick", "fewer repetitions: seconds instead of minutes", false)
  .option("--again <times>", "measure rows over their limit again, at full length", "0")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ readonly only?: string; readonly quick: boolean; readonly again: string }>();

console.log(TABLE_HEAD);
const results = await runRows(
  ROWS,
  { quick: options.quick, only: options.only ?? null, again: Number(options.again) },
  (result) => console.log(tableLine(result)),
  ({ name }, error) => console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`),
);
if (results.length === 0) {
  console.error(
    `no row's name begins with ${options.only ?? ""}: there are ${ROWS.map(({ name }) => name).join(", ")}`,
  );
}
writeFileSync(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`);
process.exitCode = exitCodeOf(results);
