import { readFileSync } from "node:fs";
import { enableCompileCache, registerHooks } from "node:module";
import { parseArgs } from "node:util";
import { mutated } from "./mutant.ts";
import { mutantNamed } from "./mutants.ts";

/**
 * Runs seeds with one mutant in this process, or with none, until a check fails. One line of JSON tells how it went. Sources are
 * patched as they are loaded, so nothing of the product may be imported above.
 */
enableCompileCache();
const { values } = parseArgs({
  options: {
    mutant: { type: "string" },
    first: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    days: { type: "string", default: "1" },
  },
});

if (values.mutant !== undefined) {
  const mutant = mutantNamed(values.mutant);
  const mutatedUrl = new URL(`../../../${mutant.file}`, import.meta.url).href;
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== mutatedUrl) return nextLoad(url, context);
      const source = mutated(mutant, readFileSync(new URL(url), "utf8"));
      return { ...nextLoad(url, context), source };
    },
  });
}

const { runWorld } = await import("../../../sim/world/fleet/run.ts");
const first = Number(values.first);
for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
  const { violation } = await runWorld({ seed, days: Number(values.days) });
  // Every seed is told of at once: what comes after the last line is a world that never ends.
  process.stdout.write(`${JSON.stringify({ seed, violation })}\n`);
  if (violation !== null) break;
}
// A world that failed half-way may still have something under way.
process.exit(0);
