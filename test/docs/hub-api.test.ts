import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openTestHub } from "../../hub/testing/hub.ts";
import { TestApi } from "../../hub/testing/api.ts";

const page = readFileSync(join(fileURLToPath(new URL("../..", import.meta.url)), "docs/hub-api.md"), "utf8");

test("docs/hub-api.md has a row for every route of the hub, with who may and what it does, and no other", async () => {
  const hub = await openTestHub();
  const api = new TestApi(hub);
  const wanted = [...(await api.document()).operations].map(([route, { security, summary }]) => {
    const of = (kind: string) => security.find((each) => kind in each)?.[kind];
    const role = of("session")?.join("") ?? "anyone";
    return [`\`${route}\``, role, of("token")?.join(", ") ?? "", summary].join("|");
  });
  await api.app.close();
  await hub.core.close();
  const rows = page
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()).join("|"));
  expect(rows).toEqual(wanted);
});
