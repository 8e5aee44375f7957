import type { JSX } from "preact";
import { terminalsBody } from "../http/schemas.ts";
import { get } from "./api.ts";
import { formatClockError, formatDateTime } from "./format.ts";
import { useLoaded } from "./live.ts";
import { Frame, Waiting, type ViewProps } from "./page.tsx";
import { Table } from "./table.tsx";

/** The boxes on the walls, and how they are. */

export function Terminals({ workspace: { timeZone } }: ViewProps): JSX.Element {
  const loaded = useLoaded(() => get("terminals", terminalsBody), ["terminals", "kiosks"]);
  const { value } = loaded;
  return (
    <Frame title="Terminals">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.terminals.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <Table
          label="Terminals"
          rows={value.terminals}
          keyOf={(each) => each.terminal}
          columns={[
            { title: "Kiosk", isName: true, cell: (each) => each.kioskName },
            {
              title: "Link",
              cell: (each) => (
                <>
                  {each.connected ? <span class="in">Connected</span> : <span class="warn">Offline</span>}
                  {each.forked && <span class="warn"> two histories</span>}
                </>
              ),
            },
            { title: "Unsent", isNumber: true, cell: (each) => each.unsent },
            { title: "Clock", isNumber: true, cell: (each) => formatClockError(each.clockErrorMs) },
            {
              title: "Last heard",
              isNumber: true,
              cell: (each) =>
                each.lastSeenMs === null ? "never" : formatDateTime(each.lastSeenMs, timeZone),
            },
            { title: "Software", isNumber: true, cell: (each) => each.software },
          ]}
        />
      )}
    </Frame>
  );
}
