import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AddPerson } from "./add-person.tsx";
import { ActButton } from "./dialog.tsx";
import { EditPin } from "./edit-pin.tsx";
import { fetchSlips, HandOut, withKiosks, type Slip } from "./hand-out.tsx";
import { ImportPeople } from "./import.tsx";
import { useLoaded } from "./live.ts";
import { loadPeople, loadSettings, MAX_LISTED, type Person } from "./load.ts";
import { Frame, Waiting, type ViewProps } from "./page.tsx";
import { PersonPage } from "./person.tsx";
import { Table, type Column } from "./table.tsx";
import { WHO } from "./who-columns.tsx";
import { matches } from "./words.ts";

/** Team: everybody who punches, or keeps those who do. */

export function Team(props: ViewProps): JSX.Element {
  if (props.rest === "") return <TeamList {...props} />;
  return props.rest === "import" ? <ImportPeople /> : <PersonPage {...props} />;
}

/** Rows shown at first, and more at each wish: a table of thousands is slow, and read by nobody. */
const ROWS_AT_ONCE = 100;

function TeamList(props: ViewProps): JSX.Element {
  const loaded = useLoaded(
    async () => ({ people: await loadPeople(), settings: await loadSettings() }),
    ["people", "workspace"],
  );
  const [isAdding, setAdding] = useState(false);
  const [slips, setSlips] = useState<{ readonly slips: readonly Slip[]; readonly isNew: boolean } | null>(
    null,
  );
  if (slips !== null) {
    const title = slips.isNew ? "A new PIN to hand out" : "PIN slips";
    return (
      <HandOut title={title} slips={slips.slips} isAudited={!slips.isNew} onDone={() => setSlips(null)} />
    );
  }
  return (
    <Frame
      title="Team"
      actions={
        <>
          <a class="button" href="#team/import">
            Import people
          </a>
          <button type="button" class="main" onClick={() => setAdding(true)}>
            Add a person
          </button>
        </>
      }
    >
      {loaded.value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <People
          people={loaded.value.people}
          hasSlips={!loaded.value.settings.writeOnlyPins}
          onPrint={async (people) => {
            const found = await fetchSlips(people.map((each) => each.person));
            setSlips({ slips: await withKiosks(found), isNew: false });
          }}
        />
      )}
      {isAdding && (
        <AddPerson
          {...props}
          onClose={() => setAdding(false)}
          onAdded={(slip) => {
            setAdding(false);
            setSlips({ slips: [slip], isNew: true });
          }}
        />
      )}
    </Frame>
  );
}

interface PeopleProps {
  readonly people: readonly Person[];
  /** Whether PINs can be shown. */
  readonly hasSlips: boolean;
  readonly onPrint: (people: readonly Person[]) => Promise<void>;
}

function People({ people, hasSlips, onPrint }: PeopleProps): JSX.Element {
  const [search, setSearch] = useState("");
  const [withInactive, setWithInactive] = useState(false);
  const [rows, setRows] = useState(ROWS_AT_ONCE);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [edited, setEdited] = useState<Person | null>(null);
  const found = people.filter(
    (each) => (withInactive || each.active) && matches(search, each.name, each.number, each.email, each.card),
  );
  const inactive = people.filter((each) => !each.active).length;
  const toPrint = people.filter((each) => each.active && chosen.has(each.person));
  const choose = (person: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(person);
    else next.delete(person);
    setChosen(next);
  };
  const all = found.filter((each) => each.active).map((each) => each.person);
  const slipColumn: Column<Person> = {
    title: "Slip",
    cell: (each) =>
      each.active && (
        <input
          type="checkbox"
          aria-label={`Slip for ${each.name}`}
          checked={chosen.has(each.person)}
          onChange={(event) => choose(each.person, event.currentTarget.checked)}
        />
      ),
  };
  return (
    <>
      {people.length >= MAX_LISTED && (
        <p class="notice">Only the first {MAX_LISTED} people by number are listed here.</p>
      )}
      <div class="tools">
        <input
          type="search"
          aria-label="Search the team"
          placeholder="Name, number, e-mail, card"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {inactive > 0 && (
          <label>
            <input
              type="checkbox"
              checked={withInactive}
              onChange={(event) => setWithInactive(event.currentTarget.checked)}
            />{" "}
            Inactive too ({inactive})
          </label>
        )}
        <span class="soft" role="status">
          {found.length === 1 ? "1 person" : `${found.length} people`}
        </span>
      </div>
      {hasSlips && (
        <div class="tools">
          <label>
            <input
              type="checkbox"
              checked={all.length > 0 && all.every((each) => chosen.has(each))}
              onChange={(event) => setChosen(new Set(event.currentTarget.checked ? all : []))}
            />{" "}
            Choose all for slips
          </label>
          {toPrint.length > 0 && (
            <ActButton act={() => onPrint(toPrint)}>
              {toPrint.length === 1 ? "PIN slip of 1 person" : `PIN slips of ${toPrint.length} people`}
            </ActButton>
          )}
        </div>
      )}
      <Table
        label="Team"
        rows={found.slice(0, rows)}
        keyOf={(each) => each.person}
        columns={[
          ...WHO,
          { title: "E-mail", cell: (each) => each.email },
          {
            title: "PIN",
            cell: (each) =>
              each.active && (
                <>
                  <button
                    type="button"
                    aria-label={`Edit PIN of ${each.name}`}
                    onClick={() => setEdited(each)}
                  >
                    Edit PIN
                  </button>
                  {each.pinMustChange === true && <span class="warn"> must be changed</span>}
                </>
              ),
          },
          ...(hasSlips ? [slipColumn] : []),
        ]}
      />
      {found.length > rows && (
        <p class="buttons">
          <button type="button" onClick={() => setRows(rows + ROWS_AT_ONCE)}>
            Show more
          </button>
        </p>
      )}
      {edited !== null && (
        <EditPin
          title={`Edit PIN of ${edited.name}`}
          path={`people/${edited.person}/pin`}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}
