import type { JSX } from "preact";
import { auditsBody } from "../http/schemas.ts";
import { auditWords } from "./audit-words.ts";
import { formatDateTime } from "./format.ts";
import { Frame, Waiting, type ViewProps } from "./page.tsx";
import { Older, usePages } from "./pages.tsx";
import { Table } from "./table.tsx";

/** Every act of an admin, the newest first. */

export function Audit({ workspace: { timeZone } }: ViewProps): JSX.Element {
  const loaded = usePages("audit", auditsBody, (page) => page.audit, [
    "people",
    "kiosks",
    "terminals",
    "requests",
    "workspace",
    "mail",
  ]);
  const { value, more } = loaded;
  return (
    <Frame title="Audit">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <>
          <Table
            label="Audit"
            rows={value.items}
            keyOf={(each) => each.id}
            columns={[
              { title: "When", isNumber: true, cell: (each) => formatDateTime(each.atMs, timeZone) },
              { title: "Who", isName: true, cell: (each) => each.actorName ?? "The hub" },
              { title: "What", cell: (each) => auditWords(each.action, each.subjectName) },
            ]}
          />
          {value.hasMore && <Older more={more} />}
        </>
      )}
    </Frame>
  );
}
