import type { JSX } from "preact";
import type * as z from "zod";
import type { pinLengthBody } from "../http/pin-schemas.ts";
import { HandOut, withKiosks, type Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks, loadPeople } from "./load.ts";
import { Frame, Section, Waiting } from "./page.tsx";
import { Table } from "./table.tsx";

/** PINs that the hub generated for many at once, shown once, instead of the view that asked for them. */

export type IssuedPins = z.infer<typeof pinLengthBody>["issued"];

interface Props {
  readonly title: string;
  readonly issued: IssuedPins;
  /** Takes the PINs off the page. */
  readonly onDone: () => void;
}

interface UniversalPin {
  readonly kiosk: string;
  readonly name: string;
  readonly pin: string;
}

interface Owned {
  readonly slips: readonly Slip[];
  readonly universal: readonly UniversalPin[];
}

async function withNames(issued: IssuedPins): Promise<Owned> {
  const [people, kiosks] = await Promise.all([loadPeople(), loadKiosks()]);
  const pins = new Map<string, string>(issued.map(({ owner, pin }) => [owner, pin]));
  const slips = people.flatMap(({ person, name, number }) => {
    const pin = pins.get(person);
    return pin === undefined ? [] : [{ person, name, number, pin }];
  });
  return {
    slips: await withKiosks(slips),
    universal: kiosks.flatMap(({ kiosk, name }) => {
      const pin = pins.get(kiosk);
      return pin === undefined ? [] : [{ kiosk, name, pin }];
    }),
  };
}

export function Issued({ title, issued, onDone }: Props): JSX.Element {
  const loaded = useLoaded(() => withNames(issued), []);
  const { value } = loaded;
  if (value === null) {
    return (
      <Frame title={title}>
        <Waiting loaded={loaded} />
      </Frame>
    );
  }
  return (
    <>
      {/* What is handed to people is printed without the Universal PINs. */}
      <HandOut title={title} slips={value.slips} isAudited={false} onDone={onDone} />
      {value.universal.length > 0 && (
        <div class="screen-only">
          <Section title="Universal PINs">
            <Table
              label="Universal PINs"
              rows={value.universal}
              keyOf={(each) => each.kiosk}
              columns={[
                { title: "Kiosk", isName: true, cell: (each) => each.name },
                { title: "Universal PIN", cell: (each) => <span class="pin">{each.pin}</span> },
              ]}
            />
          </Section>
        </div>
      )}
    </>
  );
}
