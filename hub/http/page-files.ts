import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../protocol/errors.ts";
import type { PageAsset, PageAssets } from "./page.ts";

/** The page's files: where each is served, what it is called in the built folder, and its type. */
export const PAGE_FILES = [
  { path: "/", file: "index.html", type: "text/html; charset=utf-8" },
  { path: "/app.js", file: "app.js", type: "text/javascript; charset=utf-8" },
  { path: "/style.css", file: "style.css", type: "text/css; charset=utf-8" },
] as const;

/** Reads the built page. Throws CodedError `hub.page` naming the file that is not there. */
export function readPageAssets(folder: string): PageAssets {
  const assets = new Map<string, PageAsset>();
  for (const { path, file, type } of PAGE_FILES) {
    try {
      assets.set(path, { type, body: readFileSync(join(folder, file)) });
    } catch (cause) {
      throw new CodedError("hub.page", `${join(folder, file)} cannot be read: build the page first`, {
        cause,
      });
    }
  }
  return assets;
}
