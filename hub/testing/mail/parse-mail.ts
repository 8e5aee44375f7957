import { CodedError } from "../../../protocol/errors.ts";

/** A message as a reader's program understands it (RFC 5322, RFC 2045 to 2047): as much as two parts of text need. */
export interface ReadMail {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
  readonly html: string;
}

export function readMail(message: string): ReadMail {
  const { headers, body } = split(message);
  const boundary = /^multipart\/alternative;.*boundary="([^"]+)"/.exec(
    headers.get("content-type") ?? "",
  )?.[1];
  if (boundary === undefined) throw new CodedError("test.mail", "not a mail of two parts");
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((each) => split(each.replace(/^\r\n/, "").replace(/\r\n$/, "")));
  const partOf = (type: string): string => {
    const found = parts.find((part) => part.headers.get("content-type")?.startsWith(`${type};`));
    if (found === undefined) throw new CodedError("test.mail", `no part ${type}`);
    return decodeBody(found.body, found.headers.get("content-transfer-encoding") ?? "7bit");
  };
  return { headers, text: partOf("text/plain"), html: partOf("text/html") };
}

function split(message: string): { readonly headers: Map<string, string>; readonly body: string } {
  const end = message.indexOf("\r\n\r\n");
  const lines = message
    .slice(0, end)
    .replaceAll(/\r\n(?=[ \t])/g, "")
    .split("\r\n");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [name = "", ...value] = line.split(":");
    headers.set(name.toLowerCase(), decodeWords(value.join(":").trim()));
  }
  return { headers, body: message.slice(end + 4) };
}

/** RFC 2047 encoded words; blanks between two of them are not there. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/(?:=\?UTF-8\?[BQ]\?[^?]*\?=)+/gi, (run) =>
      Buffer.concat(
        [...run.matchAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi)].map(([, how = "", word = ""]) =>
          how.toUpperCase() === "B"
            ? Buffer.from(word, "base64")
            : quotedPrintable(word.replaceAll("_", " ")),
        ),
      ).toString("utf8"),
    );
}

function decodeBody(body: string, encoding: string): string {
  const bytes =
    encoding === "base64"
      ? Buffer.from(body, "base64")
      : encoding === "quoted-printable"
        ? quotedPrintable(body.replaceAll(/=\r\n/g, ""))
        : Buffer.from(body, "latin1");
  return bytes.toString("utf8").replaceAll("\r\n", "\n");
}

function quotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  );
}
