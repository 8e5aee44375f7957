import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { signUp, type SignedUp } from "../../hub/testing/access.ts";
import { TEST_WALL_MS, testWallClock, type SettableWallClock } from "../../hub/testing/wall-clock.ts";
import { cookieName } from "../../hub/http/cookies.ts";
import { startHub, type RunningHub } from "../../hub/start.ts";
import { openBetterSqlite3 } from "../../protocol/seams/better-sqlite3.ts";
import { systemRandom, systemScheduler } from "../../protocol/seams/clocks.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { bundlePage } from "../../systemd/bundle-page.ts";
import { openPage, type PageOptions, type WatchedPage } from "./browser.ts";

/** A hub with its real page, for tests in a browser: its database is in memory, and slow hashes are quick. */
export interface PageHub {
  readonly hub: RunningHub;
  /** Stands still: what comes later than something else must be given a later time. */
  readonly wallClock: SettableWallClock;
  readonly owner: SignedUp;
  /** Opens the page at an address behind its #, signed in as someone, or as nobody. */
  open(
    browser: Browser,
    someone: SignedUp | null,
    address: string,
    options?: PageOptions,
  ): Promise<WatchedPage>;
}

/** Later than what terminals of tests record. */
const AFTERNOON_MS = 8 * 60 * 60 * 1000;

let assets: ReturnType<typeof bundlePage> | null = null;

/** Starts one, with an owner who has an e-mail and a password. */
export async function startPageHub(): Promise<PageHub> {
  const wallClock = testWallClock(TEST_WALL_MS + AFTERNOON_MS);
  const hub = await startHub({
    data: { driver: openBetterSqlite3(":memory:"), hubKey: new Uint8Array(32).fill(7) },
    port: 0,
    host: "127.0.0.1",
    assets: await (assets ??= bundlePage(fileURLToPath(new URL("../../hub/web", import.meta.url)))),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    scheduler: systemScheduler,
    wallClock,
    random: systemRandom,
    kdf: hmacKdf,
    timeZone: "Europe/Zagreb",
    firstStart: "empty",
  });
  return {
    hub,
    wallClock,
    owner: await signUp(hub, "owner"),
    async open(browser, someone, address, options = {}) {
      const { host } = new URL(hub.url);
      const cookies =
        someone === null
          ? []
          : [
              {
                name: cookieName(host),
                value: someone.token,
                url: hub.url,
                sameSite: "Strict" as const,
                httpOnly: true,
              },
            ];
      return openPage(browser, address === "" ? hub.url : `${hub.url}#${address}`, { cookies, ...options });
    },
  };
}
