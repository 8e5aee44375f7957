import type { JSX } from "preact";
import { newPersonBody } from "../http/edit-schemas.ts";
import { send } from "./api.ts";
import { assignNew, kioskChoices } from "./assign.ts";
import { Dialog } from "./dialog.tsx";
import { Check, Field, Form, Select } from "./form.tsx";
import type { Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks, loadSettings } from "./load.ts";
import { useSay, type ViewProps } from "./page.tsx";
import { LANGUAGE_CHOICES, orNull, ROLE_CHOICES } from "./words.ts";

interface AddPersonProps extends ViewProps {
  readonly onClose: () => void;
  /** With the PIN that they have got, to be shown once. */
  readonly onAdded: (slip: Slip) => void;
}

/** Adds a person, who gets a PIN by itself (PIN rule 3). */
export function AddPerson({ workspace, onClose, onAdded }: AddPersonProps): JSX.Element {
  const say = useSay();
  const loaded = useLoaded(
    async () => ({ kiosks: await loadKiosks(), settings: await loadSettings() }),
    ["kiosks", "workspace"],
  );
  const kiosks = loaded.value?.kiosks ?? [];
  return (
    <Dialog title="Add a person" onClose={onClose}>
      <Form
        button="Add"
        onCancel={onClose}
        codes={PERSON_CODES}
        onSend={async (filled) => {
          const name = filled("name");
          const added = await send(
            "POST",
            "people",
            {
              name,
              email: orNull(filled("email")),
              role: filled("role"),
              language: orNull(filled("language")),
              moreTime: filled("moreTime") !== "",
              number: orNull(filled("number")),
              pin: orNull(filled("pin")),
              card: orNull(filled("card")),
            },
            newPersonBody,
          );
          const kiosk = kiosks.find((each) => each.kiosk === filled("kiosk"));
          onAdded({
            ...added,
            name,
            kiosks: await assignNew(kiosk, [added.person], say),
            isSameAsUniversal: added.warning !== null,
          });
        }}
      >
        <Field name="name" label="Name" required maxLength={200} autofocus />
        <Select name="kiosk" label="Kiosk" value="" options={kioskChoices(kiosks)} />
        <Select name="role" label="Role" value="regular" options={ROLE_CHOICES} />
        <details>
          <summary>More</summary>
          <Field name="email" label="E-mail" type="email" maxLength={254} />
          <Field
            name="number"
            label="Number"
            hint={`${workspace.numberLength} digits; empty: the next free one`}
            inputMode="numeric"
            maxLength={8}
          />
          <Field
            name="pin"
            label="PIN"
            hint={`${loaded.value?.settings.pinLength ?? 4} digits; empty: one is generated`}
            inputMode="numeric"
            maxLength={20}
          />
          <PersonChoices language="" moreTime={false} card="" />
        </details>
      </Form>
    </Dialog>
  );
}

/** Where a refusal about a person belongs. */
export const PERSON_CODES = {
  name: ["person.name"],
  number: ["person.number"],
  card: ["person.card"],
  pin: ["pin."],
} as const;

/** What most people never need. */
export function PersonChoices({
  language,
  moreTime,
  card,
}: {
  readonly language: string;
  readonly moreTime: boolean;
  readonly card: string;
}): JSX.Element {
  return (
    <>
      <Select
        name="language"
        label="Language"
        value={language}
        options={[["", "The kiosk's"], ...LANGUAGE_CHOICES]}
      />
      <Check
        name="moreTime"
        label="More time"
        hint="All time-outs at the terminal are three times as long."
        value={moreTime}
      />
      <Field
        name="card"
        label="Card"
        hint="Stands in for typing the number, never for the PIN. Type it or hold it to a reader."
        maxLength={40}
        value={card}
      />
    </>
  );
}
