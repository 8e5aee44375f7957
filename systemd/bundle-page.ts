import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

/** A page ready to be served: what each path answers. */
export type PageAssets = ReadonlyMap<string, { readonly type: string; readonly body: string }>;

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

/** Bundles a page folder (main.tsx, style.css, index.html) to `/`, `/app.js` and `/style.css`. */
export async function bundlePage(folder: string): Promise<PageAssets> {
  const [script, style, html] = await Promise.all([
    bundle(join(folder, "main.tsx")),
    bundle(join(folder, "style.css")),
    readFile(join(folder, "index.html"), "utf8"),
  ]);
  return new Map([
    ["/", { type: "text/html; charset=utf-8", body: html }],
    ["/app.js", { type: "text/javascript; charset=utf-8", body: script }],
    ["/style.css", { type: "text/css; charset=utf-8", body: style }],
  ]);
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: BROWSER_TARGET,
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
    plugins: [withoutJsonSchema],
  });
  return result.outputFiles.map((file) => file.text).join("");
}
