import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { newKioskBody } from "../http/edit-schemas.ts";
import { send } from "./api.ts";
import { Dialog } from "./dialog.tsx";
import { Check, Field, Form, Select, type Filled } from "./form.tsx";
import { useLoaded } from "./live.ts";
import { loadSettings, type Kiosk } from "./load.ts";
import type { ViewProps } from "./page.tsx";
import { LANGUAGE_CHOICES, SAME_AS_UNIVERSAL } from "./words.ts";

interface CreateKioskProps extends ViewProps {
  readonly onClose: () => void;
}

/** Creates a kiosk, whose Universal PIN is made with it and shown once (PIN rule 5). */
export function CreateKiosk({ workspace, onClose }: CreateKioskProps): JSX.Element {
  const { value: settings } = useLoaded(loadSettings, ["workspace"]);
  const [created, setCreated] = useState<(z.infer<typeof newKioskBody> & KioskWish) | null>(null);
  if (created !== null) {
    const close = (): void => {
      location.hash = `#kiosks/${created.kiosk}`;
    };
    return (
      <Dialog key="created" title={`${created.name} is created`} onClose={close}>
        {created.requiresPin ? (
          <p>
            Its Universal PIN: <output class="pin">{created.universalPin}</output>
          </p>
        ) : (
          <p>It has a Universal PIN, which serves nothing while Requires PIN is off.</p>
        )}
        {created.warning !== null && <p class="warn">{SAME_AS_UNIVERSAL}</p>}
        <p class="buttons">
          <button type="button" class="main" onClick={close}>
            Choose its assignees
          </button>
        </p>
      </Dialog>
    );
  }
  if (settings === null) return <></>;
  const isPaid = settings.plan !== "free";
  return (
    <Dialog key="creating" title="Create a kiosk" onClose={onClose}>
      <Form
        button="Create"
        onCancel={onClose}
        codes={KIOSK_CODES}
        onSend={async (filled) => {
          const wish = kioskWish(filled);
          setCreated({ ...(await send("POST", "kiosks", wish, newKioskBody)), ...wish });
        }}
      >
        <KioskFields
          kiosk={{
            name: "",
            requiresPin: isPaid,
            timeZone: workspace.timeZone,
            language: workspace.language,
            breakEnabled: false,
          }}
          isPaid={isPaid}
        />
      </Form>
    </Dialog>
  );
}

/** Where a refusal about a kiosk belongs. */
export const KIOSK_CODES = {
  name: ["kiosk.name"],
  timeZone: ["time-zone."],
  requiresPin: ["plan."],
} as const;

export interface KioskWish {
  readonly name: string;
  readonly requiresPin: boolean;
  readonly timeZone: string;
  readonly language: string;
  readonly breakEnabled: boolean;
}

export function kioskWish(filled: Filled): KioskWish {
  return {
    name: filled("name"),
    requiresPin: filled("requiresPin") !== "",
    timeZone: filled("timeZone"),
    language: filled("language"),
    breakEnabled: filled("breakEnabled") !== "",
  };
}

/** On the create form and on the edit form alike (PIN rule 1). */
export function KioskFields({
  kiosk,
  isPaid,
}: {
  readonly kiosk: Pick<Kiosk, "name" | "requiresPin" | "timeZone" | "language" | "breakEnabled">;
  readonly isPaid: boolean;
}): JSX.Element {
  const zones = [...new Set([kiosk.timeZone, ...Intl.supportedValuesOf("timeZone")])].sort();
  const hint = isPaid
    ? "On: people type their PIN. Off: anyone can punch for any assignee."
    : "PINs are part of the paid plans: this workspace is on the free plan.";
  return (
    <>
      <Field name="name" label="Name" required maxLength={200} value={kiosk.name} />
      <Check
        name="requiresPin"
        label="Requires PIN"
        hint={hint}
        value={kiosk.requiresPin}
        disabled={!isPaid && !kiosk.requiresPin}
      />
      <Select
        name="timeZone"
        label="Time zone"
        value={kiosk.timeZone}
        options={zones.map((zone) => [zone, zone.replaceAll("_", " ")])}
      />
      <Select name="language" label="Language" value={kiosk.language} options={LANGUAGE_CHOICES} />
      <Check name="breakEnabled" label="Breaks" hint="People can punch breaks." value={kiosk.breakEnabled} />
    </>
  );
}
