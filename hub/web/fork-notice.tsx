import type { JSX } from "preact";
import { useId } from "preact/hooks";
import type * as z from "zod";
import type { forksBody } from "../http/fork-schemas.ts";
import { send } from "./api.ts";
import { ActButton } from "./dialog.tsx";
import { formatDateTime } from "./format.ts";
import { useSay } from "./page.tsx";

/** Two cards that say that they are one terminal, for somebody who never heard of such a thing, and what to do about it. */

export type Fork = z.infer<typeof forksBody>["forks"][number];

const WHY: Readonly<Record<Fork["reason"], string>> = {
  fork: "A terminal numbers everything that it records. Two different things have come under one number: so its memory card was copied and both copies were used, or an old copy was put back.",
  ended:
    "A terminal's memory card had been replaced or begun anew, and the old one has gone on recording: so there are two cards, or an old one was put back.",
};

interface NoticeProps {
  readonly fork: Fork;
  readonly timeZone: string;
  /** Null: nobody can report it any more. */
  readonly onStolen: (() => void) | null;
}

export function ForkNotice({ fork, timeZone, onStolen }: NoticeProps): JSX.Element {
  const id = useId();
  const { kioskName, reason, foundMs } = fork;
  return (
    <section class="notice" aria-labelledby={id}>
      <h3 id={id}>Two cards say that they are the terminal at {kioskName}</h3>
      <p>{WHY[reason]}</p>
      <p>
        Nothing is lost: both histories are kept. {otherWords(fork)} It was noticed{" "}
        {formatDateTime(foundMs, timeZone)}. Until you decide, the terminal records on and hears no news of
        people and PINs.
      </p>
      <ul class="decisions">
        <li>
          <Settle fork={fork} count describedBy={`${id}-count`}>
            Count
          </Settle>
          <span id={`${id}-count`}>
            The other history's punches count as well. For when people really punched at both.
          </span>
        </li>
        <li>
          <Settle fork={fork} count={false} describedBy={`${id}-not`}>
            Don't count
          </Settle>
          <span id={`${id}-not`}>
            The other history is kept and in nobody's hours. You can count it later, on the terminal's page.
          </span>
        </li>
        {onStolen !== null && (
          <li>
            <button type="button" class="danger" aria-describedby={`${id}-stolen`} onClick={onStolen}>
              Report stolen
            </button>
            <span id={`${id}-stolen`}>
              For when nobody of yours has made a second card: the terminal is shut out, and everyone whom it
              knows gets a new PIN.
            </span>
          </li>
        )}
      </ul>
    </section>
  );
}

/** What there is of the other history. */
export function otherWords({ firstSeq, events, punches }: Fork): string {
  if (firstSeq === null || events === 0) return "Of the other history nothing has come yet.";
  const some = events === 1 ? "1 event" : `${events} events`;
  const of = punches === 1 ? "1 punch" : `${punches} punches`;
  return `The other history has ${some} from number ${firstSeq} on, with ${of} in ${events === 1 ? "it" : "them"}.`;
}

interface SettleProps {
  readonly fork: Fork;
  readonly count: boolean;
  readonly describedBy?: string;
  readonly children: string;
}

export function Settle({ fork, count, describedBy, children }: SettleProps): JSX.Element {
  const say = useSay();
  return (
    <ActButton
      {...(describedBy === undefined ? {} : { describedBy })}
      act={async () => {
        await send("POST", `forks/${fork.fork}/settle`, { count });
        say(
          count
            ? `The other history of the terminal at ${fork.kioskName} counts.`
            : `The other history of the terminal at ${fork.kioskName} does not count.`,
        );
        document.querySelector<HTMLElement>("#view")?.focus();
      }}
    >
      {children}
    </ActButton>
  );
}
