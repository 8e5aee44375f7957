import type { JSX } from "preact";
import { kioskIdsBody } from "../http/edit-schemas.ts";
import { send } from "./api.ts";
import { ActButton } from "./dialog.tsx";
import type { Kiosk } from "./load.ts";
import { useSay } from "./page.tsx";

/** Where a plan turned Requires PIN off: it stays off until one click (PIN rule 2). */
export function Restore({
  kiosks,
  isPaid,
}: {
  readonly kiosks: readonly Kiosk[];
  readonly isPaid: boolean;
}): JSX.Element | null {
  const say = useSay();
  const lapsed = kiosks.filter((each) => each.requiresPinLapsed);
  if (lapsed.length === 0) return null;
  const restore = async (): Promise<void> => {
    const { kiosks: restored } = await send("POST", "workspace/restore-requires-pin", {}, kioskIdsBody);
    say(`Requires PIN is on again at ${restored.length === 1 ? "1 kiosk" : `${restored.length} kiosks`}.`);
  };
  return (
    <div class="notice">
      <p>
        The free plan turned Requires PIN off at {lapsed.map((each) => each.name).join(", ")}: anyone can
        punch for any assignee there. The PINs are kept.
      </p>
      {isPaid ? (
        <ActButton act={restore}>Restore Requires PIN</ActButton>
      ) : (
        <p>After an upgrade one click restores it.</p>
      )}
    </div>
  );
}
