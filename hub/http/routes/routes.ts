import type { ApiRoute } from "../route.ts";
import { accessRoutes } from "./access.ts";
import { alarmRoutes } from "./alarms.ts";
import type { Api } from "./api.ts";
import { forkRoutes } from "./forks.ts";
import { historyRoutes } from "./history.ts";
import { kioskRoutes } from "./kiosks.ts";
import { mailRoutes } from "./mail.ts";
import { peopleRoutes } from "./people.ts";
import { pinRoutes } from "./pins.ts";
import { punchRoutes } from "./punches.ts";
import { receiptRoutes } from "./receipts.ts";
import { terminalRoutes } from "./terminals.ts";
import { workspaceRoutes } from "./workspace.ts";

/** Every route of the HTTP API. */
export function apiRoutes(api: Api): readonly ApiRoute[] {
  return [
    ...accessRoutes(api),
    ...workspaceRoutes(api),
    ...peopleRoutes(api),
    ...pinRoutes(api),
    ...alarmRoutes(api),
    ...kioskRoutes(api),
    ...terminalRoutes(api),
    ...forkRoutes(api),
    ...punchRoutes(api),
    ...historyRoutes(api),
    ...receiptRoutes(api),
    ...mailRoutes(api),
  ];
}
