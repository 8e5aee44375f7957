import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { fetchCsv, send } from "./api.ts";
import { assign } from "./assign.ts";
import { ActButton, Dialog } from "./dialog.tsx";
import { Field, Form } from "./form.tsx";
import { fetchSlips, type Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadAssignees, loadPeople, loadSettings, type Kiosk, type Person } from "./load.ts";
import { Section, useSay, Waiting } from "./page.tsx";
import { Table } from "./table.tsx";
import { WHO } from "./who-columns.tsx";
import { matches } from "./words.ts";

/** Who may punch at a kiosk. */

interface AssigneesProps {
  readonly kiosk: Kiosk;
  readonly onSlips: (slips: readonly Slip[]) => void;
}

/** Rows shown at once; a search finds the rest. */
const MAX_ROWS = 100;

export function Assignees({ kiosk, onSlips }: AssigneesProps): JSX.Element {
  const say = useSay();
  const loaded = useLoaded(
    async () => ({ people: await loadAssignees(kiosk.kiosk), settings: await loadSettings() }),
    ["kiosks", "people", "workspace"],
  );
  const [search, setSearch] = useState("");
  const searchBox = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<"add" | "export" | null>(null);
  const { value } = loaded;
  if (value === null) {
    return (
      <Section title="Assignees">
        <Waiting loaded={loaded} />
      </Section>
    );
  }
  const { people, settings } = value;
  const found = people.filter((each) => matches(search, each.name, each.number));
  const unassign = async ({ person, name }: Person): Promise<void> => {
    await send("DELETE", `kiosks/${kiosk.kiosk}/assignees/${person}`);
    say(`${name} cannot punch at ${kiosk.name} any more.`);
    // The button goes with its row; the focus does not.
    searchBox.current?.focus();
  };
  const printSlips = async (): Promise<void> => {
    const slips = await fetchSlips(people.filter((each) => each.active).map((each) => each.person));
    onSlips(slips.map((slip) => ({ ...slip, kiosks: [kiosk.name] })));
  };
  return (
    <Section
      title="Assignees"
      actions={
        <>
          {!settings.writeOnlyPins && people.length > 0 && (
            <>
              <ActButton act={printSlips}>PIN slips</ActButton>
              <button type="button" onClick={() => setDialog("export")}>
                Export Assignees
              </button>
            </>
          )}
          <button type="button" class="main" onClick={() => setDialog("add")}>
            Add assignees
          </button>
        </>
      }
    >
      {settings.writeOnlyPins && (
        <p class="soft">PINs of this workspace are write-only: there is nothing to export or to print.</p>
      )}
      {people.length === 0 ? (
        <p class="soft">Nobody can punch here yet.</p>
      ) : (
        <>
          <div class="tools">
            <input
              ref={searchBox}
              type="search"
              aria-label="Search assignees"
              placeholder="Name or number"
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
            <span class="soft" role="status">
              {found.length} of {people.length}
              {found.length > MAX_ROWS && `, the first ${MAX_ROWS} are shown`}
            </span>
          </div>
          <Table
            label="Assignees"
            rows={found.slice(0, MAX_ROWS)}
            keyOf={(each) => each.person}
            columns={[
              ...WHO,
              {
                title: "Assigned",
                cell: (each) => (
                  <ActButton label={`Remove ${each.name}`} act={() => unassign(each)}>
                    Remove
                  </ActButton>
                ),
              },
            ]}
          />
        </>
      )}
      {dialog === "add" && <AddAssignees kiosk={kiosk} present={people} onClose={() => setDialog(null)} />}
      {dialog === "export" && <ExportAssignees kiosk={kiosk} onClose={() => setDialog(null)} />}
    </Section>
  );
}

function AddAssignees({
  kiosk,
  present,
  onClose,
}: {
  readonly kiosk: Kiosk;
  readonly present: readonly Person[];
  readonly onClose: () => void;
}): JSX.Element {
  const say = useSay();
  const loaded = useLoaded(loadPeople, ["people"]);
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const there = new Set(present.map((each) => each.person));
  const others = (loaded.value ?? []).filter((each) => each.active && !there.has(each.person));
  const found = others.filter((each) => matches(search, each.name, each.number));
  const choose = (person: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(person);
    else next.delete(person);
    setChosen(next);
  };
  return (
    <Dialog title={`Add assignees to ${kiosk.name}`} onClose={onClose}>
      <div class="tools">
        <input
          type="search"
          aria-label="Search people"
          placeholder="Name or number"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <button type="button" onClick={() => setChosen(new Set(found.map((each) => each.person)))}>
          Choose all {found.length}
        </button>
      </div>
      <Form
        button={chosen.size === 0 ? "Add" : `Add ${chosen.size}`}
        onCancel={onClose}
        onSend={async () => {
          const people = [...chosen];
          await assign(kiosk, people);
          onClose();
          say(people.length === 1 ? "1 person added." : `${people.length} people added.`);
        }}
      >
        <ul class="choices">
          {found.slice(0, MAX_ROWS).map((each) => (
            <li key={each.person}>
              <label>
                <input
                  type="checkbox"
                  checked={chosen.has(each.person)}
                  onChange={(event) => choose(each.person, event.currentTarget.checked)}
                />
                <span>
                  {each.name} <span class="soft">{each.number}</span>
                </span>
              </label>
            </li>
          ))}
        </ul>
        {loaded.value === null ? (
          <p class="soft">Loading…</p>
        ) : others.length === 0 ? (
          <p class="soft">Everybody is here already.</p>
        ) : (
          found.length > MAX_ROWS && <p class="soft">The first {MAX_ROWS} are shown: search for others.</p>
        )}
      </Form>
    </Dialog>
  );
}

/** Export Assignees (PIN rule 6): the file is made for who types their password again, and other admins hear of it. */
function ExportAssignees({
  kiosk,
  onClose,
}: {
  readonly kiosk: Kiosk;
  readonly onClose: () => void;
}): JSX.Element {
  const say = useSay();
  return (
    <Dialog title={`Export Assignees of ${kiosk.name}`} onClose={onClose}>
      <p>
        A CSV file with everybody's PIN. Keep it no longer than you need it: the other owners and admins are
        told by e-mail that you made it.
      </p>
      <Form
        button="Export Assignees"
        onCancel={onClose}
        codes={{ password: ["password.", "sign-in."] }}
        onSend={async (filled) => {
          const password = filled("password", "as typed");
          const file = await fetchCsv(`kiosks/${kiosk.kiosk}/assignees/export`, { password });
          download(file, `${kiosk.name} assignees.csv`);
          onClose();
          say("The file is in your downloads.");
        }}
      >
        <Field
          name="password"
          label="Your password"
          type="password"
          autocomplete="current-password"
          required
          autofocus
        />
      </Form>
    </Dialog>
  );
}

/** A browser has begun to read a file by then; until then it must be there. */
const DOWNLOAD_MS = 10_000;

/** Hands a file to the browser; soon after, the page keeps nothing of it. */
function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name.replaceAll(/[^\p{Letter}\p{Number} ._-]/gu, "");
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), DOWNLOAD_MS);
}
