import type { JSX } from "preact";
import type { KioskId } from "../../protocol/ids.ts";
import { formatTime } from "./format.ts";
import { ACTIONS, authorOf, punchWords, whyNot, type Entry } from "./punch-words.ts";

/** Punches as every view lists them: what does not count struck through and still there, with who says so and why. */

interface ListProps {
  readonly entries: readonly Entry[];
  readonly timeZone: string;
  /** Names of kiosks; left out where there is one. */
  readonly kiosks: ReadonlyMap<KioskId, string>;
  /** Keys of those that are in question. */
  readonly marked?: ReadonlySet<string>;
}

export function PunchList({ entries, timeZone, kiosks, marked }: ListProps): JSX.Element {
  return (
    <ul class="punches">
      {entries.map((entry) => (
        <li key={entry.key} class={marked?.has(entry.key) === true ? "marked" : undefined}>
          <EntryWords entry={entry} timeZone={timeZone} kiosks={kiosks} />
        </li>
      ))}
    </ul>
  );
}

interface EntryProps extends Pick<ListProps, "timeZone" | "kiosks"> {
  readonly entry: Entry;
}

export function EntryWords({ entry, timeZone, kiosks }: EntryProps): JSX.Element {
  if (entry.punch === null) {
    const { added } = entry;
    return (
      <>
        <span class="number">
          {added.add !== null && ACTIONS[added.add.action]} {formatTime(added.atMs, timeZone)}
        </span>
        {kiosks.size > 1 && added.add !== null && <span class="soft"> {added.add.kioskName}</span>}
        <span class="soft">
          {" "}
          added by {authorOf(added)}: {added.reason}
        </span>
      </>
    );
  }
  const { punch, voided } = entry;
  const reason = whyNot(punch, voided);
  return (
    <>
      <span class={reason === null ? "number" : "number undone"}>{punchWords(punch, timeZone)}</span>
      {kiosks.size > 1 && <span class="soft"> {kiosks.get(punch.kiosk)}</span>}
      {punch.basis === "corrected" && <span class="soft"> time corrected</span>}
      {punch.basis === "bounded" && <span class="warn"> time not known</span>}
      {reason !== null && <span class="soft"> {reason}</span>}
      {punch.auth === "universal" && <span class="warn"> Universal PIN</span>}
      {punch.outdated && <span class="warn"> outdated</span>}
    </>
  );
}

/** What the marks mean that some of these punches have. */
export function PunchMarks({ entries }: Pick<ListProps, "entries">): JSX.Element {
  const punches = entries.flatMap(({ punch }) => punch ?? []);
  return (
    <>
      {punches.some(({ basis }) => basis === "corrected") && (
        <p class="soft">
          Time corrected: the terminal's clock was not set yet at that time. When it was, the true time was
          worked out from it.
        </p>
      )}
      {punches.some(({ basis }) => basis === "bounded") && (
        <p class="soft">
          Time not known: the terminal's clock was never set while it was on. The punch lies between the times
          given; hours are worked out with the best guess.
        </p>
      )}
      {punches.some(({ outdated }) => outdated) && (
        <p class="soft">
          Outdated: made at a terminal that did not know yet of a change to PIN, role or assignment. The punch
          counts.
        </p>
      )}
    </>
  );
}
