import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { newPinBody } from "../http/edit-schemas.ts";
import { pinBody } from "../http/pin-schemas.ts";
import { cardBody, personBody } from "../http/schemas.ts";
import { useAct } from "./act.ts";
import { PERSON_CODES, PersonChoices } from "./add-person.tsx";
import { get, send } from "./api.ts";
import { ActButton, Confirm } from "./dialog.tsx";
import { EditPin } from "./edit-pin.tsx";
import { Check, Field, Form, Select, type Filled } from "./form.tsx";
import { fetchSlips, HandOut, withKiosks, type Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadSettings, type Person } from "./load.ts";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { orNull, ROLE_CHOICES } from "./words.ts";

/** One person of the team: `#team/{person}`. */

const BACK = { href: "#team", name: "Team" };

interface Slips {
  readonly slips: readonly Slip[];
  readonly isNew: boolean;
}

export function PersonPage({ workspace, rest }: ViewProps): JSX.Element {
  const loaded = useLoaded(
    async () => ({ person: await get(`people/${rest}`, personBody), settings: await loadSettings() }),
    ["people", "workspace"],
  );
  const [slips, setSlips] = useState<Slips | null>(null);
  if (loaded.value === null) {
    return (
      <Frame title="Person" back={BACK}>
        <Waiting loaded={loaded} />
      </Frame>
    );
  }
  const { person, settings } = loaded.value;
  if (slips !== null) {
    const title = slips.isNew ? "A new PIN to hand out" : "PIN slip";
    return (
      <HandOut title={title} slips={slips.slips} isAudited={!slips.isNew} onDone={() => setSlips(null)} />
    );
  }
  const onNewPin = (pin: string): void => {
    // Their role or standing is another one now.
    loaded.again();
    setSlips({ slips: [{ ...person, pin }], isNew: true });
  };
  return (
    <Frame title={person.name} back={BACK}>
      {!person.active && <p class="notice">Inactive: no PIN, on no terminal.</p>}
      <Details person={person} numberLength={workspace.numberLength} />
      {person.active && <PinPart person={person} hasSlip={!settings.writeOnlyPins} onSlips={setSlips} />}
      <RolePart person={person} onNewPin={onNewPin} />
      <ActivePart person={person} onNewPin={onNewPin} />
    </Frame>
  );
}

/** What of the typed differs from what was there when the form was filled: someone else may have changed the rest. */
function changesOf(known: Person, filled: Filled): Partial<Person> {
  const typed = {
    name: filled("name"),
    email: orNull(filled("email")),
    number: filled("number"),
    language: orNull(filled("language")),
    moreTime: filled("moreTime") !== "",
  };
  const before: Readonly<Record<string, unknown>> = { ...known };
  return Object.fromEntries(Object.entries(typed).filter(([field, value]) => before[field] !== value));
}

function Details({
  person,
  numberLength,
}: {
  readonly person: Person;
  readonly numberLength: number;
}): JSX.Element {
  const say = useSay();
  const [known, setKnown] = useState(person);
  return (
    <Section title="Details">
      <Form
        button="Save"
        codes={PERSON_CODES}
        onSend={async (filled) => {
          const changes = changesOf(known, filled);
          const card = orNull(filled("card").toUpperCase());
          if (Object.keys(changes).length > 0) {
            await send("PATCH", `people/${known.person}`, changes);
            setKnown({ ...known, ...changes });
          }
          if (card !== known.card) {
            await send("PUT", `people/${known.person}/card`, { card }, cardBody);
            setKnown({ ...known, ...changes, card });
          }
          say("Saved.");
        }}
      >
        <Field name="name" label="Name" required maxLength={200} value={person.name} />
        <Field name="email" label="E-mail" type="email" maxLength={254} value={person.email ?? ""} />
        <Field
          name="number"
          label="Number"
          hint={`${numberLength} digits`}
          inputMode="numeric"
          required
          maxLength={8}
          value={person.number}
        />
        <PersonChoices language={person.language ?? ""} moreTime={person.moreTime} card={person.card ?? ""} />
      </Form>
    </Section>
  );
}

function PinPart({
  person,
  hasSlip,
  onSlips,
}: {
  readonly person: Person;
  /** Whether the PIN can be shown. */
  readonly hasSlip: boolean;
  readonly onSlips: (slips: Slips) => void;
}): JSX.Element {
  const say = useSay();
  const [isEditing, setEditing] = useState(false);
  return (
    <Section title="PIN">
      {person.pinMustChange === true && (
        <p class="warn">This PIN was guessed at too often: it must be changed.</p>
      )}
      <p class="buttons">
        <button type="button" onClick={() => setEditing(true)}>
          Edit PIN
        </button>
        {hasSlip && (
          <ActButton
            act={async () =>
              onSlips({ slips: await withKiosks(await fetchSlips([person.person])), isNew: false })
            }
          >
            PIN slip
          </ActButton>
        )}
        <ActButton
          act={async () => {
            await send("POST", `people/${person.person}/lift-waits`, {});
            say("Waits after wrong PINs are lifted.");
          }}
        >
          Lift waits
        </ActButton>
      </p>
      {isEditing && (
        <EditPin
          title={`Edit PIN of ${person.name}`}
          path={`people/${person.person}/pin`}
          onClose={() => setEditing(false)}
        />
      )}
    </Section>
  );
}

interface PartProps {
  readonly person: Person;
  /** With a PIN that is answered once. */
  readonly onNewPin: (pin: string) => void;
}

/** A role that the PIN may not have is refused; then a new PIN is offered in the same act (PIN case 1). */
function RolePart({ person, onNewPin }: PartProps): JSX.Element {
  const say = useSay();
  const act = useAct();
  const doesClash = act.trouble?.refused?.code.startsWith("pin.clash") === true;
  return (
    <Section title="Role">
      <Form
        button="Save role"
        act={act}
        codes={{ newPin: ["pin.clash"], role: ["person.last-owner", "access."] }}
        onSend={async (filled) => {
          const wish = { role: filled("role"), newPin: filled("newPin") !== "" };
          const { pin } = await send("PUT", `people/${person.person}/role`, wish, newPinBody);
          say("The role is saved.");
          if (pin !== null) onNewPin(pin);
        }}
      >
        <Select name="role" label="Role" value={person.role} options={ROLE_CHOICES} />
        {doesClash && (
          <Check
            name="newPin"
            label="Generate a new PIN"
            hint="Role and PIN change in the same act."
            value={false}
          />
        )}
      </Form>
    </Section>
  );
}

function ActivePart({ person, onNewPin }: PartProps): JSX.Element {
  const say = useSay();
  const [isAsking, setAsking] = useState(false);
  const path = `people/${person.person}`;
  if (!person.active) {
    return (
      <Section title="Reactivate">
        <p>They get a new PIN, and can be assigned to kiosks again.</p>
        <ActButton act={async () => onNewPin((await send("POST", `${path}/reactivate`, {}, pinBody)).pin)}>
          Reactivate
        </ActButton>
      </Section>
    );
  }
  return (
    <Section title="Deactivate">
      <p>For someone who left: their PIN is free for others, and terminals forget them. Punches stay.</p>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Deactivate
      </button>
      {isAsking && (
        <Confirm
          title={`Deactivate ${person.name}?`}
          button="Deactivate"
          onClose={() => setAsking(false)}
          act={async () => {
            await send("POST", `${path}/deactivate`, {});
            say(`${person.name} is inactive.`);
          }}
        >
          <p>Who is clocked in may still clock out, once. If they come back, they get a new PIN.</p>
        </Confirm>
      )}
    </Section>
  );
}
