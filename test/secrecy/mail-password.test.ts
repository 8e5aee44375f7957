import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PAGE_FILES } from "../../hub/http/page-files.ts";
import { openHub } from "../../hub/start.ts";
import { ScriptedSmtp } from "../../hub/testing/mail/scripted-smtp.ts";
import { SmtpInbox } from "../../hub/testing/mail/smtp-inbox.ts";
import { forgetPin, readersAt } from "../../hub/testing/mail/notices.ts";
import { systemRandom, systemScheduler, systemWallClock } from "../../protocol/seams/clocks.ts";
import { hmacKdf } from "../../sim/world/hmac-kdf.ts";
import { eventually, PATIENCE_MS } from "../start/polling.ts";
import { makeFolder, OwnProcess, type FolderForTests } from "../start/simulator-process.ts";

/** The password of the mail server has no path to a log, a file or what a hub prints, whatever goes wrong with it. */

const PASSWORD = "Zx9-mail-password-Qw7";
const FORMS = [PASSWORD, ...["base64", "hex"].map((form) => Buffer.from(PASSWORD).toString(form as "hex"))];

/** Each starts a hub as a process of its own. */
vi.setConfig({ testTimeout: 3 * PATIENCE_MS, hookTimeout: PATIENCE_MS });

let folder: FolderForTests;
beforeEach(async () => {
  folder = makeFolder();
  mkdirSync(join(folder.path, "page"));
  for (const { file } of PAGE_FILES) writeFileSync(join(folder.path, "page", file), "");
  const hub = await openHub({
    data: { dataDir: join(folder.path, "data") },
    scheduler: systemScheduler,
    wallClock: systemWallClock,
    random: systemRandom,
    kdf: hmacKdf,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    timeZone: "UTC",
    firstStart: "empty",
  });
  await readersAt(hub, "olga@example.com");
  await forgetPin(hub);
  await hub.close();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await folder.remove();
});

function start(smtpUrl: string): OwnProcess {
  vi.stubEnv("PUNCHBOX_SMTP_URL", smtpUrl);
  vi.stubEnv("PUNCHBOX_LOG", "trace");
  const flags = ["--port", "0", "--data", join(folder.path, "data"), "--page", join(folder.path, "page")];
  return new OwnProcess(["hub/main.ts", ...flags]);
}

function expectNothingOfIt(...texts: readonly string[]): void {
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
  expect(files.join("")).toContain("olga@example.com");
  for (const form of FORMS) expect([...texts, ...files].filter((text) => text.includes(form))).toEqual([]);
}

test("not when the server refuses it, repeating it", async () => {
  const heard: unknown[] = [];
  const inbox = await SmtpInbox.open({
    disabledCommands: ["STARTTLS"],
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => {
      heard.push(password);
      done(new Error(`535 not ${password ?? ""}`));
    },
  });
  const hub = start(`smtp://olga:${PASSWORD}@127.0.0.1:${inbox.port}`);
  await eventually(
    "the refusal",
    () => hub.printed.stdout,
    (text) => text.includes("mail.sign-in"),
  );
  const { stdout, stderr } = await hub.stop("SIGTERM");
  await inbox.close();
  expect(heard).toContain(PASSWORD);
  expectNothingOfIt(stdout, stderr);
});

test("not when the URL is wrong", async () => {
  const { code, stdout, stderr } = await start(`smtp://olga:${PASSWORD}@127.0.0.1:25/${PASSWORD}`).ended();
  expect([code, stderr]).toEqual([1, expect.stringContaining("(mail.url)")]);
  expectNothingOfIt(stdout, stderr);
});

test("not when the server says no to everything", async () => {
  const server = await ScriptedSmtp.open({ EHLO: "502 no" });
  const hub = start(`smtp://olga:${PASSWORD}@127.0.0.1:${server.port}`);
  await eventually(
    "the failure",
    () => hub.printed.stdout,
    (text) => text.includes('"code":"mail.'),
  );
  const { stdout, stderr } = await hub.stop("SIGTERM");
  await server.close();
  expectNothingOfIt(stdout, stderr);
});
