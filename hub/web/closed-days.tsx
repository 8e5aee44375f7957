import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { closedDaysBody } from "../http/history-schemas.ts";
import { get, send } from "./api.ts";
import { Asked } from "./asked.tsx";
import { formatDay, shiftDay } from "./day-times.ts";
import { Confirm } from "./dialog.tsx";
import { Field, Form } from "./form.tsx";
import { useLoaded } from "./live.ts";
import { Section, useSay, Waiting } from "./page.tsx";

/** Days whose hours are paid: what comes in for them later waits for a person. */
export function ClosedDays({
  isOwner,
  today,
}: {
  readonly isOwner: boolean;
  readonly today: string;
}): JSX.Element {
  const loaded = useLoaded(() => get("closed-days", closedDaysBody), ["workspace"]);
  const say = useSay();
  // A day before the one that is closed up to: it would open days again.
  const [earlier, setEarlier] = useState<string | null>(null);
  const { value } = loaded;
  const set = async (day: string | null): Promise<void> => {
    await send("PUT", "closed-days", { closedUntil: day });
    say(day === null ? "No day is closed any more." : `Days up to ${formatDay(day)} are closed.`);
    loaded.again();
  };
  return (
    <Section title="Closed days">
      <p>
        What comes in later for a closed day, as from a terminal that was offline, is kept and does not count
        until somebody decides in Conflicts. Corrections of a closed day are refused.
      </p>
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          <p>
            {value.closedUntil === null
              ? "No day is closed."
              : `Closed: all days up to and with ${formatDay(value.closedUntil)}.`}
          </p>
          <Form
            key={value.closedUntil ?? "open"}
            button="Close days"
            codes={{ day: ["day.", "access."] }}
            buttons={
              value.closedUntil !== null &&
              isOwner && (
                <Asked button="Open all again" title="Open all days again?" isDanger act={() => set(null)}>
                  <Opens />
                </Asked>
              )
            }
            onSend={async (filled) => {
              const day = filled("day");
              if (isOwner && value.closedUntil !== null && day < value.closedUntil) setEarlier(day);
              else await set(day);
            }}
          >
            <Field
              name="day"
              label="Close up to and with"
              type="date"
              required
              max={shiftDay(today, -1)}
              value={value.closedUntil ?? shiftDay(today, -1)}
              hint={
                isOwner ? "An earlier day opens those after it again." : "Only an owner opens days again."
              }
            />
          </Form>
        </>
      )}
      {earlier !== null && (
        <Confirm
          title={`Open the days after ${formatDay(earlier)} again?`}
          button="Open again"
          act={() => set(earlier)}
          onClose={() => setEarlier(null)}
        >
          <Opens />
        </Confirm>
      )}
    </Section>
  );
}

/** What opening comes to. */
function Opens(): JSX.Element {
  return (
    <p>
      Punches that came late for these days count at once, and hours that may be paid already change. It
      stands in the audit log.
    </p>
  );
}
