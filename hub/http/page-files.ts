import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../protocol/errors.ts";
import type { PageAsset, PageAssets } from "./page.ts";

/** What the page cannot be without: where each is served, what it is called in the built folder, and its type. */
export const PAGE_FILES = [
  { path: "/", file: "index.html", type: "text/html; charset=utf-8" },
  { path: "/app.js", file: "app.js", type: "text/javascript; charset=utf-8" },
  { path: "/style.css", file: "style.css", type: "text/css; charset=utf-8" },
] as const;

/** Parts of the script, as systemd/bundle-page.ts calls them: another text, another name. */
const PART = /^part-[0-9A-Z]+\.js$/;

/** Reads the built page. Throws CodedError `hub.page` naming the file that is not there. */
export function readPageAssets(folder: string): PageAssets {
  const assets = new Map<string, PageAsset>();
  const add = (path: string, file: string, type: string): void => {
    try {
      assets.set(path, { type, body: readFileSync(join(folder, file)) });
    } catch (cause) {
      throw new CodedError("hub.page", `${join(folder, file)} cannot be read: build the page first`, {
        cause,
      });
    }
  };
  for (const { path, file, type } of PAGE_FILES) add(path, file, type);
  for (const file of readdirSync(folder)) {
    if (PART.test(file)) add(`/${file}`, file, "text/javascript; charset=utf-8");
  }
  return assets;
}
