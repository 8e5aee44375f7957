import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { bundlePage } from "./bundle-page.ts";

/**
 * `npm run build`: bundles terminal and hub into dist/. Packages with native code stay outside and are installed beside
 * the bundle; everything else is one file and lazy chunks, so that a Pi reads few files from its card.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const NATIVE_PACKAGES = [
  "better-sqlite3",
  "koffi",
  "@node-rs/argon2",
  "i2c-bus",
  "lcd",
  "onoff",
  "rpi-gpio",
  "serialport",
];
const NODE_TARGET = "node24";

/** CommonJS packages inside an ES module bundle still call require. */
const REQUIRE_BANNER =
  'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);';

/** `plugins`: for tests that bundle something else in place of a file. */
export async function bundleForNode(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
  plugins: readonly Plugin[] = [],
): Promise<void> {
  await build({
    entryPoints: { ...entryPoints },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: NODE_TARGET,
    external: NATIVE_PACKAGES,
    plugins: [...plugins],
    banner: { js: REQUIRE_BANNER },
    sourcemap: "linked",
    legalComments: "none",
    logLevel: "warning",
  });
  await writeFile(join(outdir, "package.json"), '{ "type": "module" }\n');
}

/** Builds terminal, hub and the hub's page into `dist`, which must not hold anything else of theirs. */
export async function buildAll(dist: string): Promise<void> {
  await bundleForNode(
    { main: join(ROOT, "device/main.ts"), "ledger-worker": join(ROOT, "device/ledger/worker.ts") },
    join(dist, "device"),
  );
  await bundleForNode({ main: join(ROOT, "hub/main.ts") }, join(dist, "hub"));
  const web = join(dist, "hub", "web");
  await mkdir(web, { recursive: true });
  for (const [path, { body }] of await bundlePage(join(ROOT, "hub/web"))) {
    await writeFile(join(web, path === "/" ? "index.html" : path), body);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await rm(DIST, { recursive: true, force: true });
  await buildAll(DIST);
}
