import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { kioskIdsBody } from "../http/edit-schemas.ts";
import { pinLengthBody } from "../http/pin-schemas.ts";
import type { settingsBody } from "../http/schemas.ts";
import { send } from "./api.ts";
import { Asked } from "./asked.tsx";
import { ClosedDays } from "./closed-days.tsx";
import { Issued, type IssuedPins } from "./issued.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks, loadSettings, type Kiosk } from "./load.ts";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { Restore } from "./restore.tsx";
import { WrongPins } from "./wrong-pins.tsx";

/** What is decided for the whole workspace: its plan, and about PINs. */

type Settings = z.infer<typeof settingsBody>;

interface PartProps {
  readonly settings: Settings;
  readonly kiosks: readonly Kiosk[];
}

async function load(): Promise<PartProps> {
  const [settings, kiosks] = await Promise.all([loadSettings(), loadKiosks()]);
  return { settings, kiosks };
}

export function Settings({ caller, workspace: { today } }: ViewProps): JSX.Element {
  const loaded = useLoaded(load, ["workspace", "kiosks"]);
  const [issued, setIssued] = useState<IssuedPins | null>(null);
  const { value } = loaded;
  if (issued !== null) return <Issued title="New PINs" issued={issued} onDone={() => setIssued(null)} />;
  return (
    <Frame title="Settings">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          <Plan {...value} />
          <ClosedDays isOwner={caller.role === "owner"} today={today} />
          <PinLength settings={value.settings} onIssued={setIssued} />
          <PinVisibility settings={value.settings} />
          <WrongPins {...value.settings} />
        </>
      )}
    </Frame>
  );
}

/** PIN rule 2. */
function Plan({ settings: { plan }, kiosks }: PartProps): JSX.Element {
  const say = useSay();
  const isPaid = plan !== "free";
  const asking = kiosks.filter((each) => each.requiresPin);
  return (
    <Section title="Plan">
      <p>{isPaid ? "Standard, with PINs." : "Free. PINs come with the standard plan."}</p>
      <Restore kiosks={kiosks} isPaid={isPaid} />
      {isPaid ? (
        <Asked
          button="Change to the free plan"
          title="Change to the free plan?"
          act={async () => {
            await send("PUT", "workspace/plan", { plan: "free" }, kioskIdsBody);
            say("The workspace is on the free plan: no kiosk asks for PINs.");
          }}
        >
          {asking.length === 0 ? (
            <p>No kiosk asks for PINs now; on the free plan none can.</p>
          ) : (
            <>
              <p>Requires PIN goes off, and anyone can punch for anyone, at:</p>
              <ul>
                {asking.map((each) => (
                  <li key={each.kiosk}>{each.name}</li>
                ))}
              </ul>
              <p>PINs are kept: after an upgrade one click turns it on again.</p>
            </>
          )}
        </Asked>
      ) : (
        <Asked
          button="Change to the standard plan"
          title="Change to the standard plan?"
          act={async () => {
            await send("PUT", "workspace/plan", { plan: "standard" }, kioskIdsBody);
            say("The workspace is on the standard plan.");
          }}
        >
          <p>Kiosks can then ask for PINs. Those that did before stay as they are until you restore them.</p>
        </Asked>
      )}
    </Section>
  );
}

/** PIN case 7. */
function PinLength({
  settings: { pinLength },
  onIssued,
}: {
  readonly settings: Settings;
  readonly onIssued: (issued: IssuedPins) => void;
}): JSX.Element {
  const say = useSay();
  const other = pinLength === 4 ? 6 : 4;
  const change = async (): Promise<void> => {
    const { issued, restored } = await send(
      "PUT",
      "workspace/pin-length",
      { pinLength: other },
      pinLengthBody,
    );
    say(`PINs have ${other} digits: ${issued.length} are new, ${restored} are back as they were.`);
    if (issued.length > 0) onIssued(issued);
  };
  return (
    <Section title="PIN length">
      <p>PINs have {pinLength} digits.</p>
      <Asked button={`Change to ${other} digits`} title={`Change to PINs of ${other} digits?`} act={change}>
        <p>
          Everybody has another PIN at once, Universal PINs too: the one they had when PINs had {other} digits
          before, or a new one. New ones are shown once, to be handed out. With thousands of people this takes
          minutes.
        </p>
      </Asked>
    </Section>
  );
}

function PinVisibility({ settings: { writeOnlyPins } }: { readonly settings: Settings }): JSX.Element {
  const say = useSay();
  const set = async (isOn: boolean): Promise<void> => {
    await send("PUT", "workspace/pin-visibility", { writeOnlyPins: isOn });
    say(isOn ? "PINs are write-only." : "PINs are kept from their next change on.");
  };
  return (
    <Section title="PIN visibility">
      {writeOnlyPins ? (
        <>
          <p>PINs are write-only: nobody can show, print or export them.</p>
          <Asked button="Make PINs readable" title="Make PINs readable?" act={() => set(false)}>
            <p>Admins can show, print and export a PIN from its next change on. PINs of now stay unknown.</p>
          </Asked>
        </>
      ) : (
        <>
          <p>Admins can show, print and export PINs; each time stands in the audit log.</p>
          <Asked button="Make PINs write-only" title="Make PINs write-only?" isDanger act={() => set(true)}>
            <p>
              <strong>What could show PINs is destroyed, and does not come back.</strong> PINs go on working,
              but nobody can show, print or export them: not today's, and not earlier ones. Backups made
              before keep theirs.
            </p>
          </Asked>
        </>
      )}
    </Section>
  );
}
