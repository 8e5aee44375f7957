import { makeLogger } from "../../../protocol/seams/log.ts";
import { HUB_ACTOR } from "../../../hub/access.ts";
import { startHub } from "../../../hub/start.ts";
import { createClaimToken } from "../../../hub/terminals/claims.ts";
import { changeWrongPinSettings, wrongPinSettings } from "../../../hub/workspace/tries.ts";
import { codeOf, CodedError } from "../../../protocol/errors.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../../protocol/seams/clocks.ts";
import { hmacKdf } from "../../../sim/world/hmac-kdf.ts";
import { hubSettings } from "../reports.ts";
import { fasterScheduler, fasterWallClock } from "./faster.ts";
import { endWithParent, tellStarted } from "./tell.ts";

/** `hub.js SETTINGS`: a real hub without a page, whose slow hash is a quick one. */

/** Wrong PINs are recorded and cost next to nothing: people have to be able to go on. */
const SPRAY = { tries: 60, refillMs: 1_000, slowMs: 0 };

const settings = hubSettings.parse(JSON.parse(process.argv[2] ?? ""));
const logger = await makeLogger({ level: "warn", form: "json", colour: false });

async function run(): Promise<void> {
  const hub = await startHub({
    data: { dataDir: settings.folder },
    port: settings.port,
    host: "127.0.0.1",
    assets: new Map(),
    timeZone: "Europe/Zagreb",
    firstStart: settings.isFirst ? "demo" : "empty",
    scheduler: fasterScheduler(systemScheduler, settings.timesFaster),
    wallClock: fasterWallClock(systemWallClock, settings.timesFaster, settings.beganMs),
    random: systemRandom,
    kdf: hmacKdf,
    logger,
  });
  let claimToken: string | null = null;
  if (hub.demo !== null) {
    const { tries, alarms } = await wrongPinSettings(hub.context.store.queries);
    await changeWrongPinSettings(hub.context, HUB_ACTOR, { alarms, tries: { ...tries, spray: SPRAY } });
    claimToken = (await createClaimToken(hub.context, hub.demo.kiosk)).token;
  }
  tellStarted({
    type: "listening",
    port: hub.port,
    claimToken,
    people: (hub.demo?.people ?? []).map(({ number, pin, role }) => ({
      number,
      pin,
      universal: role === "regular" || role === "manager",
    })),
    universalPin: hub.demo?.universalPin ?? "",
  });
  process.once("SIGTERM", () => void hub.close().then(() => process.exit(0)));
}

endWithParent();
run().catch((error: unknown) => {
  // As hub/main.ts does: what can be said is said with its code; anything else keeps its stack.
  if (!(error instanceof CodedError)) throw error;
  logger.error({ code: codeOf(error) }, error.message);
  process.exit(1);
});
