import { describe, expect, it } from "vitest";
import { networkOf, trierOf } from "./throttle.ts";

describe("addresses", () => {
  it.each([
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("%s counts as %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});

describe("accounts", () => {
  it("are the same in whichever case and form they are typed, and cannot be read from what is kept", () => {
    const { account } = trierOf(" Ana.Kovač@Example.com ", "192.0.2.7");
    expect(trierOf("ana.kovač@example.com".normalize("NFD"), "192.0.2.7").account).toBe(account);
    expect(account).toMatch(/^[0-9a-f]{64}$/);
  });
});
