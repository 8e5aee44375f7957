import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Confirm } from "./dialog.tsx";

/** A button that first says what will happen. */
export function Asked({
  button,
  title,
  isDanger = false,
  act,
  children,
}: {
  readonly button: string;
  readonly title: string;
  /** What it does cannot be undone. */
  readonly isDanger?: boolean;
  readonly act: () => Promise<void>;
  readonly children: ComponentChildren;
}): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class={isDanger ? "danger" : ""} onClick={() => setOpen(true)}>
        {button}
      </button>
      {isOpen && (
        <Confirm title={title} button={button} act={act} onClose={() => setOpen(false)}>
          {children}
        </Confirm>
      )}
    </>
  );
}
