import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { claimTokenBody } from "../http/schemas.ts";
import { send } from "./api.ts";
import { Dialog } from "./dialog.tsx";
import { formatDateTime } from "./format.ts";
import { Form, Select } from "./form.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks } from "./load.ts";
import { Secret } from "./once.tsx";
import { Waiting } from "./page.tsx";

/** Pairing a terminal: a claim token for one kiosk, shown once, and what to do with it. */

interface Props {
  readonly timeZone: string;
  readonly onClose: () => void;
}

export function PairTerminal({ timeZone, onClose }: Props): JSX.Element {
  const loaded = useLoaded(loadKiosks, ["kiosks"]);
  const [claim, setClaim] = useState<z.infer<typeof claimTokenBody> | null>(null);
  const { value: kiosks } = loaded;
  return (
    <Dialog title="Pair a terminal" onClose={onClose}>
      {claim !== null ? (
        <>
          <p>
            On the terminal's card, put this in <code>punchbox.toml</code> and start it. The token is shown
            this once; it pairs one terminal, until {formatDateTime(claim.expiresMs, timeZone)}.
          </p>
          <Secret
            text={`[hub]\nurl = "${location.origin.replace("http", "ws")}/terminal"\nclaim_token = "${claim.token}"`}
            onClose={onClose}
          />
        </>
      ) : kiosks === null ? (
        <Waiting loaded={loaded} />
      ) : kiosks.length === 0 ? (
        <>
          <p>
            A terminal belongs to a kiosk: <a href="#kiosks">create one first</a>.
          </p>
          <p class="buttons">
            <button type="button" onClick={onClose}>
              Cancel
            </button>
          </p>
        </>
      ) : (
        <Form
          button="Make a claim token"
          onCancel={onClose}
          onSend={async (filled) =>
            setClaim(await send("POST", "claim-tokens", { kiosk: filled("kiosk") }, claimTokenBody))
          }
        >
          <Select
            name="kiosk"
            label="Kiosk"
            value=""
            options={kiosks.map((each) => [each.kiosk, each.name] as const)}
          />
        </Form>
      )}
    </Dialog>
  );
}
