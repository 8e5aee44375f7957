import { useEffect, useRef, useState } from "preact/hooks";
import type { VNode } from "preact";
import type { KeyName } from "../../hal/ports.ts";
import { contact } from "./api.ts";

/** Laptop keys beside the keypad's own names: Enter takes, Backspace deletes, as the screens say of # and *. */
const LAPTOP_KEYS: Readonly<Record<string, KeyName>> = {
  Enter: "#",
  Backspace: "*",
  a: "A",
  b: "B",
  c: "C",
  d: "D",
};

const HINTS: Readonly<Partial<Record<KeyName, string>>> = {
  "2": "abc",
  "3": "def",
  "4": "ghi",
  "5": "jkl",
  "6": "mno",
  "7": "pqrs",
  "8": "tuv",
  "9": "wxyz",
  "*": "back",
  "#": "take",
};

/** PointerEvent.button of the left mouse button, a finger or a pen (Pointer Events, 4.1.1). */
const MAIN_BUTTON = 0;

/** A keypad whose keys close switches in the simulated matrix for as long as they are held. */
export function Keypad({ layout }: { readonly layout: readonly (readonly (KeyName | null)[])[] }): VNode {
  const [down, setDown] = useState<ReadonlySet<KeyName>>(new Set());
  const held = useRef(new Set<KeyName>());

  function press(key: KeyName): void {
    if (held.current.has(key)) return;
    held.current.add(key);
    setDown(new Set(held.current));
    contact(key, true);
  }
  function release(key: KeyName): void {
    if (!held.current.delete(key)) return;
    setDown(new Set(held.current));
    contact(key, false);
  }

  useEffect(() => {
    const keys = new Set(layout.flat().filter((key) => key !== null));
    const named = (event: KeyboardEvent): KeyName | undefined => {
      if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
      const alias = LAPTOP_KEYS[event.key];
      return alias !== undefined && keys.has(alias) ? alias : [...keys].find((key) => key === event.key);
    };
    // A key keeps the focus after a click, and Enter is # all the same; only a link has a use for it, and a form for all.
    const isControl = ({ target, key }: KeyboardEvent): boolean =>
      target instanceof HTMLElement &&
      (target.closest("form") !== null || (target.closest("a") !== null && key === "Enter"));
    const onDown = (event: KeyboardEvent): void => {
      const key = named(event);
      if (key === undefined || isControl(event)) return;
      event.preventDefault();
      if (!event.repeat) press(key);
    };
    const onUp = (event: KeyboardEvent): void => {
      // "#" may need Shift, which can be let go first; then the name at release is another one. Let all go.
      const key = named(event);
      if (key !== undefined) release(key);
      else if (event.key === "Shift") for (const each of [...held.current]) release(each);
    };
    const letGo = (): void => {
      for (const each of [...held.current]) release(each);
    };
    addEventListener("keydown", onDown);
    addEventListener("keyup", onUp);
    addEventListener("blur", letGo);
    return () => {
      removeEventListener("keydown", onDown);
      removeEventListener("keyup", onUp);
      removeEventListener("blur", letGo);
    };
  }, [layout]);

  return (
    <div class="keypad" style={{ "--columns": String(layout[0]?.length ?? 4) }}>
      {layout.flat().map((key, index) =>
        key === null ? (
          <span key={index} />
        ) : (
          <button
            type="button"
            key={key}
            class={`key ${down.has(key) ? "down" : ""} ${/\d/.test(key) ? "" : "function"}`}
            aria-label={`Key ${key}`}
            onPointerDown={(event) => {
              if (event.button !== MAIN_BUTTON) return;
              event.currentTarget.setPointerCapture(event.pointerId);
              press(key);
            }}
            onPointerUp={() => release(key)}
            onPointerCancel={() => release(key)}
            onKeyDown={(event) => {
              if (event.key === " ") press(key);
            }}
            onKeyUp={(event) => {
              if (event.key === " ") release(key);
            }}
          >
            <span class="cap">{key}</span>
            {HINTS[key] !== undefined && <span class="hint">{HINTS[key]}</span>}
          </button>
        ),
      )}
    </div>
  );
}
