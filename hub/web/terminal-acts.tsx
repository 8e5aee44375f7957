import type { JSX } from "preact";
import { commandBody } from "../http/fork-schemas.ts";
import { stolenBody } from "../http/pin-schemas.ts";
import { send } from "./api.ts";
import { Confirm } from "./dialog.tsx";
import type { IssuedPins } from "./issued.tsx";
import { useSay } from "./page.tsx";
import type { Terminal } from "./terminal-words.ts";

/** What is done to a terminal after a question. */

interface ActProps {
  readonly terminal: Terminal;
  readonly onClose: () => void;
}

export function Unpair({ terminal, onClose }: ActProps): JSX.Element {
  const say = useSay();
  return (
    <Confirm
      title={`Unpair the terminal at ${terminal.kioskName}?`}
      button="Unpair"
      act={async () => {
        await send("POST", `terminals/${terminal.terminal}/unpair`);
        say(`The terminal at ${terminal.kioskName} is unpaired.`);
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

export function ReportStolen({
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

type Act = "identify" | "unlock" | "restart" | "resend";

/** Has a terminal do something; resolves once it has answered. Rejects as `send` does. */
export async function command({ terminal, kioskName }: Terminal, act: Act): Promise<string> {
  const body = act === "resend" ? { act, afterSeq: 0 } : { act };
  const { outcome } = await send("POST", `terminals/${terminal}/commands`, body, commandBody);
  return outcome === "done"
    ? `The terminal at ${kioskName} answers: done.`
    : `The terminal at ${kioskName} could not do it (${outcome}).`;
}

export function Restart({ terminal, onClose }: ActProps): JSX.Element {
  const say = useSay();
  return (
    <Confirm
      title={`Restart the terminal at ${terminal.kioskName}?`}
      button="Restart"
      act={async () => say(await command(terminal, "restart"))}
      onClose={onClose}
    >
      <p>Whoever is typing there begins anew; what is recorded stays. It is back within a minute.</p>
    </Confirm>
  );
}
