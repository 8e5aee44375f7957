import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CodedError } from "../../protocol/errors.ts";
import type { MailTransport, OutgoingMail } from "./transport.ts";

export interface MailRig {
  readonly transport: MailTransport;
  /** Resolves with all mails as their readers find them, as soon as there are this many, in any order. */
  arrived(count: number): Promise<readonly OutgoingMail[]>;
  close(): Promise<void>;
}

const MAIL: OutgoingMail = {
  from: "hub@example.com",
  to: "olga@example.com",
  messageId: "<0123456789abcdef@example.com>",
  atMs: Date.UTC(2026, 10, 24, 6, 2),
  subject: "Ana Kovač forgot their PIN at Westside Bar",
  text: "Ana Kovač asked.\n\nOpen: http://127.0.0.1:8080/#requests\n",
  html: "<!doctype html>\n<p>Ana Kovač asked.</p>\n",
};
const numbered = (number: number): OutgoingMail => ({
  ...MAIL,
  messageId: `<${number}@example.com>`,
  subject: `Number ${number}`,
});
const byName = (mails: readonly OutgoingMail[]): readonly OutgoingMail[] =>
  mails.toSorted((one, other) => (one.messageId < other.messageId ? -1 : 1));
const allow = (): Promise<void> => Promise.resolve();

/** What every transport does. */
export function describeMailTransport(name: string, open: () => Promise<MailRig>): void {
  describe(`mail by ${name}`, () => {
    let rig: MailRig;
    beforeEach(async () => void (rig = await open()));
    afterEach(async () => {
      rig.transport.close();
      await rig.close();
    });

    test("arrives once, with what it says as text and as HTML", async () => {
      expect(await rig.transport.send(MAIL, allow)).toEqual({ result: "sent" });
      expect(await rig.transport.send(numbered(2), allow)).toEqual({ result: "sent" });
      expect(byName(await rig.arrived(2))).toEqual([MAIL, numbered(2)]);
    });

    test("arrives as it was written: every script, long names, lines that are one dot", async () => {
      const name = "Łucja Øberg-Şahin 🍺 ბარი עברית ".repeat(8).trim();
      const mail = {
        ...MAIL,
        subject: `${name} forgot their PIN`,
        text: `.\n..\n${name}\n.\nFrom here =20 on\n${"x".repeat(2_000)}\n`,
        html: `<p>${name}</p>\n.\n`,
      };
      expect(await rig.transport.send(mail, allow)).toEqual({ result: "sent" });
      expect(await rig.arrived(1)).toEqual([mail]);
    });

    test("a subject cannot become another header, nor an address another reader", async () => {
      const subject = "Ana\r\nBcc: eve@example.com\r\n\r\nhello";
      await rig.transport.send({ ...MAIL, subject }, allow);
      const [arrived] = await rig.arrived(1);
      expect(arrived?.to).toBe(MAIL.to);
      expect(arrived?.text).toBe(MAIL.text);
      expect(arrived?.subject).not.toMatch(/[\r\n]/);
      for (const to of [
        "olga@example.com>\r\nRCPT TO:<eve@example.com",
        "olga@example.com, eve@example.com",
      ]) {
        expect(await rig.transport.send({ ...MAIL, to }, allow)).toMatchObject({ result: "refused" });
      }
      await rig.transport.send(numbered(2), allow);
      expect(byName(await rig.arrived(2))).toMatchObject([
        { to: MAIL.to },
        { to: MAIL.to, subject: "Number 2" },
      ]);
    });

    test("leaves only when what comes before the message has been done, which is asked for once", async () => {
      const steps: string[] = [];
      const before = async (): Promise<void> => {
        steps.push("begun");
        await new Promise((resolve) => setImmediate(resolve));
        expect(await rig.arrived(0)).toEqual([]);
        steps.push("done");
      };
      expect(await rig.transport.send(MAIL, before)).toEqual({ result: "sent" });
      expect(steps).toEqual(["begun", "done"]);
    });

    test("does not leave when what comes before the message fails; the next one does", async () => {
      const failure = new CodedError("test.no", "no");
      await expect(rig.transport.send(MAIL, () => Promise.reject(failure))).rejects.toBe(failure);
      expect(await rig.transport.send(numbered(2), allow)).toEqual({ result: "sent" });
      expect(await rig.arrived(1)).toEqual([numbered(2)]);
    });

    test("does not leave once the transport was closed", async () => {
      rig.transport.close();
      const delivery = await rig.transport.send(MAIL, () =>
        Promise.reject(new RangeError("asked all the same")),
      );
      expect(delivery).toEqual({ result: "deferred", code: "mail.stopped", isServer: true });
      expect(await rig.arrived(0)).toEqual([]);
    });
  });
}
