import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/** A page ready to be served: what each path answers. */
export type PageAssets = ReadonlyMap<string, { readonly type: string; readonly body: string }>;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Browsers of the last years; the page is for a laptop and a phone, not for history. */
const BROWSER_TARGET = "es2022";

/**
 * zod hangs JSON Schema on every schema, so that no bundler drops it; pages parse, and never ask for it. Whoever does
 * is told so.
 */
const withoutJsonSchema: Plugin = {
  name: "without-json-schema",
  setup(bundler) {
    bundler.onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ },
      () => ({
        // CommonJS: what else is imported of it is undefined, instead of an error of the bundler.
        contents: `exports.createToJSONSchemaMethod = exports.createStandardJSONSchemaMethod = () => () => {
          throw new Error("pages are bundled without JSON Schema");
        };`,
      }),
    );
  },
};

/**
 * Bundles a page folder (main.tsx, style.css, index.html) to `/`, `/app.js`, `/style.css`, and what the script has in parts
 * of its own, `/part-{hash}.js`: what it shares with views that come when they are first shown, and those.
 */
export async function bundlePage(folder: string): Promise<PageAssets> {
  const [scripts, styles, html] = await Promise.all([
    bundle(join(folder, "main.tsx"), "app"),
    bundle(join(folder, "style.css"), "style"),
    readFile(join(folder, "index.html"), "utf8"),
  ]);
  const assets = new Map([["/", { type: "text/html; charset=utf-8", body: preloaded(html, scripts) }]]);
  for (const { name, text } of [...scripts, ...styles]) {
    const type = name.endsWith(".js") ? "text/javascript; charset=utf-8" : "text/css; charset=utf-8";
    assets.set(`/${name}`, { type, body: text });
  }
  return assets;
}

interface Bundled {
  readonly name: string;
  readonly text: string;
  /** Names of what it cannot run without. */
  readonly needs: readonly string[];
}

/** A browser fetches what the script needs together with it, and not after reading it. */
function preloaded(html: string, scripts: readonly Bundled[]): string {
  const needs = scripts.find(({ name }) => name === "app.js")?.needs ?? [];
  const links = needs.map((name) => `<link rel="modulepreload" href="/${name}" />`);
  return html.replace("</head>", `${links.join("")}</head>`);
}

async function bundle(entry: string, name: string): Promise<readonly Bundled[]> {
  const result = await build({
    entryPoints: { [name]: entry },
    // Nothing is written there.
    outdir: ROOT,
    absWorkingDir: ROOT,
    chunkNames: "part-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    target: BROWSER_TARGET,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
    plugins: [withoutJsonSchema],
  });
  return result.outputFiles.map(({ path, text }) => {
    const output = result.metafile.outputs[basename(path)];
    const needs = output?.imports.filter(({ kind }) => kind === "import-statement") ?? [];
    return { name: basename(path), text, needs: needs.map((each) => basename(each.path)) };
  });
}
