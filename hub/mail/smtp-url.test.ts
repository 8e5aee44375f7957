import { describe, expect, test } from "vitest";
import { parseSmtpUrl, usualSender, type SmtpServer } from "./smtp-url.ts";

const NOBODY = { signIn: null };
const OLGA = { signIn: { user: "olga", password: "secret" } };

describe("the URL of a mail server", () => {
  test.each<[string, SmtpServer]>([
    ["smtp://mail.example.com", { host: "mail.example.com", port: 25, tls: "offered", ...NOBODY }],
    ["smtp://mail.example.com:2525/", { host: "mail.example.com", port: 2525, tls: "offered", ...NOBODY }],
    ["smtps://mail.example.com", { host: "mail.example.com", port: 465, tls: "from-the-start", ...NOBODY }],
    ["smtp://olga:secret@mail", { host: "mail", port: 587, tls: "required", ...OLGA }],
    ["smtps://olga:secret@mail:25", { host: "mail", port: 25, tls: "from-the-start", ...OLGA }],
    ["smtp://localhost", { host: "localhost", port: 25, tls: "none", ...NOBODY }],
    ["smtp://127.0.0.1:25", { host: "127.0.0.1", port: 25, tls: "none", ...NOBODY }],
    ["smtp://[::1]:25", { host: "::1", port: 25, tls: "none", ...NOBODY }],
    ["smtp://[2001:db8::1]", { host: "2001:db8::1", port: 25, tls: "offered", ...NOBODY }],
    ["SMTP://Mail.Example.com", { host: "mail.example.com", port: 25, tls: "offered", ...NOBODY }],
    [
      "smtps://olga%40example.com:p%3A%2F%40ss@mail",
      {
        host: "mail",
        port: 465,
        tls: "from-the-start",
        signIn: { user: "olga@example.com", password: "p:/@ss" },
      },
    ],
  ])("%s", (url, server) => {
    expect(parseSmtpUrl(url)).toEqual(server);
  });

  test.each([
    "",
    "mail.example.com",
    "mail.example.com:25",
    "http://mail",
    "smtp:mail",
    "smtp://",
    "smtp://:25",
    "smtp://mail:0",
    "smtp://mail:65536",
    "smtp://mail:x",
    "smtp://olga@mail",
    "smtp://:secret@mail",
    "smtp://olga:%zz@mail",
    "smtp://mail/path",
    "smtp://mail?secret=1",
    "smtp://mail#secret",
    "smtp://ma il",
    "smtp://mail,other",
    "smtp://-mail",
  ])("%j is none, and what says so does not repeat it", (url) => {
    expect(() => parseSmtpUrl(url)).toThrow(expect.objectContaining({ code: "mail.url" }));
    expect(() => parseSmtpUrl(url.replace("mail", "mail-secret!"))).not.toThrow("secret!");
  });
});

test("mails come from whom the hub signs in as, where that is an address, or from this machine", () => {
  const usual = (url: string): string => usualSender(parseSmtpUrl(url), "pi.example.com");
  expect(usual("smtps://hub%40example.com:secret@mail")).toBe("hub@example.com");
  expect(usual("smtps://hub:secret@mail")).toBe("punchbox@pi.example.com");
  expect(usual("smtp://mail")).toBe("punchbox@pi.example.com");
});
