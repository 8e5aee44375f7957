import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSmtp } from "../../hub/mail/smtp.ts";
import { describeMailTransport } from "../../hub/mail/transport.contract.ts";
import { PAGE_FILES } from "../../hub/http/page-files.ts";
import { arrivedMail } from "../../hub/testing/mail/arrived.ts";
import { forgetPin, readersAt } from "../../hub/testing/mail/notices.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { openHub, type HubCore } from "../../hub/start.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { eventually } from "../start/polling.ts";
import { OwnProcess } from "../start/simulator-process.ts";
import { Exim } from "./exim.ts";

/** Mail by a real mail server, Debian's Exim; test/run.ts leaves it out where there is none. */

describeMailTransport("SMTP to Exim", async () => {
  const exim = await Exim.open();
  const server = { host: "127.0.0.1", port: exim.port, tls: "none", signIn: null } as const;
  return {
    transport: openSmtp(server, systemScheduler),
    async arrived(count) {
      const messages = await eventually(
        `mail number ${count}`,
        () => exim.messages(),
        ({ length }) => length >= count,
      );
      return messages.map(arrivedMail);
    },
    close: () => exim.close(),
  };
});

describe("the hub's own process, with a real mail server", () => {
  let folder: string;
  let exim: Exim;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "punchbox-mail-"));
    exim = await Exim.open();
    mkdirSync(join(folder, "page"));
    for (const { file } of PAGE_FILES) writeFileSync(join(folder, "page", file), "");
  });
  afterEach(async () => {
    await exim.close();
    rmSync(folder, { recursive: true });
  });

  const start = (...flags: readonly string[]): OwnProcess =>
    new OwnProcess([
      "hub/main.ts",
      ...["--port", "0", "--data", join(folder, "data"), "--page", join(folder, "page")],
      ...flags,
    ]);
  const listening = (hub: OwnProcess) =>
    eventually(
      "the hub",
      () => hub.printed.stdout,
      (text) => text.includes("Terminals connect to"),
    );
  /** While no hub runs: what has happened at its terminals. */
  const inDatabase = async <Result>(act: (hub: HubCore) => Promise<Result>): Promise<Result> => {
    const hub = await openHub({
      data: { dataDir: join(folder, "data") },
      scheduler: systemScheduler,
      wallClock: systemWallClock,
      random: systemRandom,
      kdf: hmacKdf,
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      timeZone: "Europe/Zagreb",
      firstStart: "empty",
    });
    try {
      return await act(hub);
    } finally {
      await hub.close();
    }
  };
  const fetched = (count: number) =>
    eventually(
      "the mails",
      () => exim.messages(),
      ({ length }) => length >= count,
    );

  test("mails who forgot their PIN, where and when, to each admin, once over several starts", async () => {
    const first = start();
    await listening(first);
    await first.stop("SIGTERM");
    const { kiosk } = await inDatabase(async (hub) => {
      await readersAt(hub, "olga@example.com", "oto@example.com");
      return forgetPin(hub);
    });

    const flags = ["--smtp", `smtp://127.0.0.1:${exim.port}`, "--mail-from", "hub@example.com"];
    const second = start(...flags, "--url", "https://hub.example.com");
    const mails = (await fetched(2)).map(arrivedMail);
    expect(mails.map((mail) => mail.to).toSorted()).toEqual(["olga@example.com", "oto@example.com"]);
    for (const mail of mails) {
      expect(mail).toMatchObject({
        from: "hub@example.com",
        subject: "Ana Kovač forgot their PIN at Westside Bar",
        text: expect.stringMatching(
          /^Ana Kovač \(number \d{4}\) asked for a new PIN at Westside Bar on \w+, \d+ \w+ 20\d\d at \d\d:\d\d \(Europe\/Zagreb\)\.\n/,
        ) as string,
        html: expect.stringContaining('<a href="https://hub.example.com/#requests">') as string,
      });
      expect(mail.text).toContain("Open the requests: https://hub.example.com/#requests\n");
    }
    const { stdout, stderr, code } = await second.stop("SIGTERM");
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).not.toMatch(/olga|Ana Kovač/);

    await inDatabase((hub) => forgetPin(hub, "Eva Novak", kiosk));
    const third = start(...flags);
    const all = (await fetched(4)).map(arrivedMail);
    await third.stop("SIGTERM");
    expect(all.map((mail) => mail.subject.split(" ")[0]).toSorted()).toEqual(["Ana", "Ana", "Eva", "Eva"]);
  });
});
