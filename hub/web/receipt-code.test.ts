import { describe, expect, it } from "vitest";
import { readReceiptCode } from "./receipt-code.ts";

describe("a receipt's code", () => {
  it("is read in whatever case and spacing, with O for 0 and I or L for 1", () => {
    expect(readReceiptCode("7k2m9q4x")).toBe("7k2m9q4x");
    expect(readReceiptCode(" 7K2M-9Q4X ")).toBe("7k2m9q4x");
    expect(readReceiptCode("oOiI lL01")).toBe("00111101");
  });

  it("is none with another length, or with a U", () => {
    expect(readReceiptCode("7k2m9q4")).toBeNull();
    expect(readReceiptCode("7k2m9q4x1")).toBeNull();
    expect(readReceiptCode("7k2m9q4u")).toBeNull();
    expect(readReceiptCode("")).toBeNull();
  });
});
