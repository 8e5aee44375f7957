import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { isAdmin } from "../../protocol/roster.ts";
import { receiptBody } from "../http/history-schemas.ts";
import { get } from "./api.ts";
import { dayAt, formatDay } from "./day-times.ts";
import { Field, Form } from "./form.tsx";
import { Fact } from "./fact.tsx";
import { formatTime } from "./format.ts";
import { Frame, Section, useSay, type ViewProps } from "./page.tsx";
import { readReceiptCode } from "./receipt-code.ts";
import { refuse } from "./refuse.ts";

/** Which event the code on a terminal's screen is of. */

type Found = z.infer<typeof receiptBody>["events"][number];

export function ReceiptLookUp({ caller, workspace: { timeZone } }: ViewProps): JSX.Element {
  const say = useSay();
  const [found, setFound] = useState<readonly Found[]>([]);
  const isForAdmin = isAdmin(caller.role);
  return (
    <Frame title="Receipt">
      <Form
        button="Look up"
        codes={{ code: ["receipt.", "request."] }}
        onSend={async (filled) => {
          setFound([]);
          const code = readReceiptCode(filled("code"));
          if (code === null) {
            throw refuse("receipt.code", "a receipt has 8 letters and digits, as 7K2M 9Q4X, and no U");
          }
          const { events } = await get(`receipts/${code}`, receiptBody);
          setFound(events);
          say(events.length === 1 ? "Found: see below." : "Two events have this code by chance: see below.");
        }}
      >
        <Field
          name="code"
          label="Code"
          required
          maxLength={40}
          hint={
            isForAdmin
              ? "As it stood on the terminal's screen after a punch."
              : "Of one of your own punches, as it stood on the terminal's screen."
          }
        />
      </Form>
      {found.map((event) => (
        <Receipt key={event.hash} event={event} timeZone={timeZone} isForAdmin={isForAdmin} />
      ))}
    </Frame>
  );
}

interface ReceiptProps {
  readonly event: Found;
  readonly timeZone: string;
  readonly isForAdmin: boolean;
}

function Receipt({ event, timeZone, isForAdmin }: ReceiptProps): JSX.Element {
  const { person, name, words, kioskName, atMs, undone, counts, terminal, store, seq, hash } = event;
  const day = dayAt(atMs, timeZone);
  const standing = undone ? "Undone" : counts ? "Counts" : "Does not count";
  return (
    <Section title={`Event ${seq}`}>
      <p>{words}</p>
      <dl>
        <Fact title="Person">{isForAdmin ? <a href={`#today/${person}/${day}`}>{name}</a> : name}</Fact>
        <Fact title="When">
          {formatTime(atMs, timeZone)}, {formatDay(day)}
        </Fact>
        <Fact title="Kiosk">{kioskName}</Fact>
        {event.kind === "punch" && <Fact title="Hours">{standing}</Fact>}
      </dl>
      <details>
        <summary>For a check without this hub</summary>
        <dl>
          <Fact title="Terminal">{terminal}</Fact>
          <Fact title="Ledger">{store}</Fact>
          <Fact title="Hash">{hash}</Fact>
        </dl>
        {isForAdmin && (
          <p>
            Export the ledger in Terminals; <code>punchbox verify FILE --receipt CODE</code> finds the event
            in it and checks the terminal's signature.
          </p>
        )}
      </details>
    </Section>
  );
}
