import { expect, test } from "vitest";
import { composeHtml, composeText } from "./compose.ts";
import { oneLine } from "./one-line.ts";

const HOSTILE = `</p><script>alert("1")</script><img src='x'> & Søn`;
const LETTER = {
  subject: `${HOSTILE} forgot`,
  paragraphs: [`${HOSTILE} asked.`, "Second."],
  action: { label: "Open", view: "requests" },
  footer: `Punchbox of ${HOSTILE}`,
};

test("a name is text in HTML, wherever it stands", () => {
  const html = composeHtml(LETTER, "https://hub.example.com/");
  const tags = [...html.matchAll(/<\/?([a-z!]+)/g)].map(([, tag]) => tag);
  expect(new Set(tags)).toEqual(
    new Set(["!doctype", "html", "head", "meta", "title", "body", "p", "a", "small"]),
  );
  expect(html).toContain("&lt;img src=&#39;x&#39;&gt; &amp; Søn asked.");
  expect(html).toContain('href="https://hub.example.com/#requests"');
});

test("text and HTML say the same", () => {
  const text = composeText(LETTER, "https://hub.example.com/");
  const words = composeHtml(LETTER, "https://hub.example.com/")
    .replaceAll(/<(?:title>.*<\/title|[^>]*)>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&")
    .split(/\s+/);
  const plain = text.replace(": https://hub.example.com/#requests", "").replace("-- \n", "").split(/\s+/);
  expect(plain.filter((word) => word !== "")).toEqual(words.filter((word) => word !== ""));
});

test("a name stays on one line, and turns nothing around it", () => {
  expect(oneLine(" Ana\r\n\tBcc:\u2028x\u0085y\u0000\u202ez\u2069 ")).toBe("Ana Bcc: x y z");
  expect(oneLine("Łucja O’Neill 🍺 עברית")).toBe("Łucja O’Neill 🍺 עברית");
});
