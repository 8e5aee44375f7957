import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { KioskId } from "../../protocol/ids.ts";
import { madeCorrectionBody } from "../http/history-schemas.ts";
import { send } from "./api.ts";
import { instantsAt } from "./day-times.ts";
import { Dialog } from "./dialog.tsx";
import { Field, Form, Select } from "./form.tsx";
import { formatTime } from "./format.ts";
import { useSay } from "./page.tsx";
import { punchWords, type Punch } from "./punch-words.ts";
import { refuse } from "./refuse.ts";

/** Corrections: what is missing is added, what is wrong is voided. The original stays where it is. */

/** As hub/http/history-schemas.ts has it. */
const MAX_REASON_LENGTH = 500;

/** Why; whoever looks at the punches later reads it there. */
function Reason(): JSX.Element {
  return (
    <Field
      name="reason"
      label="Reason"
      hint="Stays beside the punch, with your name."
      required
      maxLength={MAX_REASON_LENGTH}
    />
  );
}

interface AddProps {
  readonly person: string;
  readonly name: string;
  readonly day: string;
  readonly today: string;
  readonly timeZone: string;
  readonly kiosks: ReadonlyMap<KioskId, string>;
  readonly onClose: () => void;
}

const CHOICES = [
  ["in", "In"],
  ["out", "Out"],
  ["break-start", "Break begins"],
  ["break-end", "Break ends"],
] as const;

export function AddPunch({ person, name, day, today, timeZone, kiosks, onClose }: AddProps): JSX.Element {
  const say = useSay();
  // Instants of a time that clocks show twice, in the night in which summer time ends.
  const [twice, setTwice] = useState<readonly number[]>([]);
  return (
    <Dialog title={`Add a punch of ${name}`} onClose={onClose}>
      <Form
        button="Add"
        codes={{ which: ["time.twice"], time: ["time.", "correction."], day: ["day."], kiosk: ["kiosk."] }}
        onCancel={onClose}
        onSend={async (filled) => {
          const instants = instantsAt(filled("day"), filled("time"), timeZone);
          const [first] = instants;
          if (first === undefined) {
            throw refuse("time.none", "there is no such time on that day: clocks went forward over it");
          }
          const which = twice.join() === instants.join() ? filled("which") : "";
          if (instants.length > 1 && which === "") {
            setTwice(instants);
            throw refuse(
              "time.twice",
              "clocks went back that night and showed this time twice: choose which",
            );
          }
          const kiosk = filled("kiosk");
          const add = {
            action: filled("action"),
            atMs: which === "" ? first : Number(which),
            ...(kiosk === "" ? {} : { kiosk }),
          };
          await send("POST", "corrections", { person, reason: filled("reason"), add }, madeCorrectionBody);
          say(`A punch of ${name} is added.`);
          onClose();
        }}
      >
        <Select name="action" label="What" value="in" options={CHOICES} />
        <Field name="day" label="Day" type="date" required max={today} value={day} />
        <Field name="time" label="Time" type="time" required hint={timeZone} />
        {twice.length > 1 && (
          <Select
            name="which"
            label="Which of the two"
            value=""
            options={[
              ["", "Choose"],
              ...twice.map((atMs, index): [string, string] => [
                String(atMs),
                `${formatTime(atMs, timeZone)} ${index === 0 ? "before" : "after"} clocks went back`,
              ]),
            ]}
          />
        )}
        <Select name="kiosk" label="Kiosk" value="" options={[["", "Not known"], ...kiosks]} />
        <Reason />
      </Form>
    </Dialog>
  );
}

interface VoidProps {
  readonly punch: Punch;
  readonly name: string;
  readonly timeZone: string;
  readonly onClose: () => void;
}

export function VoidPunch({ punch, name, timeZone, onClose }: VoidProps): JSX.Element {
  const say = useSay();
  const words = punchWords(punch, timeZone);
  return (
    <Dialog title={`Void ${words} of ${name}?`} onClose={onClose}>
      <p>
        It counts no longer, and stays in the list, struck through, with your name and reason. A void is not
        taken back: a punch that was right after all is added again.
      </p>
      <Form
        button="Void"
        onCancel={onClose}
        onSend={async (filled) => {
          const { person, terminal, store, seq } = punch;
          const wish = { person, reason: filled("reason"), void: { terminal, store, seq } };
          await send("POST", "corrections", wish, madeCorrectionBody);
          say(`${words} of ${name} is voided.`);
          onClose();
        }}
      >
        <Reason />
      </Form>
    </Dialog>
  );
}
