import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { build } from "esbuild";
import type { Page } from "playwright-core";

/** What can be asked of any page. Each answers with what is wrong, in words that find it; nothing wrong is an empty list. */

/** `in-page/look.ts` as a script; the page's own policy does not concern what a test evaluates. */
async function bundleLook(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("in-page/look.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "look",
    logLevel: "silent",
  });
  return outputFiles.map((file) => file.text).join("");
}
let script: Promise<string> | null = null;

/** Runs a function of `in-page/look.ts` there. */
async function run<Result>(page: Page, name: string, ...given: readonly unknown[]): Promise<Result> {
  const source = await (script ??= bundleLook());
  return page.evaluate<Result>(`${source}; look.${name}(...${JSON.stringify(given)})`);
}

export const sidewaysScrollers = (page: Page): Promise<string[]> => run(page, "sidewaysScrollers");
export const keptInBrowser = (page: Page): Promise<string[]> => run(page, "keptInBrowser");

export const focusedName = (page: Page): Promise<string> => run(page, "focusedName");
export const injectedElements = (page: Page): Promise<string[]> => run(page, "injectedElements");
export const addressesHere = (page: Page): Promise<string[]> => run(page, "addressesHere");
export const buttonTexts = (page: Page): Promise<string[]> => run(page, "buttonTexts");

/** Side of a target for a finger, CSS pixels (WCAG 2.2, 2.5.5). */
const MIN_TARGET_PX = 44;
export const smallTargets = (page: Page): Promise<string[]> => run(page, "smallTargets", MIN_TARGET_PX);

/** Presses of the Tab key after which a walk gives up. */
const MAX_STOPS = 400;

/** Walks the page, or its open dialog, with the Tab key: what it does not reach, and what shows no focus. */
export async function keyboardFindings(page: Page): Promise<string[]> {
  const wanted = await run<number>(page, "numberStops");
  const reached = new Set<string>();
  const found = new Set<string>();
  // Once around a dialog more: only behind its last stop does the focus leave one that does not keep it.
  let extra = (await page.getByRole("dialog").isVisible()) ? wanted + 1 : 0;
  for (let turn = 0; turn < MAX_STOPS && (reached.size < wanted || extra > 0); turn += 1) {
    if (reached.size >= wanted) extra -= 1;
    await page.keyboard.press("Tab");
    const focused = await run<{ stop: string | null; wrong: string[] } | null>(page, "focusedStop");
    if (focused === null) continue;
    for (const each of focused.wrong) found.add(each);
    if (focused.stop !== null) reached.add(focused.stop);
  }
  return [...found, ...(await run<string[]>(page, "missedStops", [...reached]))];
}

interface AxeRun {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Serious and critical findings of axe-core: WCAG to 2.2 AA and its own best practices. */
export async function axeFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeRun>(
    `axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`,
  );
  return violations
    .filter((each) => each.impact === "serious" || each.impact === "critical")
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html}`));
}
