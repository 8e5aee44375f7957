import type { JSX } from "preact";
import type * as z from "zod";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { presencesBody, punchesBody, requestsBody, workspaceBody, type punchBody } from "../http/schemas.ts";
import { get } from "./api.ts";
import { formatDateTime, formatTime, formatWorked } from "./format.ts";
import { useLoaded } from "./live.ts";
import { getAll } from "./load.ts";
import { Frame, Section, Waiting, type ViewProps } from "./page.tsx";

/** Who is in, what was punched today, and who forgot their PIN. */

const ACTIONS: Readonly<Record<Punch["action"], string>> = {
  in: "In",
  out: "Out",
  "break-start": "Break",
  "break-end": "Back",
  "switch-project": "Project",
};

type Punch = z.infer<typeof punchBody>;

/** A manager is shown who is in and who forgot their PIN. */
interface DayView {
  readonly workspace: z.infer<typeof workspaceBody>;
  readonly presence: z.infer<typeof presencesBody>;
  readonly requests: z.infer<typeof requestsBody>["requests"];
  readonly punches: readonly Punch[];
}

async function loadDay(role: Role): Promise<DayView> {
  const workspace = await get("workspace", workspaceBody);
  const [presence, { requests }, punches] = await Promise.all([
    get("presence", presencesBody),
    get("requests", requestsBody),
    isAdmin(role) ? getAll(`punches?day=${workspace.today}&`, punchesBody, (page) => page.punches) : [],
  ]);
  return { workspace, presence, requests, punches };
}

/** Worked times grow while nothing else changes. */
const REFRESH_MS = 60_000;

export function Today({ caller: { role } }: ViewProps): JSX.Element {
  const loaded = useLoaded(
    () => loadDay(role),
    ["presence", "punches", "requests", "people", "kiosks", "workspace"],
    { everyMs: REFRESH_MS },
  );
  const view = loaded.value;
  return (
    <Frame title="Today">
      {view === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          <WhoIsIn view={view} />
          {view.requests.length > 0 && <Requests view={view} />}
          <Punches view={view} />
        </>
      )}
    </Frame>
  );
}

function WhoIsIn({ view }: { readonly view: DayView }): JSX.Element {
  const { timeZone } = view.workspace;
  const present = view.presence.presences.filter((each) => each.state !== "out");
  return (
    <Section title="Who is in now">
      <p class="soft" aria-live="polite">
        {present.length} of {view.presence.presences.length} people
      </p>
      {present.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Since</th>
              <th scope="col">Today</th>
            </tr>
          </thead>
          <tbody>
            {present.map((each) => (
              <tr key={each.person}>
                <th scope="row">{each.name}</th>
                <td class="in">{each.state === "in" ? "In" : "On break"}</td>
                <td class="number">{each.sinceMs === null ? "–" : formatDateTime(each.sinceMs, timeZone)}</td>
                <td class="number">{formatWorked(each.workedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function Requests({ view }: { readonly view: DayView }): JSX.Element {
  return (
    <Section title="Forgot their PIN">
      <ul>
        {view.requests.map((each) => (
          <li key={each.person}>
            {each.name}{" "}
            <span class="soft">
              at {each.kioskName}, {formatDateTime(each.atMs, view.workspace.timeZone)}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Punches({ view }: { readonly view: DayView }): JSX.Element {
  const byPerson = Map.groupBy(view.punches, (punch) => punch.person);
  const rows = view.presence.presences.filter((each) => byPerson.has(each.person) || each.workedMs > 0);
  return (
    <Section title="Today's punches">
      {rows.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Punches</th>
              <th scope="col">Worked</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => (
              <tr key={each.person}>
                <th scope="row">{each.name}</th>
                <td>
                  <ul class="punches">
                    {(byPerson.get(each.person) ?? []).map((punch) => (
                      <PunchItem key={`${punch.store}-${punch.seq}`} punch={punch} view={view} />
                    ))}
                  </ul>
                </td>
                <td class="number">{formatWorked(each.workedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function PunchItem({ punch, view }: { readonly punch: Punch; readonly view: DayView }): JSX.Element {
  return (
    <li>
      <span class={punch.undone ? "number undone" : "number"}>
        {ACTIONS[punch.action]} {formatTime(punch.atMs, view.workspace.timeZone)}
      </span>
      {punch.undone && <span class="soft"> undone</span>}
      {punch.auth === "universal" && <span class="warn"> Universal PIN</span>}
    </li>
  );
}
