import type { JSX } from "preact";
import type * as z from "zod";
import type { KioskId, PersonId } from "../../protocol/ids.ts";
import { isAdmin, type Role } from "../../protocol/roster.ts";
import { personBody, presencesBody, requestsBody, workspaceBody } from "../http/schemas.ts";
import { get } from "./api.ts";
import { PersonDay } from "./day.tsx";
import { formatDateTime, formatWorked } from "./format.ts";
import { HISTORY_TOPICS, loadHistory, loadKioskNames, type DayHistory } from "./history.ts";
import { useLoaded } from "./live.ts";
import { Frame, Section, Waiting, type ViewProps } from "./page.tsx";
import { PunchList, PunchMarks } from "./punch-list.tsx";
import { entriesOf, type Entry } from "./punch-words.ts";
import { Table } from "./table.tsx";

/** Who is in and where, and what was punched today. A manager is shown the first alone. */

type Presence = z.infer<typeof presencesBody>["presences"][number];

/** Someone's punches of today. */
interface Day {
  readonly person: PersonId;
  readonly name: string;
  /** Null: not active any more. */
  readonly workedMs: number | null;
  readonly entries: readonly Entry[];
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
  const [history, kiosks] = await Promise.all([loadHistory(today), loadKioskNames()]);
  return { ...shown, days: await daysOf(presences, history), kiosks };
}

/** Of whoever punched or worked today; those who were deactivated since have no presence, and are asked for by name. */
async function daysOf(presences: readonly Presence[], { punches, corrections }: DayHistory): Promise<Day[]> {
  const punchesOf = Map.groupBy(punches, ({ person }) => person);
  const correctionsOf = Map.groupBy(corrections, ({ person }) => person);
  const entries = (person: PersonId): Entry[] =>
    entriesOf(punchesOf.get(person) ?? [], correctionsOf.get(person) ?? []);
  const found = new Set([...punchesOf.keys(), ...correctionsOf.keys()]);
  const days = presences
    .filter((each) => found.has(each.person) || each.workedMs > 0)
    .map((each): Day => ({ ...each, entries: entries(each.person) }));
  for (const { person } of presences) found.delete(person);
  const gone = await Promise.all(
    [...found].map(async (person): Promise<Day> => {
      const { name } = await get(`people/${person}`, personBody);
      return { person, name, workedMs: null, entries: entries(person) };
    }),
  );
  return [...days, ...gone];
}

/** Worked times grow while nothing else changes. */
const REFRESH_MS = 60_000;

/** `#today`, and `#today/{person}` or `#today/{person}/{day}` for whoever may see somebody's punches. */
export function Today(props: ViewProps): JSX.Element {
  const { caller, rest } = props;
  return rest !== "" && isAdmin(caller.role) ? <PersonDay {...props} /> : <Everybody {...props} />;
}

function Everybody({ caller: { role } }: ViewProps): JSX.Element {
  const loaded = useLoaded(
    () => loadDay(role),
    ["people", "kiosks", "presence", "requests", "workspace", ...HISTORY_TOPICS],
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
                  <a href={`#today/${day.person}`}>{day.name}</a>
                  {day.workedMs === null && <span class="soft"> not active</span>}
                </>
              ),
            },
            {
              title: "Punches",
              cell: (day) => <PunchList entries={day.entries} timeZone={timeZone} kiosks={kiosks} />,
            },
            {
              title: "Worked",
              isNumber: true,
              cell: (day) => (day.workedMs === null ? "–" : formatWorked(day.workedMs)),
            },
          ]}
        />
      )}
      <PunchMarks entries={days.flatMap(({ entries }) => entries)} />
    </Section>
  );
}
