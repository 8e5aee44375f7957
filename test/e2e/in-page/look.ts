/** Looks at a page from within it. Each answers with what is wrong, in words that find it. */

const TARGETS = "button, input, select, textarea, summary, a[href]";

/** The open dialog, which is all that can be used while it is there, or the page. */
function scope(): HTMLElement {
  return document.querySelector<HTMLDialogElement>("dialog[open]") ?? document.body;
}

function targets(): HTMLElement[] {
  return [...scope().querySelectorAll<HTMLElement>(TARGETS)].filter((each) => each.checkVisibility());
}

function nameOf(element: Element): string {
  return element.outerHTML.slice(0, 140);
}

/** What only screen readers are told is clipped to nothing. */
function isClipped(element: Element | null): boolean {
  if (element === null) return false;
  return getComputedStyle(element).clipPath !== "none" || isClipped(element.parentElement);
}

/** Whatever reaches beyond the right edge, and boxes that scroll sideways by themselves. */
export function sidewaysScrollers(): string[] {
  const { clientWidth, scrollWidth } = document.documentElement;
  const found: Element[] = [];
  for (const each of document.body.querySelectorAll("*")) {
    if (!each.checkVisibility() || isClipped(each)) continue;
    const { overflowX } = getComputedStyle(each);
    const scrolls = (overflowX === "auto" || overflowX === "scroll") && each.scrollWidth > each.clientWidth;
    if (scrolls || each.getBoundingClientRect().right > clientWidth + 0.5) found.push(each);
  }
  // What is in a box that is too wide is no news.
  const outermost = found.filter((each) => !found.some((other) => other !== each && other.contains(each)));
  const sizes = scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide, not ${clientWidth}`] : [];
  return [...sizes, ...outermost.map(nameOf)];
}

/** Targets smaller than this, CSS pixels. A link within a sentence is as high as its line. */
export function smallTargets(minPx: number): string[] {
  const found: string[] = [];
  for (const each of targets()) {
    const isLink = each instanceof HTMLAnchorElement && getComputedStyle(each).display === "inline";
    if (isLink && each.parentElement?.textContent !== each.textContent) continue;
    // The label of a tick is part of its target.
    const isTick = each instanceof HTMLInputElement && ["checkbox", "radio"].includes(each.type);
    const { width, height } = ((isTick ? each.closest("label") : null) ?? each).getBoundingClientRect();
    // Half a pixel is rounding.
    if (Math.min(width, height) < minPx - 0.5) {
      found.push(`${Math.round(width)} x ${Math.round(height)}: ${nameOf(each)}`);
    }
  }
  return found;
}

const STOP = "data-stop";

/** Numbers everything that the Tab key should reach; returns how many there are. The focus is put before the first. */
export function numberStops(): number {
  let count = 0;
  for (const each of targets()) {
    // Of a group of radio buttons one is a stop; arrows do the rest.
    const isOther = each instanceof HTMLInputElement && each.type === "radio" && !each.checked;
    if (!each.matches(":disabled") && !isOther) each.setAttribute(STOP, String((count += 1)));
  }
  if (scope() === document.body && document.activeElement instanceof HTMLElement) {
    document.activeElement.blur();
  }
  return count;
}

export interface Stop {
  /** Null for what has no number. */
  readonly stop: string | null;
  /** What is wrong with how it shows that it has the focus. */
  readonly wrong: readonly string[];
}

/** Where the focus is; null when nowhere. */
export function focusedStop(): Stop | null {
  const active = document.activeElement;
  if (active === null || active === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(active);
  const { top, bottom } = active.getBoundingClientRect();
  const isSeen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
  const wrong: string[] = [];
  if (!isSeen) wrong.push(`no visible focus: ${nameOf(active)}`);
  if (bottom <= 0 || top >= innerHeight) wrong.push(`focused out of sight: ${nameOf(active)}`);
  if (!scope().contains(active)) wrong.push(`the focus left the dialog: ${nameOf(active)}`);
  return { stop: active.getAttribute(STOP), wrong };
}

/** Takes the numbers away; returns what was not among those reached. */
export function missedStops(reached: readonly string[]): string[] {
  const missed: string[] = [];
  for (const each of document.querySelectorAll(`[${STOP}]`)) {
    if (!reached.includes(each.getAttribute(STOP) ?? "")) missed.push(`not reached by Tab: ${nameOf(each)}`);
    each.removeAttribute(STOP);
  }
  return missed;
}

/** What the page left in the browser, besides a cookie that no script reads. */
export async function keptInBrowser(): Promise<string[]> {
  return [
    ...Object.keys(localStorage).map((key) => `localStorage ${key}`),
    ...Object.keys(sessionStorage).map((key) => `sessionStorage ${key}`),
    ...(await indexedDB.databases()).map(({ name }) => `database ${name ?? ""}`),
    ...(await caches.keys()).map((key) => `cache ${key}`),
    ...(document.cookie === "" ? [] : ["a cookie that scripts can read"]),
  ];
}

/** How the element that has the focus is called. */
export function focusedName(): string {
  const active = document.activeElement;
  if (active === null || active === document.body) return "";
  const labelled = active instanceof HTMLInputElement || active instanceof HTMLSelectElement;
  const text = labelled ? active.labels?.[0]?.textContent : active.textContent;
  return active.getAttribute("aria-label") ?? text ?? "";
}

/** Whether something that was a name became more than text. */
export function injectedElements(): string[] {
  const foreign = [
    ...document.querySelectorAll("img, iframe, object, script:not([src='/app.js']), [onerror]"),
  ];
  return foreign.map(nameOf);
}

/** Where one can go from here within the page. */
export function addressesHere(): string[] {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')];
  return links.map((each) => each.hash.slice(1));
}

/** What the buttons of the view say; of those that say the same the first is as good as any. */
export function buttonTexts(): string[] {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("main button:not([type=submit])")];
  const texts = buttons.filter((each) => each.checkVisibility()).map((each) => each.textContent.trim());
  return [...new Set(texts)];
}
