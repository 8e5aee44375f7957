import type { JSX } from "preact";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { Kiosks } from "./kiosks.tsx";
import type { ViewProps } from "./page.tsx";
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
  { key: "team", name: "Team", least: "admin", component: Team },
  { key: "kiosks", name: "Kiosks", least: "admin", component: Kiosks },
  { key: "terminals", name: "Terminals", least: "admin", component: Terminals },
];

export function viewsOf(role: Role): readonly View[] {
  return VIEWS.filter(({ least }) => least === "manager" || isAdmin(role));
}
