import type { JSX } from "preact";
import type * as z from "zod";
import { MAX_WAIT_STEPS, type TrySettings } from "../../protocol/try-settings.ts";
import type { settingsBody } from "../http/schemas.ts";
import { send } from "./api.ts";
import { Field, Form, type Filled } from "./form.tsx";
import { Section, useSay } from "./page.tsx";

/** What wrong PINs cost (product.md section 3, "Waits"), and from how many guesses on admins are told. */

type Settings = Pick<z.infer<typeof settingsBody>, "tries" | "alarms">;

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/** A number; what is written to be one and is not, the hub refuses. */
function Amount({
  name,
  label,
  value,
  isOptional = false,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: number | null;
  readonly isOptional?: boolean;
}): JSX.Element {
  return (
    <Field
      name={name}
      label={label}
      inputMode="decimal"
      pattern="[0-9]+([.][0-9]+)?"
      required={!isOptional}
      value={value === null ? "" : String(value)}
    />
  );
}

function read(filled: Filled): Settings {
  const amount = (name: string): number => Number(filled(name));
  const waitMs = (name: string): number => Math.round(amount(name) * MINUTE_MS);
  const steps: TrySettings["waits"]["steps"] = Array.from({ length: MAX_WAIT_STEPS }, (_, index) => index)
    .filter((index) => filled(`step-${index}`) !== "")
    .map((index) => ({ refusals: amount(`step-${index}`), waitMs: waitMs(`step-${index}-wait`) }));
  return {
    tries: {
      waits: { steps, every: { fromRefusals: amount("every"), waitMs: waitMs("every-wait") } },
      triesPerDay: amount("per-day"),
      spray: {
        tries: amount("spray"),
        refillMs: Math.round(amount("spray-refill") * SECOND_MS),
        slowMs: Math.round(amount("spray-slow") * SECOND_MS),
      },
    },
    alarms: {
      personTold: amount("person-told"),
      personChange: amount("person-change"),
      universalTold: amount("universal-told"),
      universalChange: amount("universal-change"),
    },
  };
}

export function WrongPins({ tries: { waits, triesPerDay, spray }, alarms }: Settings): JSX.Element {
  const say = useSay();
  // One more than there are, to add one; empty ones are none.
  const steps = [...waits.steps, null].slice(0, MAX_WAIT_STEPS);
  return (
    <Section title="Wrong PINs">
      <Form
        key={JSON.stringify([waits, triesPerDay, spray, alarms])}
        button="Save"
        onSend={async (filled) => {
          await send("PUT", "workspace/tries", read(filled));
          say("Saved: terminals take it at once.");
        }}
      >
        <fieldset>
          <legend>Waits</legend>
          <p class="soft">
            Each step begins a wait at so many wrong PINs since the last right one; a step left empty is none.
          </p>
          {steps.map((step, index) => (
            <div class="pair" key={index}>
              <Amount
                name={`step-${index}`}
                label={`Step ${index + 1}: wrong PINs`}
                value={step?.refusals ?? null}
                isOptional
              />
              <Amount
                name={`step-${index}-wait`}
                label={`Step ${index + 1}: wait, minutes`}
                value={step === null ? null : step.waitMs / MINUTE_MS}
                isOptional
              />
            </div>
          ))}
          <div class="pair">
            <Amount name="every" label="Each from: wrong PINs" value={waits.every.fromRefusals} />
            <Amount
              name="every-wait"
              label="Each from: wait, minutes"
              value={waits.every.waitMs / MINUTE_MS}
            />
          </div>
          <Amount name="per-day" label="Wrong PINs that a person has in 24 hours" value={triesPerDay} />
        </fieldset>
        <fieldset>
          <legend>One PIN tried on many people, at one terminal</legend>
          <Amount name="spray" label="Wrong PINs before tries slow down" value={spray.tries} />
          <div class="pair">
            <Amount name="spray-refill" label="One more after, seconds" value={spray.refillMs / SECOND_MS} />
            <Amount name="spray-slow" label="Slower by, seconds" value={spray.slowMs / SECOND_MS} />
          </div>
        </fieldset>
        <fieldset>
          <legend>Wrong PINs since a PIN was set</legend>
          <div class="pair">
            <Amount name="person-told" label="Person: admins told at" value={alarms.personTold} />
            <Amount name="person-change" label="Person: must change at" value={alarms.personChange} />
          </div>
          <div class="pair">
            <Amount name="universal-told" label="Universal PIN: told at" value={alarms.universalTold} />
            <Amount name="universal-change" label="Universal PIN: change at" value={alarms.universalChange} />
          </div>
        </fieldset>
      </Form>
    </Section>
  );
}
