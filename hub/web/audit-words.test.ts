import { describe, expect, it } from "vitest";
import { auditWords } from "./audit-words.ts";

describe("the audit log in words", () => {
  it("says to whom or what it was done, by name, and keeps the name to itself", () => {
    expect(auditWords("pin.shown", "Ana Kovač")).toBe("looked at the PIN of \u2068Ana Kovač\u2069");
    expect(auditWords("kiosk.edited", "$& <b>…")).toBe("edited the kiosk \u2068$& <b>…\u2069");
  });

  it("keeps an act that has no name to say, and one of a newer hub", () => {
    expect(auditWords("access.signed-in", "Ana Kovač")).toBe("signed in");
    expect(auditWords("person.added", null)).toBe("added someone unknown");
    expect(auditWords("moon.landed", null)).toBe("moon.landed");
    expect(auditWords("moon.landed", "Ana")).toBe("moon.landed \u2068Ana\u2069");
  });
});
