import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { kioskBody } from "../http/schemas.ts";
import { get, send } from "./api.ts";
import { Assignees } from "./assignees.tsx";
import { KIOSK_CODES, KioskFields, kioskWish } from "./create-kiosk.tsx";
import { Confirm } from "./dialog.tsx";
import { EditPin } from "./edit-pin.tsx";
import { Form } from "./form.tsx";
import { HandOut, type Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadSettings, type Kiosk } from "./load.ts";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { Restore } from "./restore.tsx";

/** One kiosk: `#kiosks/{kiosk}`. */

const BACK = { href: "#kiosks", name: "Kiosks" };

export function KioskPage({ rest }: ViewProps): JSX.Element {
  const loaded = useLoaded(
    async () => ({ kiosk: await get(`kiosks/${rest}`, kioskBody), settings: await loadSettings() }),
    ["kiosks", "workspace"],
  );
  const [slips, setSlips] = useState<readonly Slip[] | null>(null);
  if (slips !== null) {
    return <HandOut title="PIN slips" slips={slips} isAudited onDone={() => setSlips(null)} />;
  }
  if (loaded.value === null) {
    return (
      <Frame title="Kiosk" back={BACK}>
        <Waiting loaded={loaded} />
      </Frame>
    );
  }
  const { kiosk, settings } = loaded.value;
  const isPaid = settings.plan !== "free";
  return (
    <Frame title={kiosk.name} back={BACK}>
      <Restore kiosks={[kiosk]} isPaid={isPaid} />
      <Assignees kiosk={kiosk} onSlips={setSlips} />
      {/* What a plan turned off or on shows on the form, too. */}
      <Settings key={`${kiosk.requiresPinLapsed} ${isPaid}`} kiosk={kiosk} isPaid={isPaid} />
      <UniversalPin kiosk={kiosk} />
      <Delete kiosk={kiosk} />
    </Frame>
  );
}

function Settings({ kiosk, isPaid }: { readonly kiosk: Kiosk; readonly isPaid: boolean }): JSX.Element {
  const say = useSay();
  const [known, setKnown] = useState(kiosk);
  return (
    <Section title="Settings">
      <Form
        button="Save"
        codes={KIOSK_CODES}
        onSend={async (filled) => {
          const wish = kioskWish(filled);
          const before: Readonly<Record<string, unknown>> = { ...known };
          const changes = Object.entries(wish).filter(([field, value]) => before[field] !== value);
          if (changes.length > 0) {
            await send("PATCH", `kiosks/${kiosk.kiosk}`, Object.fromEntries(changes));
            setKnown({ ...known, ...Object.fromEntries(changes) });
          }
          say("Saved.");
        }}
      >
        <KioskFields kiosk={kiosk} isPaid={isPaid} />
      </Form>
    </Section>
  );
}

/** Edited and shown only while Requires PIN is on (PIN rule 6, PIN case 6). */
function UniversalPin({ kiosk }: { readonly kiosk: Kiosk }): JSX.Element {
  const [isEditing, setEditing] = useState(false);
  return (
    <Section title="Universal PIN">
      {kiosk.requiresPin ? (
        <>
          <p>
            Serves every assignee but owners and admins, for who forgot theirs. Punches made with it say so
            for ever.
          </p>
          <button type="button" onClick={() => setEditing(true)}>
            Edit Universal PIN
          </button>
        </>
      ) : (
        <p class="soft">
          This kiosk has one, which serves nothing while Requires PIN is off: turn that on to see or change
          it.
        </p>
      )}
      {isEditing && (
        <EditPin
          title={`Edit Universal PIN of ${kiosk.name}`}
          path={`kiosks/${kiosk.kiosk}/universal-pin`}
          onClose={() => setEditing(false)}
        />
      )}
    </Section>
  );
}

function Delete({ kiosk }: { readonly kiosk: Kiosk }): JSX.Element {
  const [isAsking, setAsking] = useState(false);
  return (
    <Section title="Delete">
      <p>Its name and Universal PIN are free then. Punches made here stay.</p>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete this kiosk
      </button>
      {isAsking && (
        <Confirm
          title={`Delete ${kiosk.name}?`}
          button="Delete"
          onClose={() => setAsking(false)}
          act={async () => {
            await send("DELETE", `kiosks/${kiosk.kiosk}`);
            location.hash = "#kiosks";
          }}
        >
          <p>Its assignees cannot punch here any more. This cannot be undone.</p>
        </Confirm>
      )}
    </Section>
  );
}
