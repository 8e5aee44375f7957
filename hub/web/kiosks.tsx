import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { CreateKiosk } from "./create-kiosk.tsx";
import { KioskPage } from "./kiosk.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks, loadSettings, type Kiosk } from "./load.ts";
import { Frame, Waiting, type ViewProps } from "./page.tsx";
import { Restore } from "./restore.tsx";
import { Table } from "./table.tsx";

/** Kiosks: places to punch. */

export function Kiosks(props: ViewProps): JSX.Element {
  return props.rest === "" ? <KioskList {...props} /> : <KioskPage {...props} />;
}

function KioskList(props: ViewProps): JSX.Element {
  const loaded = useLoaded(
    async () => ({ kiosks: await loadKiosks(), settings: await loadSettings() }),
    ["kiosks", "workspace"],
  );
  const [isCreating, setCreating] = useState(false);
  const { value } = loaded;
  return (
    <Frame
      title="Kiosks"
      actions={
        <button type="button" class="main" onClick={() => setCreating(true)}>
          Create a kiosk
        </button>
      }
    >
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          <Restore kiosks={value.kiosks} isPaid={value.settings.plan !== "free"} />
          {value.kiosks.length === 0 ? (
            <p class="soft">None yet. A terminal is paired with a kiosk, and people punch at it.</p>
          ) : (
            <Table
              label="Kiosks"
              rows={value.kiosks}
              keyOf={(each) => each.kiosk}
              columns={[
                {
                  title: "Name",
                  isName: true,
                  cell: (each) => <a href={`#kiosks/${each.kiosk}`}>{each.name}</a>,
                },
                { title: "Requires PIN", cell: requiresPinText },
                { title: "Assignees", isNumber: true, cell: (each) => each.assignees },
                { title: "Time zone", cell: (each) => each.timeZone },
              ]}
            />
          )}
        </>
      )}
      {isCreating && <CreateKiosk {...props} onClose={() => setCreating(false)} />}
    </Frame>
  );
}

function requiresPinText(kiosk: Kiosk): string {
  if (kiosk.requiresPin) return "On";
  return kiosk.requiresPinLapsed ? "Off, by the plan" : "Off";
}
