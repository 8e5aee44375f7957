import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { closedDaysBody } from "../http/history-schemas.ts";
import { personBody, workspaceBody } from "../http/schemas.ts";
import { get } from "./api.ts";
import { AddPunch, VoidPunch } from "./correct.tsx";
import { formatDay, shiftDay } from "./day-times.ts";
import { HISTORY_TOPICS, loadHistory, loadKioskNames } from "./history.ts";
import { useLoaded } from "./live.ts";
import { Frame, Section, Waiting, type ViewProps } from "./page.tsx";
import { EntryWords, PunchMarks } from "./punch-list.tsx";
import { entriesOf, punchWords, type Punch } from "./punch-words.ts";
import { Table } from "./table.tsx";

/** One person's punches of a day, and correcting them: `#today/{person}`, or `#today/{person}/{day}`. */

async function load(person: string, wanted: string | null) {
  const [{ today }, { name }, { closedUntil }] = await Promise.all([
    get("workspace", workspaceBody),
    get(`people/${person}`, personBody),
    get("closed-days", closedDaysBody),
  ]);
  const day = wanted ?? today;
  const [{ punches, corrections }, kiosks] = await Promise.all([loadHistory(day, person), loadKioskNames()]);
  const isClosed = closedUntil !== null && day <= closedUntil;
  return { name, day, today, isClosed, kiosks, entries: entriesOf(punches, corrections) };
}

export function PersonDay({ workspace: { timeZone }, rest }: ViewProps): JSX.Element {
  const [person = "", wanted = null] = rest.split("/");
  const loaded = useLoaded(() => load(person, wanted), ["people", "kiosks", "workspace", ...HISTORY_TOPICS]);
  const [open, setOpen] = useState<"add" | Punch | null>(null);
  const { value } = loaded;
  const back = { href: "#today", name: "Today" };
  if (value === null) {
    return (
      <Frame title="Punches" back={back}>
        <Waiting loaded={loaded} />
      </Frame>
    );
  }
  const { name, day, today, isClosed, kiosks, entries } = value;
  const close = (): void => setOpen(null);
  return (
    <Frame title={name} back={back}>
      {open === "add" && <AddPunch {...{ person, name, day, today, timeZone, kiosks }} onClose={close} />}
      {open !== null && open !== "add" && (
        <VoidPunch punch={open} name={name} timeZone={timeZone} onClose={close} />
      )}
      <Section
        title={formatDay(day)}
        actions={
          <>
            <a class="button" href={`#today/${person}/${shiftDay(day, -1)}`}>
              Day before
            </a>
            {day < today && (
              <a class="button" href={`#today/${person}/${shiftDay(day, 1)}`}>
                Day after
              </a>
            )}
            {!isClosed && (
              <button type="button" onClick={() => setOpen("add")}>
                Add a missing punch
              </button>
            )}
          </>
        }
      >
        {isClosed && (
          <p class="notice">
            This day is closed. An owner opens it again in Settings before it can be corrected.
          </p>
        )}
        {entries.length === 0 ? (
          <p class="soft">No punches.</p>
        ) : (
          <Table
            label="Punches"
            rows={entries}
            keyOf={({ key }) => key}
            columns={[
              {
                title: "Punch",
                isName: true,
                cell: (entry) => <EntryWords entry={entry} timeZone={timeZone} kiosks={new Map()} />,
              },
              {
                title: "Kiosk",
                cell: (entry) =>
                  entry.punch === null ? entry.added.add?.kioskName : kiosks.get(entry.punch.kiosk),
              },
              {
                title: "Act",
                cell: ({ punch }) =>
                  punch?.counts === true &&
                  !isClosed && (
                    <button
                      type="button"
                      aria-label={`Void ${punchWords(punch, timeZone)}`}
                      onClick={() => setOpen(punch)}
                    >
                      Void
                    </button>
                  ),
              },
            ]}
          />
        )}
        <PunchMarks entries={entries} />
      </Section>
    </Frame>
  );
}
