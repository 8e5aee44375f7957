import type { JSX } from "preact";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { Conflicts } from "./conflicts.tsx";
import { Kiosks } from "./kiosks.tsx";
import { later } from "./later.tsx";
import type { ViewProps } from "./page.tsx";
import { Requests } from "./requests.tsx";
import { Team } from "./team.tsx";
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
  { key: "conflicts", name: "Conflicts", least: "admin", component: Conflicts },
  { key: "receipt", name: "Receipt", least: "manager", component: later((more) => more.ReceiptLookUp) },
  { key: "team", name: "Team", least: "admin", component: Team },
  { key: "kiosks", name: "Kiosks", least: "admin", component: Kiosks },
  { key: "terminals", name: "Terminals", least: "admin", component: later((more) => more.Terminals) },
  { key: "mail", name: "Mail", least: "admin", component: later((more) => more.Outbox) },
  { key: "audit", name: "Audit", least: "admin", component: later((more) => more.Audit) },
  { key: "access", name: "Access", least: "admin", component: later((more) => more.SignIns) },
  { key: "settings", name: "Settings", least: "admin", component: later((more) => more.Settings) },
  { key: "account", name: "Account", least: "manager", component: later((more) => more.Account) },
];

export function viewsOf(role: Role): readonly View[] {
  return VIEWS.filter(({ least }) => least === "manager" || isAdmin(role));
}
