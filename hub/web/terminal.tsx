import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { ActButton } from "./dialog.tsx";
import { ForkNotice, otherWords, Settle, type Fork } from "./fork-notice.tsx";
import { Fact } from "./fact.tsx";
import { formatDateTime } from "./format.ts";
import type { IssuedPins } from "./issued.tsx";
import { Frame, Section, useSay } from "./page.tsx";
import { command, ReportStolen, Restart, Unpair } from "./terminal-acts.tsx";
import { clockWords, goneWords, troublesOf, type Terminal } from "./terminal-words.ts";

/** One terminal: how it is, what it can be told to do, its ledger: `#terminals/{terminal}`. */

interface PageProps {
  readonly terminal: Terminal;
  /** Of this terminal. */
  readonly forks: readonly Fork[];
  readonly timeZone: string;
  readonly onIssued: (issued: IssuedPins) => void;
}

export function TerminalPage({ terminal, forks, timeZone, onIssued }: PageProps): JSX.Element {
  const [asked, setAsked] = useState<"restart" | "unpair" | "stolen" | null>(null);
  const { kioskName, standing } = terminal;
  const close = (): void => setAsked(null);
  const canReport = standing === "paired" || standing === "unpairing";
  return (
    <Frame title={`Terminal at ${kioskName}`} back={{ href: "#terminals", name: "Terminals" }}>
      {asked === "restart" && <Restart terminal={terminal} onClose={close} />}
      {asked === "unpair" && <Unpair terminal={terminal} onClose={close} />}
      {asked === "stolen" && <ReportStolen terminal={terminal} onIssued={onIssued} onClose={close} />}
      {forks
        .filter((each) => each.settledMs === null)
        .map((fork) => (
          <ForkNotice
            key={fork.fork}
            fork={fork}
            timeZone={timeZone}
            onStolen={canReport ? () => setAsked("stolen") : null}
          />
        ))}
      <State terminal={terminal} timeZone={timeZone} />
      {canReport && <Acts terminal={terminal} onRestart={() => setAsked("restart")} />}
      <Ledger terminal={terminal} forks={forks} timeZone={timeZone} />
      {canReport && (
        <Section title="Take its place away">
          <ul class="decisions">
            {standing === "paired" && (
              <Choice hint="It hands in what it recorded, forgets everybody, and can be paired anew.">
                {(id) => (
                  <button type="button" aria-describedby={id} onClick={() => setAsked("unpair")}>
                    Unpair
                  </button>
                )}
              </Choice>
            )}
            <Choice hint="It is shut out at once, and everyone whom it knows gets a new PIN.">
              {(id) => (
                <button type="button" class="danger" aria-describedby={id} onClick={() => setAsked("stolen")}>
                  Report stolen
                </button>
              )}
            </Choice>
          </ul>
        </Section>
      )}
    </Frame>
  );
}

/** A button, and what it will do. */
function Choice({
  hint,
  children,
}: {
  readonly hint: string;
  readonly children: (hintId: string) => JSX.Element;
}): JSX.Element {
  const id = useId();
  return (
    <li>
      {children(id)}
      <span id={id}>{hint}</span>
    </li>
  );
}

interface PartProps {
  readonly terminal: Terminal;
  readonly timeZone: string;
}

const DISKS: Readonly<Record<NonNullable<Terminal["disk"]>, string>> = {
  well: "has room",
  low: "nearly full",
  full: "full",
};

function State({ terminal, timeZone }: PartProps): JSX.Element {
  const { standing, connected, lastSeenMs, unsent, disk, software } = terminal;
  const troubles = troublesOf(terminal);
  return (
    <Section title="How it is">
      {troubles.map(({ short, long }) => (
        <p key={short} class="warn">
          {long}
        </p>
      ))}
      <dl class="facts">
        <Fact title="Link">
          {standing !== "paired" && `${goneWords(terminal)}, `}
          {connected ? <span class="in">Connected</span> : <span class="warn">Offline</span>}
        </Fact>
        <Fact title="Last heard">{lastSeenMs === null ? "never" : formatDateTime(lastSeenMs, timeZone)}</Fact>
        <Fact title="Unsent">{unsent === 1 ? "1 event" : `${unsent} events`}</Fact>
        <Fact title="Clock">{clockWords(terminal)}</Fact>
        <Fact title="Disk">{disk === null ? "unknown" : DISKS[disk]}</Fact>
        <Fact title="Software">{software}</Fact>
      </dl>
    </Section>
  );
}

function Acts({
  terminal,
  onRestart,
}: {
  readonly terminal: Terminal;
  readonly onRestart: () => void;
}): JSX.Element {
  const say = useSay();
  const isAway = !terminal.connected;
  const tell = (act: "identify" | "unlock" | "resend") => async (): Promise<void> =>
    say(await command(terminal, act));
  return (
    <Section title="Have it do something">
      {isAway && (
        <p>
          It is offline, and cannot be told anything. These work once it is connected; none of them waits for
          it.
        </p>
      )}
      <ul class="decisions">
        <Choice hint="It says on its display, by light and by sound, which one it is.">
          {(id) => (
            <ActButton act={tell("identify")} disabled={isAway} describedBy={id}>
              Identify
            </ActButton>
          )}
        </Choice>
        <Choice hint="Ends the slower tries that many wrong PINs on many people brought about. Waits of one person are lifted in Requests.">
          {(id) => (
            <ActButton act={tell("unlock")} disabled={isAway} describedBy={id}>
              Unlock
            </ActButton>
          )}
        </Choice>
        <Choice hint="For when events are missing here. What is here already is not counted twice.">
          {(id) => (
            <ActButton act={tell("resend")} disabled={isAway} describedBy={id}>
              Send everything again
            </ActButton>
          )}
        </Choice>
        <Choice hint="Its software starts anew. What is recorded stays.">
          {(id) => (
            <button type="button" disabled={isAway} aria-describedby={id} onClick={onRestart}>
              Restart
            </button>
          )}
        </Choice>
      </ul>
    </Section>
  );
}

function Ledger({
  terminal: { terminal },
  forks,
  timeZone,
}: PartProps & { readonly forks: readonly Fork[] }): JSX.Element {
  const settled = forks.filter((each) => each.settledMs !== null);
  return (
    <Section
      title="Ledger"
      actions={
        <a class="button" href={`/api/v1/ledger?terminal=${terminal}`} download>
          Export the ledger
        </a>
      }
    >
      <p>
        All that it has sent, as it signed it. Anybody checks the file with no hub and no network:{" "}
        <code>punchbox verify ledger.ndjson</code>, and with <code>--receipt CODE</code> finds a receipt in
        it.
      </p>
      {settled.map((fork) => (
        <p key={fork.fork}>
          Two cards were noticed {formatDateTime(fork.foundMs, timeZone)}. {otherWords(fork)}{" "}
          {fork.counted === true ? (
            "It counts."
          ) : (
            <>
              It does not count.{" "}
              <Settle fork={fork} count>
                Count after all
              </Settle>
            </>
          )}
        </p>
      ))}
    </Section>
  );
}
