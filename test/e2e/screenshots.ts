import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, ROOT, startSimulator, type RunningSimulator } from "../start/simulator-process.ts";
import { openBrowser, openPage } from "./browser.ts";

/** `npm run screenshots`: makes the pictures of the README anew, from the program itself. Needs Chromium. */

const IMAGES = join(ROOT, "docs", "images");
const WIDTH = 1200;

/** A morning at the bar: enough punches for the hub's page to have something to show. The last one stays on screen. */
async function punch({ client }: RunningSimulator): Promise<void> {
  for (const keys of ["10387306", "11772958", "15198062", "14209573", "17341749"]) {
    await client.press(keys);
    await client.see(/^IN /);
    await client.idle();
  }
  await client.press("11772958");
  await client.see(/already/);
  await client.press("1");
  await client.see(/^OUT /);
  await client.idle();
  await client.press("10014821");
  await client.see(/^IN /, /^Ana Kovač/, /^Today/, /undo/);
}

const folder = makeFolder();
try {
  mkdirSync(IMAGES, { recursive: true });
  const browser = await openBrowser();
  try {
    const simulator = await startSimulator(folder.path);
    const terminal = await openPage(browser, simulator.url, { width: WIDTH, height: 800 });
    const hub = await openPage(browser, simulator.hubUrl, { width: WIDTH, height: 800 });
    await punch(simulator);
    await terminal.page.getByTestId("screen").filter({ hasText: "Ana Kovač" }).waitFor({ state: "attached" });
    await terminal.page.getByText("Last: in", { exact: true }).waitFor();
    await terminal.page.screenshot({ path: join(IMAGES, "terminal.png"), fullPage: true });
    await hub.page.getByRole("row").filter({ hasText: "Ana Kovač" }).first().waitFor();
    await hub.page.screenshot({ path: join(IMAGES, "hub.png"), fullPage: true });
    await hub.page.getByRole("link", { name: "Team" }).click();
    await hub.page.getByRole("button", { name: "Edit PIN of Jan Novák" }).click();
    await hub.page.getByRole("button", { name: "Generate" }).click();
    await hub.page.getByText("nothing is stored before Save").waitFor();
    await hub.page.screenshot({ path: join(IMAGES, "hub-edit-pin.png") });
    await simulator.process.stop();
  } finally {
    await browser.close();
  }
  for (const name of ["terminal", "hub", "hub-edit-pin"]) console.log(`wrote ${join(IMAGES, `${name}.png`)}`);
} finally {
  await folder.remove();
}
