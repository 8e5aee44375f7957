import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { KioskId } from "../../protocol/ids.ts";
import { conflictsBody } from "../http/history-schemas.ts";
import { get } from "./api.ts";
import { ConflictCard } from "./conflict-card.tsx";
import { conflictWords, DECISIONS, type Conflict } from "./conflict-words.ts";
import { formatDay } from "./day-times.ts";
import { formatDateTime } from "./format.ts";
import { HISTORY_TOPICS, loadHistory, loadKioskNames } from "./history.ts";
import { useLoaded } from "./live.ts";
import { Frame, Section, Waiting, type ViewProps } from "./page.tsx";
import { Older, usePages } from "./pages.tsx";
import { entriesOf, type Entry } from "./punch-words.ts";
import { Table } from "./table.tsx";

/** Punches that do not fit, for a person to settle: those that are open, and on request those that are settled. */

/** Open ones shown at once, each with its day around it; the next come when these are settled. */
const MAX_SHOWN = 20;

interface Open {
  readonly conflicts: readonly Conflict[];
  readonly hasMore: boolean;
  /** Entries of a conflict's person and day. */
  readonly days: ReadonlyMap<string, readonly Entry[]>;
  readonly kiosks: ReadonlyMap<KioskId, string>;
}

const dayKey = ({ person, day }: Conflict): string => `${person} ${day}`;

async function load(): Promise<Open> {
  const [{ conflicts, next }, kiosks] = await Promise.all([
    get(`conflicts?state=open&limit=${MAX_SHOWN}`, conflictsBody),
    loadKioskNames(),
  ]);
  const wanted = new Map(conflicts.map((each) => [dayKey(each), each]));
  const days = await Promise.all(
    [...wanted].map(async ([key, { person, day }]): Promise<[string, Entry[]]> => {
      const { punches, corrections } = await loadHistory(day, person);
      return [key, entriesOf(punches, corrections)];
    }),
  );
  return { conflicts, hasMore: next !== null, days: new Map(days), kiosks };
}

export function Conflicts({ workspace: { timeZone } }: ViewProps): JSX.Element {
  const loaded = useLoaded(load, ["people", "kiosks", ...HISTORY_TOPICS]);
  const [showsSettled, setShowsSettled] = useState(false);
  const { value } = loaded;
  return (
    <Frame
      title="Conflicts"
      actions={
        <button type="button" onClick={() => setShowsSettled(!showsSettled)} aria-expanded={showsSettled}>
          {showsSettled ? "Hide settled ones" : "Show settled ones"}
        </button>
      }
    >
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.conflicts.length === 0 ? (
        <p class="soft">None: all punches fit. What does not fit stands here until somebody decides.</p>
      ) : (
        value.conflicts.map((conflict) => (
          <ConflictCard
            key={conflict.conflict}
            conflict={conflict}
            entries={value.days.get(dayKey(conflict)) ?? []}
            kiosks={value.kiosks}
            timeZone={timeZone}
            onSettled={loaded.again}
          />
        ))
      )}
      {value?.hasMore === true && <p class="soft">There are more: they come when these are settled.</p>}
      {showsSettled && <Settled timeZone={timeZone} kiosks={value?.kiosks ?? new Map<KioskId, string>()} />}
    </Frame>
  );
}

function Settled({
  timeZone,
  kiosks,
}: {
  readonly timeZone: string;
  readonly kiosks: ReadonlyMap<KioskId, string>;
}): JSX.Element {
  const loaded = usePages("conflicts?state=all", conflictsBody, (page) => page.conflicts, HISTORY_TOPICS);
  const { value, more } = loaded;
  const settled = value?.items.filter((each) => each.settledMs !== null) ?? [];
  return (
    <Section title="Settled">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : settled.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <Table
          label="Settled conflicts"
          rows={settled}
          keyOf={(each) => each.conflict}
          columns={[
            {
              title: "Person",
              isName: true,
              cell: ({ person, name, day }) => <a href={`#today/${person}/${day}`}>{name}</a>,
            },
            { title: "Day", isNumber: true, cell: (each) => formatDay(each.day) },
            {
              title: "What",
              cell: (each) =>
                conflictWords(each, {
                  entries: [],
                  kioskName: ({ kiosk }) => kiosks.get(kiosk) ?? "a deleted kiosk",
                  timeZone,
                }),
            },
            { title: "Decision", cell: settledWords },
            {
              title: "When",
              isNumber: true,
              cell: (each) => each.settledMs !== null && formatDateTime(each.settledMs, timeZone),
            },
          ]}
        />
      )}
      {value?.hasMore === true && <Older more={more} />}
    </Section>
  );
}

/** Who decided what, and why. */
function settledWords({ decision, settledByName, reason }: Conflict): string {
  if (decision === null) return "Closed itself: it fits by now";
  const words = `${DECISIONS[decision]}, by ${settledByName ?? "the hub"}`;
  return reason === null ? words : `${words}: ${reason}`;
}
