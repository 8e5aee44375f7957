import type { JSX } from "preact";
import type * as z from "zod";
import { mailsBody } from "../http/mail-schemas.ts";
import { send } from "./api.ts";
import { ActButton } from "./dialog.tsx";
import { formatDateTime } from "./format.ts";
import { Frame, useSay, Waiting, type ViewProps } from "./page.tsx";
import { Older, usePages } from "./pages.tsx";
import { Table } from "./table.tsx";

/** What owners and admins are told by mail, and what became of it; without a mail server it is read here. */

type Mail = z.infer<typeof mailsBody>["mails"][number];

const STATES: Readonly<Record<Mail["state"], string>> = {
  outbox: "Only here: this hub has no mail server",
  waiting: "Waiting to be sent",
  sending: "Being sent",
  sent: "Sent",
  failed: "Could not be sent",
  unsure: "May have been sent: the server did not answer",
  withdrawn: "Not sent: not needed any more",
};
const CAN_BE_SENT: ReadonlySet<Mail["state"]> = new Set(["waiting", "failed", "unsure"]);

export function Outbox({ workspace: { timeZone } }: ViewProps): JSX.Element {
  const loaded = usePages("mail", mailsBody, (page) => page.mails, ["mail", "people", "requests"]);
  const say = useSay();
  const { value, more, again } = loaded;
  const retry = async ({ mail, to }: Mail): Promise<void> => {
    await send("POST", `mail/${mail}/retry`);
    say(`The mail to ${to} is sent again.`);
    again();
  };
  return (
    <Frame title="Mail">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.items.length === 0 ? (
        <p class="soft">
          None yet. Owners and admins with an e-mail address are told when someone forgets their PIN.
        </p>
      ) : (
        <>
          <Table
            label="Mail"
            rows={value.items}
            keyOf={(each) => each.mail}
            columns={[
              { title: "When", isNumber: true, cell: (each) => formatDateTime(each.atMs, timeZone) },
              { title: "To", isName: true, cell: (each) => each.to },
              {
                title: "About",
                cell: (each) => (
                  <details>
                    <summary>{each.subject}</summary>
                    <p class="letter">{each.text}</p>
                  </details>
                ),
              },
              { title: "State", cell: (each) => <State mail={each} timeZone={timeZone} /> },
              {
                title: "Act",
                cell: (each) =>
                  CAN_BE_SENT.has(each.state) && (
                    <ActButton label={`Send now to ${each.to}: ${each.subject}`} act={() => retry(each)}>
                      Send now
                    </ActButton>
                  ),
              },
            ]}
          />
          {value.hasMore && <Older more={more} />}
        </>
      )}
    </Frame>
  );
}

function State({ mail, timeZone }: { readonly mail: Mail; readonly timeZone: string }): JSX.Element {
  const { state, tries, nextTryMs, lastError } = mail;
  const isTrouble = state === "failed" || state === "unsure";
  return (
    <>
      <span class={isTrouble ? "warn" : undefined}>{STATES[state]}</span>
      <span class="soft">
        {tries > 0 && state !== "sent" && `, tried ${tries === 1 ? "once" : `${tries} times`}`}
        {nextTryMs !== null && `, again ${formatDateTime(nextTryMs, timeZone)}`}
        {lastError !== null && ` (${lastError})`}
      </span>
    </>
  );
}
