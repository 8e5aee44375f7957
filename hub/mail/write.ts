import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { Language } from "../../protocol/roster.ts";
import type { Queries } from "../store/schema.ts";
import { theWorkspace } from "../workspace/workspace.ts";
import type { Letter } from "./letter.ts";
import { oneLine } from "./one-line.ts";
import type { Notice } from "./queue.ts";
import { mailTexts, type MailTexts, type Words } from "./texts/texts.ts";

/** Writes a notice's letter in a language; null: the workspace's. */
export type Writer = (language: Language | null) => Letter;

/** The furthest instants that a Date can be (ECMA-262, time values): a terminal's clock may say anything. */
const FURTHEST_MS = 8.64e15;

/** Looks up who and what a notice is about. Names are as they are now, kiosks also when they were deleted since. */
export async function prepareLetters(queries: Queries, notice: Notice): Promise<Writer> {
  const workspace = await theWorkspace(queries);
  const kiosk = await kioskOf(queries, notice.kiosk);
  const who = whoOf(notice);
  const person = who === null ? null : await personOf(queries, who);
  const atMs = Math.min(Math.max(notice.atMs, -FURTHEST_MS), FURTHEST_MS);
  return (language) => {
    const texts = mailTexts(language ?? workspace.language);
    const when = texts.when(atMs, kiosk.timeZone);
    const { action, ...words } = wordsOf(texts, notice, person, { kiosk: kiosk.name, when });
    return {
      subject: words.subject,
      paragraphs: [...words.paragraphs],
      action: { label: action, view: viewOf(notice) },
      footer: texts.footer(oneLine(workspace.name)),
    };
  };
}

/** Null: it is about nobody. */
function whoOf(notice: Notice): PersonId | null {
  switch (notice.kind) {
    case "forgot-pin":
    case "slow-guess":
      return notice.person;
    case "pins-exported":
      return notice.by;
    case "spray":
    case "fork":
      return null;
  }
}

interface Named {
  readonly name: string;
  readonly number: string;
}

function wordsOf(
  texts: MailTexts,
  notice: Notice,
  person: Named | null,
  facts: { readonly kiosk: string; readonly when: string },
): Words {
  const { name, number } = person ?? NOBODY;
  switch (notice.kind) {
    case "forgot-pin":
      return texts.forgotPin({ ...facts, person: name, number });
    case "slow-guess": {
      const { guesses, mustChange } = notice;
      if (person === null) return texts.slowGuessUniversal({ ...facts, guesses, mustChange });
      return texts.slowGuess({ ...facts, person: name, guesses, mustChange });
    }
    case "spray":
      return texts.spray(facts);
    case "fork":
      return texts.fork(facts);
    case "pins-exported":
      return texts.pinsExported({ ...facts, by: name });
  }
}

/** Where on the page one does something about it. */
function viewOf(notice: Notice): string {
  switch (notice.kind) {
    case "forgot-pin":
    case "slow-guess":
    case "spray":
      return "requests";
    case "fork":
      return "terminals";
    case "pins-exported":
      return "audit";
  }
}

/** Who was erased since. */
const NOBODY: Named = { name: "?", number: "?" };

async function personOf(queries: Queries, person: PersonId): Promise<Named> {
  const row = await queries
    .selectFrom("people")
    .select(["name", "number"])
    .where("id", "=", person)
    .executeTakeFirst();
  return row === undefined ? NOBODY : { name: oneLine(row.name), number: row.number };
}

async function kioskOf(
  queries: Queries,
  kiosk: KioskId,
): Promise<{ readonly name: string; readonly timeZone: string }> {
  const row = await queries
    .selectFrom("kiosks")
    .select(["time_zone"])
    .select((expression) =>
      expression.fn.coalesce("kiosks.deleted_name", "kiosks.name").$notNull().as("name"),
    )
    .where("id", "=", kiosk)
    .executeTakeFirstOrThrow();
  return { name: oneLine(row.name), timeZone: row.time_zone };
}
