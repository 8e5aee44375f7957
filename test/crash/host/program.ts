import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { bundleForNode } from "../../../systemd/build.ts";

/** The children's programs, bundled as the product is, so that they start as fast. */

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A mistake in the product's source, made while bundling: what a crash test must be seen to catch. */
export interface Mutant {
  readonly name: string;
  /** From the project's folder. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Whose disk is cut to show it. */
  readonly victim: "terminal" | "hub";
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "terminal-normal",
    file: "device/ledger/schema.ts",
    from: "PRAGMA synchronous = FULL;",
    to: "PRAGMA synchronous = NORMAL;",
    victim: "terminal",
  },
  {
    name: "hub-normal",
    file: "hub/store/store.ts",
    from: '"PRAGMA synchronous = FULL"',
    to: '"PRAGMA synchronous = NORMAL"',
    victim: "hub",
  },
];

export interface Program {
  readonly terminal: string;
  readonly hub: string;
}

/** Bundles the children into a new folder below `folder`, with the mutant's mistake in it if there is one. */
export async function bundleChildren(folder: string, mutant: Mutant | null): Promise<Program> {
  const program = join(folder, `program-${mutant?.name ?? "real"}`);
  mkdirSync(program);
  // Native packages stay outside of a bundle and are found beside it.
  symlinkSync(join(ROOT, "node_modules"), join(program, "node_modules"));
  await bundleForNode(
    {
      terminal: join(ROOT, "test/crash/child/terminal.ts"),
      hub: join(ROOT, "test/crash/child/hub.ts"),
      "ledger-worker": join(ROOT, "device/ledger/worker.ts"),
    },
    program,
    mutant === null ? [] : [planting(mutant)],
  );
  return { terminal: join(program, "terminal.js"), hub: join(program, "hub.js") };
}

function planting({ name, file, from, to }: Mutant): Plugin {
  return {
    name: "planting",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (path !== join(ROOT, file)) return null;
        const source = readFileSync(path, "utf8");
        if (source.split(from).length !== 2) {
          throw new Error(`the mutant ${name} wants exactly one "${from}" in ${file}`);
        }
        return { contents: source.replace(from, to), loader: "ts" };
      });
    },
  };
}
