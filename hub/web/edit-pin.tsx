import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { pinBody, savedPinBody } from "../http/pin-schemas.ts";
import { useAct } from "./act.ts";
import { send } from "./api.ts";
import { Dialog } from "./dialog.tsx";
import { Field, Form } from "./form.tsx";
import { useLoaded } from "./live.ts";
import { loadSettings } from "./load.ts";
import { useSay } from "./page.tsx";
import { SAME_AS_UNIVERSAL } from "./words.ts";

/**
 * Edit PIN (PIN rule 6), of a person and of a kiosk alike: Generate proposes, Save checks again and stores, Cancel keeps.
 * PINs are in the page only while the dialog is open.
 */

interface EditPinProps {
  /** `Edit PIN of Jan Novák` */
  readonly title: string;
  /** Of the API: `people/{person}/pin` or `kiosks/{kiosk}/universal-pin`. */
  readonly path: string;
  readonly onClose: () => void;
}

export function EditPin({ title, path, onClose }: EditPinProps): JSX.Element {
  const say = useSay();
  const act = useAct();
  const { value: settings } = useLoaded(loadSettings, ["workspace"]);
  const [proposed, setProposed] = useState<string | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const generate = async (): Promise<void> => {
    const { pin } = await send("POST", `${path}/propose`, {}, pinBody);
    setProposed(pin);
    const input = place.current?.querySelector("input");
    if (input) input.value = pin;
  };
  const show = async (): Promise<void> => {
    setShown((await send("POST", `${path}/show`, {}, pinBody)).pin);
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <p>
        {settings?.writeOnlyPins === true ? (
          <span class="soft">PINs of this workspace are write-only: the present one cannot be shown.</span>
        ) : shown === null ? (
          <button type="button" aria-disabled={act.isBusy} onClick={() => void act.run(show)}>
            Show the present PIN
          </button>
        ) : (
          <>
            Present PIN: <output class="pin">{shown}</output>
          </>
        )}
      </p>
      <Form
        button="Save"
        act={act}
        onCancel={onClose}
        codes={{ pin: ["pin."] }}
        buttons={
          <button type="button" aria-disabled={act.isBusy} onClick={() => void act.run(generate)}>
            Generate
          </button>
        }
        onSend={async (filled) => {
          const { isNew, warning } = await send("PUT", path, { pin: filled("pin") }, savedPinBody);
          onClose();
          const said = isNew ? "The new PIN is saved." : "That is the PIN already: nothing has changed.";
          say(warning === null ? said : `${said} ${SAME_AS_UNIVERSAL}`);
        }}
      >
        <div ref={place}>
          <Field
            name="pin"
            label="New PIN"
            hint={settings === null ? undefined : `${settings.pinLength} digits`}
            inputMode="numeric"
            maxLength={20}
            required
            autofocus
          />
        </div>
        <p role="status" class="soft">
          {proposed !== null && "A PIN is proposed; nothing is stored before Save."}
        </p>
      </Form>
    </Dialog>
  );
}
