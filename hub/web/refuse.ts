import { Refused } from "./api.ts";

/** What the page itself refuses to send, said as the hub's refusals are. `code` says which field it is about. */
export function refuse(code: string, detail: string): Refused {
  return new Refused({ type: "about:blank", title: "Not sent", status: 400, code, detail });
}
