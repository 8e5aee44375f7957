import { HUB_ACTOR } from "../../../../hub/access.ts";
import { createKiosk } from "../../../../hub/kiosks/kiosks.ts";
import { startHub } from "../../../../hub/start.ts";
import { createClaimToken } from "../../../../hub/terminals/claims.ts";
import { argon2Kdf } from "../../../../protocol/seams/argon2.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../../protocol/seams/clocks.ts";

/** `hub.ts FOLDER`: a hub with one kiosk; writes its address for terminals and a claim token, a word each, on one line. */
const TIME_ZONE = "Europe/Zagreb";
const [dataDir = ""] = process.argv.slice(2);
const ignore = (): void => undefined;
const hub = await startHub({
  data: { dataDir },
  port: 0,
  host: "127.0.0.1",
  assets: new Map(),
  logger: { info: ignore, warn: ignore, error: ignore },
  scheduler: systemScheduler,
  wallClock: systemWallClock,
  random: systemRandom,
  kdf: argon2Kdf,
  timeZone: TIME_ZONE,
  firstStart: "empty",
});
const { kiosk } = await createKiosk(hub.context, HUB_ACTOR, {
  name: "Westside Bar",
  requiresPin: true,
  timeZone: TIME_ZONE,
  language: "en",
  breakEnabled: true,
  universalPin: null,
});
const { token } = await createClaimToken(hub.context, kiosk);
process.stdout.write(`${hub.terminalUrl} ${token}\n`);
process.once("SIGTERM", () => void hub.close().then(() => process.exit(0)));
