import { describe, expect, test } from "vitest";
import { bcm } from "../ports.ts";
import { encodeLineRequest } from "./line-request.ts";
import {
  GET_CHIPINFO,
  GET_LINE,
  GET_LINE_INFO,
  GET_VALUES,
  LINE_CONFIG,
  SET_CONFIG,
  SET_VALUES,
} from "./uapi.ts";

/** What a C compiler makes of linux/gpio.h; written out here, so that a wrong constant of ours does not agree with itself. */
const NONE_READ_WRITE = { read: 2, readWrite: 3 };
const code = (direction: number, number: number, bytes: number) =>
  direction * 2 ** 30 + bytes * 2 ** 16 + 0xb4 * 2 ** 8 + number;

describe("the bytes of the GPIO character device", () => {
  test("are asked for with the kernel's request numbers", () => {
    expect(GET_CHIPINFO).toBe(code(NONE_READ_WRITE.read, 0x01, 68));
    expect(GET_LINE_INFO).toBe(code(NONE_READ_WRITE.readWrite, 0x05, 256));
    expect(GET_LINE).toBe(code(NONE_READ_WRITE.readWrite, 0x07, 592));
    expect(SET_CONFIG).toBe(code(NONE_READ_WRITE.readWrite, 0x0d, 272));
    expect(LINE_CONFIG.bytes).toBe(272);
    expect(GET_VALUES).toBe(code(NONE_READ_WRITE.readWrite, 0x0e, 16));
    expect(SET_VALUES).toBe(code(NONE_READ_WRITE.readWrite, 0x0f, 16));
  });

  test("lay out a keypad's lines as linux/gpio.h does", () => {
    const bytes = encodeLineRequest("punchbox keypad", [
      { bcm: bcm(5), direction: "out", drive: "open-drain", initial: false },
      { bcm: bcm(6), direction: "out", drive: "open-drain", initial: true },
      { bcm: bcm(12), direction: "in", pull: "up", edges: "both" },
    ]);
    const view = new DataView(bytes.buffer);
    const u32 = (at: number) => view.getUint32(at, true);
    expect(bytes).toHaveLength(592);
    expect([u32(0), u32(4), u32(8), u32(12)]).toEqual([5, 6, 12, 0]);
    expect(new TextDecoder().decode(bytes.subarray(256, 272))).toBe("punchbox keypad\0");
    // OUTPUT | OPEN_DRAIN for all; INPUT | EDGE_RISING | EDGE_FALLING | BIAS_PULL_UP for line 2; levels of lines 0 and 1.
    expect(u32(288)).toBe(8 | 64);
    expect(u32(296)).toBe(2);
    expect([u32(320), u32(328), u32(336)]).toEqual([1, 4 | 16 | 32 | 256, 0b100]);
    expect([u32(344), u32(352), u32(360)]).toEqual([2, 0b10, 0b11]);
    expect(u32(560)).toBe(3);
    expect(u32(564)).toBe(0);
    expect(u32(588)).toBe(0);
  });

  test("cut a consumer's name to what the kernel takes, and end it with a zero", () => {
    const bytes = encodeLineRequest("x".repeat(50), [
      { bcm: bcm(5), direction: "in", pull: "none", edges: "none" },
    ]);
    expect(bytes[256 + 30]).toBe("x".charCodeAt(0));
    expect(bytes[256 + 31]).toBe(0);
  });
});
