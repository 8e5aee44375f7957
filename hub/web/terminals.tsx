import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { stolenBody } from "../http/pin-schemas.ts";
import { terminalsBody } from "../http/schemas.ts";
import { get, send } from "./api.ts";
import { Confirm } from "./dialog.tsx";
import { formatClockError, formatDateTime } from "./format.ts";
import { Issued, type IssuedPins } from "./issued.tsx";
import { useLoaded } from "./live.ts";
import { Frame, useSay, Waiting, type ViewProps } from "./page.tsx";
import { PairTerminal } from "./pair.tsx";
import { Table } from "./table.tsx";

/** The boxes on the walls: how they are, pairing another, and taking one's place away. */

type Terminal = z.infer<typeof terminalsBody>["terminals"][number];

type Open =
  | { readonly what: "pair" }
  | { readonly what: "unpair" | "stolen"; readonly terminal: Terminal }
  | { readonly what: "issued"; readonly issued: IssuedPins };

export function Terminals({ workspace: { timeZone } }: ViewProps): JSX.Element {
  const loaded = useLoaded(() => get("terminals", terminalsBody), ["terminals", "kiosks"]);
  const [open, setOpen] = useState<Open | null>(null);
  const { value } = loaded;
  const close = (): void => setOpen(null);
  if (open?.what === "issued") {
    return <Issued title="New PINs" issued={open.issued} onDone={close} />;
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
      {open?.what === "unpair" && <Unpair terminal={open.terminal} again={loaded.again} onClose={close} />}
      {open?.what === "stolen" && (
        <ReportStolen
          terminal={open.terminal}
          onIssued={(issued) => setOpen({ what: "issued", issued })}
          onClose={() => setOpen((present) => (present?.what === "issued" ? present : null))}
        />
      )}
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
            { title: "Kiosk", isName: true, cell: (each) => each.kioskName },
            { title: "Link", cell: Link },
            { title: "Unsent", isNumber: true, cell: (each) => each.unsent },
            { title: "Clock", isNumber: true, cell: (each) => formatClockError(each.clockErrorMs) },
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

/** What became of a terminal whose place was taken away. */
function goneWords({ standing, toldMs }: Terminal): string {
  if (standing === "unpaired") return "Unpaired";
  const what = standing === "stolen" ? "Stolen" : "Unpairing";
  return toldMs === null ? `${what}, not told yet` : what;
}

function Link(terminal: Terminal): JSX.Element {
  const { connected, openForks, standing } = terminal;
  return (
    <>
      {standing !== "paired" && <span class="warn">{goneWords(terminal)}, </span>}
      {connected ? <span class="in">Connected</span> : <span class="warn">Offline</span>}
      {openForks > 0 && <span class="warn">, two histories</span>}
    </>
  );
}

interface ActProps {
  readonly terminal: Terminal;
  readonly onClose: () => void;
}

function Unpair({ terminal, again, onClose }: ActProps & { readonly again: () => void }): JSX.Element {
  const say = useSay();
  return (
    <Confirm
      title={`Unpair the terminal at ${terminal.kioskName}?`}
      button="Unpair"
      act={async () => {
        await send("POST", `terminals/${terminal.terminal}/unpair`);
        say(`The terminal at ${terminal.kioskName} is unpaired.`);
        again();
      }}
      onClose={onClose}
    >
      <p>
        It sends what it has recorded, forgets everybody, and can be paired anew. PINs stay as they are.
        {!terminal.connected && " It is offline: this happens when it is back."}
      </p>
    </Confirm>
  );
}

function ReportStolen({
  terminal,
  onIssued,
  onClose,
}: ActProps & { readonly onIssued: (issued: IssuedPins) => void }): JSX.Element {
  const say = useSay();
  return (
    <Confirm
      title={`Report the terminal at ${terminal.kioskName} stolen?`}
      button="Report stolen"
      act={async () => {
        const path = `terminals/${terminal.terminal}/report-stolen`;
        const { issued } = await send("POST", path, undefined, stolenBody);
        say(`The terminal at ${terminal.kioskName} is reported stolen.`);
        if (issued.length > 0) onIssued(issued);
      }}
      onClose={onClose}
    >
      <p>
        It is shut out at once, and what it records from now on does not count. Whoever has it may find its
        PINs out: all assignees of {terminal.kioskName} and the kiosk itself get <strong>new PINs</strong>,
        shown once.
      </p>
    </Confirm>
  );
}
