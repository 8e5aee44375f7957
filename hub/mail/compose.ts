import type { Letter } from "./letter.ts";

/** A letter as text and as HTML, with the same words. `hubUrl` is the page's address, ending in a slash. */

export function linkOf({ action }: Letter, hubUrl: string): string {
  return `${hubUrl}#${encodeURI(action.view)}`;
}

export function composeText(letter: Letter, hubUrl: string): string {
  const { paragraphs, action, footer } = letter;
  return [...paragraphs, `${action.label}: ${linkOf(letter, hubUrl)}`, `-- \n${footer}`].join("\n\n") + "\n";
}

/** No images, no style sheets, nothing fetched: it is read in the dark as in the light, and tells nobody that it was. */
export function composeHtml(letter: Letter, hubUrl: string): string {
  const { subject, paragraphs, action, footer } = letter;
  return [
    "<!doctype html>",
    `<html><head><meta charset="utf-8"><title>${escape(subject)}</title></head>`,
    '<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">',
    ...paragraphs.map((each) => `<p>${escape(each)}</p>`),
    `<p><a href="${escape(linkOf(letter, hubUrl))}">${escape(action.label)}</a></p>`,
    `<p><small>${escape(footer)}</small></p>`,
    "</body></html>\n",
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
