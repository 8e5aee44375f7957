import type { JSX } from "preact";
import { useId, useRef } from "preact/hooks";
import type { KioskId } from "../../protocol/ids.ts";
import { useAct } from "./act.ts";
import { send } from "./api.ts";
import {
  conflictWords,
  DECISIONS,
  decisionWords,
  TITLES,
  type Conflict,
  type Decision,
} from "./conflict-words.ts";
import { formatDay } from "./day-times.ts";
import { Field } from "./form.tsx";
import { formatDateTime } from "./format.ts";
import { useSay } from "./page.tsx";
import { PunchList, PunchMarks } from "./punch-list.tsx";
import { keyOf, type Entry } from "./punch-words.ts";

/** One conflict: what does not fit, the day around it, and what each decision will do. */

const MAX_REASON_LENGTH = 500;

interface CardProps {
  readonly conflict: Conflict;
  readonly entries: readonly Entry[];
  readonly kiosks: ReadonlyMap<KioskId, string>;
  readonly timeZone: string;
  readonly onSettled: () => void;
}

export function ConflictCard({ conflict, entries, kiosks, timeZone, onSettled }: CardProps): JSX.Element {
  const { kind, name, person, day, punches, openedMs } = conflict;
  const id = useId();
  const say = useSay();
  const { isBusy, trouble, run } = useAct();
  const form = useRef<HTMLFormElement>(null);
  const kioskName = ({ kiosk }: { readonly kiosk: KioskId }): string =>
    kiosks.get(kiosk) ?? "a deleted kiosk";
  const decide = (decision: Decision): void => {
    const typed = form.current === null ? null : new FormData(form.current).get("reason");
    const reason = typeof typed === "string" ? typed.trim() : "";
    void run(async () => {
      await send("POST", `conflicts/${conflict.conflict}/settle`, { decision, reason });
      say(`The conflict of ${name} is settled: ${DECISIONS[decision]}.`);
      document.querySelector<HTMLElement>("#view")?.focus();
      onSettled();
    });
  };
  return (
    <section aria-labelledby={id}>
      <div class="heading">
        <h3 id={id}>
          {name}, {formatDay(day)}: {TITLES[kind]}
        </h3>
        <span class="actions">
          <a
            class="button"
            href={`#today/${person}/${day}`}
            aria-label={`Punches of ${name}, ${formatDay(day)}`}
          >
            Punches
          </a>
        </span>
      </div>
      <p>{conflictWords(conflict, { entries, kioskName, timeZone })}</p>
      <PunchList entries={entries} timeZone={timeZone} kiosks={kiosks} marked={new Set(punches.map(keyOf))} />
      {kind !== "time-unknown" && <PunchMarks entries={entries} />}
      <p class="soft">Known since {formatDateTime(openedMs, timeZone)}.</p>
      <form ref={form} onSubmit={(event) => event.preventDefault()}>
        <Field name="reason" label="Reason" hint="For whoever asks later." maxLength={MAX_REASON_LENGTH} />
        <ul class="decisions">
          {(["count", "leave-out", "as-is"] as const).map((decision) => (
            <li key={decision}>
              <button
                type="button"
                aria-disabled={isBusy}
                aria-describedby={`${id}-${decision}`}
                onClick={() => decide(decision)}
              >
                {DECISIONS[decision]}
              </button>
              <span id={`${id}-${decision}`}>{decisionWords(conflict, decision)}</span>
            </li>
          ))}
        </ul>
        <p role="alert" class="warn">
          {trouble?.message}
        </p>
      </form>
    </section>
  );
}
