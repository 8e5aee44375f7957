import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bundlePage } from "../../systemd/bundle-page.ts";

/** Script of one page, gzip bytes: a second or so on the slowest mobile link that people still have. */
const MAX_SCRIPT_GZIP_BYTES = 60_000;

describe("the script of a page", () => {
  test.each(["hub/web", "sim/page"])("%s is small enough for a phone on a bad link", async (folder) => {
    const page = await bundlePage(fileURLToPath(new URL(`../../${folder}`, import.meta.url)));
    const script = page.get("/app.js")?.body ?? "";
    expect(script.length).toBeGreaterThan(1_000);
    expect(gzipSync(script).length).toBeLessThan(MAX_SCRIPT_GZIP_BYTES);
  });
});
