import type { JSX } from "preact";
import type * as z from "zod";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import {
  personBody,
  presencesBody,
  punchesBody,
  requestsBody,
  workspaceBody,
  type punchBody,
} from "../http/schemas.ts";
import { get } from "./api.ts";
import { formatDateTime, formatTime, formatWorked } from "./format.ts";
import { useLoaded } from "./live.ts";
import { getAll, loadKiosks } from "./load.ts";
import { Frame, Section, Waiting, type ViewProps } from "./page.tsx";
import { Table } from "./table.tsx";

/** Who is in and where, and what was punched today. A manager is shown the first alone. */

const ACTIONS: Readonly<Record<Punch["action"], string>> = {
  in: "In",
  out: "Out",
  "break-start": "Break",
  "break-end": "Back",
  "switch-project": "Project",
};

type Punch = z.infer<typeof punchBody>;
type Presence = z.infer<typeof presencesBody>["presences"][number];

/** Someone's punches of today. */
interface Day {
  readonly person: PersonId;
  readonly name: string;
  /** Null: not active any more. */
  readonly workedMs: number | null;
  readonly punches: readonly Punch[];
}

interface DayView {
  readonly timeZone: string;
  readonly presences: readonly Presence[];
  /** How many forgot their PIN. */
  readonly requests: number;
  /** Null for who may not see them. */
  readonly days: readonly Day[] | null;
  readonly kiosks: ReadonlyMap<KioskId, string>;
}

async function loadDay(role: Role): Promise<DayView> {
  const { timeZone, today } = await get("workspace", workspaceBody);
  const [{ presences }, { requests }] = await Promise.all([
    get("presence", presencesBody),
    get("requests", requestsBody),
  ]);
  const shown = { timeZone, presences, requests: requests.length };
  if (!isAdmin(role)) return { ...shown, days: null, kiosks: new Map() };
  const [punches, kiosks] = await Promise.all([
    getAll(`punches?day=${today}&`, punchesBody, (page) => page.punches),
    loadKiosks(),
  ]);
  return {
    ...shown,
    days: await daysOf(presences, punches),
    kiosks: new Map(kiosks.map((each) => [each.kiosk, each.name])),
  };
}

/** Of whoever punched or worked today; those who were deactivated since have no presence, and are asked for by name. */
async function daysOf(presences: readonly Presence[], punches: readonly Punch[]): Promise<Day[]> {
  const byPerson = Map.groupBy(punches, (punch) => punch.person);
  const days = presences
    .filter((each) => byPerson.has(each.person) || each.workedMs > 0)
    .map((each): Day => ({ ...each, punches: byPerson.get(each.person) ?? [] }));
  for (const { person } of presences) byPerson.delete(person);
  const gone = await Promise.all(
    [...byPerson].map(async ([person, own]): Promise<Day> => {
      const { name } = await get(`people/${person}`, personBody);
      return { person, name, workedMs: null, punches: own };
    }),
  );
  return [...days, ...gone];
}

/** Worked times grow while nothing else changes. */
const REFRESH_MS = 60_000;

export function Today({ caller: { role } }: ViewProps): JSX.Element {
  const loaded = useLoaded(
    () => loadDay(role),
    ["people", "kiosks", "presence", "punches", "requests", "workspace"],
    { everyMs: REFRESH_MS },
  );
  const { value: view } = loaded;
  return (
    <Frame title="Today">
      {view === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          {view.requests > 0 && (
            <p class="notice">
              <a class="button" href="#requests">
                {view.requests === 1 ? "1 person forgot" : `${view.requests} people forgot`} their PIN
              </a>
            </p>
          )}
          <WhoIsIn view={view} />
          {view.days !== null && <Punches days={view.days} view={view} />}
        </>
      )}
    </Frame>
  );
}

function WhoIsIn({ view: { timeZone, presences } }: { readonly view: DayView }): JSX.Element {
  const present = presences
    .filter((each) => each.state !== "out")
    .sort((one, other) => (one.kioskName ?? "").localeCompare(other.kioskName ?? ""));
  const places = Map.groupBy(present, (each) => each.kioskName ?? "elsewhere");
  return (
    <Section title="Who is in now">
      <p class="soft" aria-live="polite">
        {present.length} of {presences.length} people
        {places.size > 1 && `: ${[...places].map(([place, all]) => `${place} ${all.length}`).join(", ")}`}
      </p>
      {present.length > 0 && (
        <Table
          label="Who is in now"
          rows={present}
          keyOf={(each) => each.person}
          columns={[
            { title: "Name", isName: true, cell: (each) => each.name },
            { title: "Kiosk", cell: (each) => each.kioskName },
            {
              title: "State",
              cell: (each) => <span class="in">{each.state === "in" ? "In" : "On break"}</span>,
            },
            {
              title: "Since",
              isNumber: true,
              cell: (each) => (each.sinceMs === null ? "–" : formatDateTime(each.sinceMs, timeZone)),
            },
            { title: "Today", isNumber: true, cell: (each) => formatWorked(each.workedMs) },
          ]}
        />
      )}
    </Section>
  );
}

function Punches({
  days,
  view: { kiosks, timeZone },
}: {
  readonly days: readonly Day[];
  readonly view: DayView;
}): JSX.Element {
  const hasOutdated = days.some((day) => day.punches.some((punch) => punch.outdated));
  return (
    <Section title="Today's punches">
      {days.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <Table
          label="Today's punches"
          rows={days}
          keyOf={(day) => day.person}
          columns={[
            {
              title: "Name",
              isName: true,
              cell: (day) => (
                <>
                  {day.name}
                  {day.workedMs === null && <span class="soft"> not active</span>}
                </>
              ),
            },
            {
              title: "Punches",
              cell: (day) => (
                <ul class="punches">
                  {day.punches.map((punch) => (
                    <li key={`${punch.store}-${punch.seq}`}>
                      <span class={punch.undone ? "number undone" : "number"}>
                        {ACTIONS[punch.action]} {formatTime(punch.atMs, timeZone)}
                      </span>
                      {kiosks.size > 1 && <span class="soft"> {kiosks.get(punch.kiosk)}</span>}
                      {punch.undone && <span class="soft"> undone</span>}
                      {punch.auth === "universal" && <span class="warn"> Universal PIN</span>}
                      {punch.outdated && <span class="warn"> outdated</span>}
                    </li>
                  ))}
                </ul>
              ),
            },
            {
              title: "Worked",
              isNumber: true,
              cell: (day) => (day.workedMs === null ? "–" : formatWorked(day.workedMs)),
            },
          ]}
        />
      )}
      {hasOutdated && (
        <p class="soft">
          Outdated: made at a terminal that did not know yet of a change to PIN, role or assignment. The punch
          counts.
        </p>
      )}
    </Section>
  );
}
