import type { JSX } from "preact";
import type { PersonId } from "../../protocol/ids.ts";
import { slipsBody } from "../http/pin-schemas.ts";
import { useAct } from "./act.ts";
import { Refused, send } from "./api.ts";
import { loadAssignees, loadKiosks } from "./load.ts";
import { Frame } from "./page.tsx";
import { SAME_AS_UNIVERSAL } from "./words.ts";

/** PIN slips (PIN rule 3): what is printed, cut, and handed to a person and to nobody else. */

export interface Slip {
  readonly person: PersonId;
  readonly name: string;
  readonly number: string;
  readonly pin: string;
  /** Where they punch; empty where that is not known. */
  readonly kiosks?: readonly string[];
  readonly isSameAsUniversal?: boolean;
}

/** Slips of one request (hub/pins/slips.ts). */
const MAX_SLIPS_AT_ONCE = 500;

/** Asks for the slips of these people, which is audited one by one. Rejects as the API does. */
export async function fetchSlips(people: readonly PersonId[]): Promise<Slip[]> {
  const slips: Slip[] = [];
  for (let from = 0; from < people.length; from += MAX_SLIPS_AT_ONCE) {
    const some = people.slice(from, from + MAX_SLIPS_AT_ONCE);
    slips.push(...(await send("POST", "pin-slips", { people: some }, slipsBody)).slips);
  }
  return slips;
}

/** Kiosks whose assignees are looked through for a slip; where there are more, slips do not name them. */
const MAX_KIOSKS_SEARCHED = 20;

/** The same slips with the kiosks that each person may punch at. */
export async function withKiosks(slips: readonly Slip[]): Promise<readonly Slip[]> {
  const kiosks = await loadKiosks();
  if (kiosks.length > MAX_KIOSKS_SEARCHED) return slips;
  const assigned = await Promise.all(
    kiosks.map(async ({ kiosk, name }) => {
      return { name, people: new Set((await loadAssignees(kiosk)).map((each) => each.person)) };
    }),
  );
  return slips.map((slip) => ({
    ...slip,
    kiosks: assigned.filter(({ people }) => people.has(slip.person)).map(({ name }) => name),
  }));
}

interface HandOutProps {
  readonly title: string;
  readonly slips: readonly Slip[];
  /** Whether the hub has been asked for slips; PINs that were just made are printed by another act, audited too. */
  readonly isAudited: boolean;
  /** Takes the PINs off the page. */
  readonly onDone: () => void;
}

/** Shows PINs once, as slips, instead of the view that made them. */
export function HandOut({ title, slips, isAudited, onDone }: HandOutProps): JSX.Element {
  const { isBusy, trouble, run } = useAct();
  const printSlips = async (): Promise<void> => {
    if (!isAudited) {
      await fetchSlips(slips.map((each) => each.person)).catch((error: unknown) => {
        // They cannot be asked for again: what is here is all there is.
        if (!(error instanceof Refused && error.code === "pin.write-only")) throw error;
      });
    }
    print();
  };
  return (
    <Frame title={title}>
      <p class="screen-only">
        Hand each slip to its person and to nobody else. PINs leave this page when you are done.
      </p>
      <ul class="slips">
        {slips.map((slip) => (
          <SlipCard key={slip.person} slip={slip} />
        ))}
      </ul>
      <p role="alert" class="warn">
        {trouble?.message}
      </p>
      <p class="buttons">
        <button type="button" class="main" aria-disabled={isBusy} onClick={() => void run(printSlips)}>
          {slips.length === 1 ? "Print a slip" : "Print slips"}
        </button>
        <button type="button" onClick={onDone}>
          Done
        </button>
      </p>
    </Frame>
  );
}

function SlipCard({ slip }: { readonly slip: Slip }): JSX.Element {
  const { name, number, pin, kiosks = [], isSameAsUniversal = false } = slip;
  return (
    <li>
      <strong>{name}</strong>
      <dl>
        {kiosks.length > 0 && (
          <div>
            <dt>Kiosk</dt>
            <dd>{kiosks.join(", ")}</dd>
          </div>
        )}
        <div>
          <dt>Number</dt>
          <dd class="number">{number}</dd>
        </div>
        <div>
          <dt>PIN</dt>
          <dd class="pin">{pin}</dd>
        </div>
      </dl>
      <p>Type your number, then your PIN. You are in; to go out, do the same and press 1.</p>
      <p>Keep it to yourself.</p>
      {isSameAsUniversal && <p class="warn screen-only">{SAME_AS_UNIVERSAL}</p>}
    </li>
  );
}
