import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { forksBody } from "../http/fork-schemas.ts";
import { terminalsBody } from "../http/schemas.ts";
import { get } from "./api.ts";
import { ForkNotice, type Fork } from "./fork-notice.tsx";
import { formatDateTime } from "./format.ts";
import { Issued, type IssuedPins } from "./issued.tsx";
import { useLoaded } from "./live.ts";
import { Frame, Waiting, type ViewProps } from "./page.tsx";
import { PairTerminal } from "./pair.tsx";
import { Table } from "./table.tsx";
import { ReportStolen, Unpair } from "./terminal-acts.tsx";
import { clockWords, goneWords, troublesOf, type Terminal } from "./terminal-words.ts";
import { TerminalPage } from "./terminal.tsx";

/** The boxes on the walls: how they are, pairing another, and taking one's place away. */

interface Boxes {
  readonly terminals: readonly Terminal[];
  readonly forks: readonly Fork[];
}

async function load(): Promise<Boxes> {
  const [{ terminals }, { forks }] = await Promise.all([
    get("terminals", terminalsBody),
    get("forks", forksBody),
  ]);
  return { terminals, forks };
}

/** What a terminal says of itself is told nobody each time. */
const REFRESH_MS = 30_000;

type Open =
  | { readonly what: "pair" }
  | { readonly what: "unpair" | "stolen"; readonly terminal: Terminal }
  | { readonly what: "issued"; readonly issued: IssuedPins };

export function Terminals({ workspace: { timeZone }, rest }: ViewProps): JSX.Element {
  const loaded = useLoaded(load, ["terminals", "kiosks"], { everyMs: REFRESH_MS });
  const [open, setOpen] = useState<Open | null>(null);
  const { value } = loaded;
  const close = (): void => setOpen(null);
  if (open?.what === "issued") {
    return <Issued title="New PINs" issued={open.issued} onDone={close} />;
  }
  const onIssued = (issued: IssuedPins): void => setOpen({ what: "issued", issued });
  if (rest !== "") {
    if (value === null) return <Waiting loaded={loaded} />;
    const terminal = value.terminals.find((each) => each.terminal === rest);
    const forks = value.forks.filter((each) => each.terminal === rest);
    if (terminal === undefined) return <NoTerminal />;
    return <TerminalPage terminal={terminal} forks={forks} timeZone={timeZone} onIssued={onIssued} />;
  }
  return (
    <Frame
      title="Terminals"
      actions={
        <button type="button" onClick={() => setOpen({ what: "pair" })}>
          Pair a terminal
        </button>
      }
    >
      {open?.what === "pair" && <PairTerminal timeZone={timeZone} onClose={close} />}
      {open?.what === "unpair" && <Unpair terminal={open.terminal} onClose={close} />}
      {open?.what === "stolen" && (
        <ReportStolen
          terminal={open.terminal}
          onIssued={onIssued}
          onClose={() => setOpen((present) => (present?.what === "issued" ? present : null))}
        />
      )}
      {value?.forks.map((fork) => {
        const terminal = value.terminals.find((each) => each.terminal === fork.terminal);
        if (fork.settledMs !== null || terminal === undefined) return null;
        const onStolen = terminal.standing === "stolen" ? null : () => setOpen({ what: "stolen", terminal });
        return <ForkNotice key={fork.fork} fork={fork} timeZone={timeZone} onStolen={onStolen} />;
      })}
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.terminals.length === 0 ? (
        <p class="soft">None yet. Pair one, and the people of its kiosk can punch there.</p>
      ) : (
        <Table
          label="Terminals"
          rows={value.terminals}
          keyOf={(each) => each.terminal}
          columns={[
            {
              title: "Kiosk",
              isName: true,
              cell: (each) => <a href={`#terminals/${each.terminal}`}>{each.kioskName}</a>,
            },
            { title: "Link", cell: Link },
            { title: "Unsent", isNumber: true, cell: (each) => each.unsent },
            { title: "Clock", cell: clockWords },
            {
              title: "Trouble",
              cell: (each) =>
                troublesOf(each).length > 0 && (
                  <span class="warn">
                    {troublesOf(each)
                      .map(({ short }) => short)
                      .join(", ")}
                  </span>
                ),
            },
            {
              title: "Last heard",
              isNumber: true,
              cell: (each) =>
                each.lastSeenMs === null ? "never" : formatDateTime(each.lastSeenMs, timeZone),
            },
            { title: "Software", isNumber: true, cell: (each) => each.software },
            {
              title: "Act",
              cell: (terminal) =>
                (terminal.standing === "paired" || terminal.standing === "unpairing") && (
                  <span class="actions">
                    {terminal.standing === "paired" && (
                      <button
                        type="button"
                        aria-label={`Unpair the terminal at ${terminal.kioskName}`}
                        onClick={() => setOpen({ what: "unpair", terminal })}
                      >
                        Unpair
                      </button>
                    )}
                    <button
                      type="button"
                      class="danger"
                      aria-label={`Report stolen: the terminal at ${terminal.kioskName}`}
                      onClick={() => setOpen({ what: "stolen", terminal })}
                    >
                      Report stolen
                    </button>
                  </span>
                ),
            },
          ]}
        />
      )}
    </Frame>
  );
}

function Link(terminal: Terminal): JSX.Element {
  const { connected, standing } = terminal;
  return (
    <>
      {standing !== "paired" && <span class="warn">{goneWords(terminal)}, </span>}
      {connected ? <span class="in">Connected</span> : <span class="warn">Offline</span>}
    </>
  );
}

function NoTerminal(): JSX.Element {
  return (
    <Frame title="Terminal" back={{ href: "#terminals", name: "Terminals" }}>
      <p class="notice">There is no such terminal.</p>
    </Frame>
  );
}
