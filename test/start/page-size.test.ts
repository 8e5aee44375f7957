import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { bundlePage } from "../../systemd/bundle-page.ts";

/** What a page needs before it shows anything, gzip bytes: a second or so on the slowest mobile link that people still have. */
const MAX_FIRST_GZIP_BYTES = 60_000;
/** What comes when it is first asked for. */
const MAX_LATER_GZIP_BYTES = 30_000;

describe("the script of a page", () => {
  test.each(["hub/web", "sim/page"])("%s is small enough for a phone on a bad link", async (folder) => {
    const page = await bundlePage(fileURLToPath(new URL(`../../${folder}`, import.meta.url)));
    const sizes = { first: 0, later: 0 };
    const html = page.get("/")?.body ?? "";
    for (const [path, { type, body }] of page) {
      if (!type.startsWith("text/javascript")) continue;
      expect(body.length).toBeGreaterThan(100);
      sizes[html.includes(`"${path}"`) ? "first" : "later"] += gzipSync(body).length;
    }
    expect(sizes.first).toBeGreaterThan(1_000);
    expect(sizes.first).toBeLessThan(MAX_FIRST_GZIP_BYTES);
    expect(sizes.later).toBeLessThan(MAX_LATER_GZIP_BYTES);
  });
});
