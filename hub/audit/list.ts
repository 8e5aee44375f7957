import type { PersonId } from "../../protocol/ids.ts";
import type { Queries } from "../store/schema.ts";

export interface AuditListing {
  readonly id: string;
  readonly atMs: number;
  /** Null: the hub itself. */
  readonly actor: PersonId | null;
  readonly actorName: string | null;
  readonly action: string;
  /** Id of what it was done to. */
  readonly subject: string | null;
  /** Of a person or kiosk; null for anything else. */
  readonly subjectName: string | null;
}

/** Where a page of the log ends: the instant, and which entry of it. */
export type AuditPosition = readonly [atMs: number, id: string];

/** The audit log, the newest first, at most `most`, those before `before` (null: from the newest on). */
export async function listAudit(
  queries: Queries,
  before: AuditPosition | null,
  most: number,
): Promise<AuditListing[]> {
  let selected = queries
    .selectFrom("audit")
    .leftJoin("people as actors", "actors.id", "audit.actor")
    .leftJoin("people as subjects", (join) =>
      join.on((expression) =>
        expression(expression.ref("audit.subject"), "=", expression.cast<string>("subjects.id", "text")),
      ),
    )
    .leftJoin("kiosks", (join) =>
      join.on((expression) =>
        expression(expression.ref("audit.subject"), "=", expression.cast<string>("kiosks.id", "text")),
      ),
    )
    .select(["audit.id", "audit.at_ms", "audit.actor", "audit.action", "audit.subject"])
    .select(["actors.name as actor_name", "subjects.name as subject_name"])
    .select((expression) => expression.fn.coalesce("kiosks.deleted_name", "kiosks.name").as("kiosk_name"))
    .orderBy("audit.at_ms", "desc")
    .orderBy("audit.id", "desc")
    .limit(most);
  if (before !== null) {
    selected = selected.where((expression) =>
      expression(expression.refTuple("audit.at_ms", "audit.id"), "<", expression.tuple(before[0], before[1])),
    );
  }
  return (await selected.execute()).map((row) => ({
    id: row.id,
    atMs: row.at_ms,
    actor: row.actor,
    actorName: row.actor_name,
    action: row.action,
    subject: row.subject,
    subjectName: row.subject_name ?? row.kiosk_name,
  }));
}
