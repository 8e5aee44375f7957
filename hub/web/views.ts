import type { JSX } from "preact";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { Account } from "./account.tsx";
import { Audit } from "./audit.tsx";
import { Kiosks } from "./kiosks.tsx";
import { Outbox } from "./outbox.tsx";
import type { ViewProps } from "./page.tsx";
import { Requests } from "./requests.tsx";
import { Settings } from "./settings.tsx";
import { SignIns } from "./sign-ins.tsx";
import { Team } from "./team.tsx";
import { Terminals } from "./terminals.tsx";
import { Today } from "./today.tsx";

/** What the page has to show. A view's key is its address behind the #: `#kiosks`, or `#kiosks/{kiosk}` for a part of it. */

export interface View {
  readonly key: string;
  readonly name: string;
  readonly least: "manager" | "admin";
  readonly component: (props: ViewProps) => JSX.Element;
}

/** In the order of the menu; the first is shown at first, and is for everybody. */
const VIEWS: readonly View[] = [
  { key: "today", name: "Today", least: "manager", component: Today },
  { key: "requests", name: "Requests", least: "manager", component: Requests },
  { key: "team", name: "Team", least: "admin", component: Team },
  { key: "kiosks", name: "Kiosks", least: "admin", component: Kiosks },
  { key: "terminals", name: "Terminals", least: "admin", component: Terminals },
  { key: "mail", name: "Mail", least: "admin", component: Outbox },
  { key: "audit", name: "Audit", least: "admin", component: Audit },
  { key: "access", name: "Access", least: "admin", component: SignIns },
  { key: "settings", name: "Settings", least: "admin", component: Settings },
  { key: "account", name: "Account", least: "manager", component: Account },
];

export function viewsOf(role: Role): readonly View[] {
  return VIEWS.filter(({ least }) => least === "manager" || isAdmin(role));
}
