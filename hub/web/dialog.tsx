import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useAct } from "./act.ts";

/** Dialogs on the browser's own element: it keeps the focus inside, gives it back, and closes on Escape. */

export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  /** Asked for with Escape: the owner takes the dialog away. */
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    // Only closing gives the focus back; who is taken away does not close by itself.
    return () => {
      current?.close();
      if (document.activeElement === document.body) document.querySelector<HTMLElement>("#view")?.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  /** The button that does it. */
  readonly button: string;
  readonly act: () => Promise<void>;
  /** Done or not, it is over. */
  readonly onClose: () => void;
  /** What will happen. */
  readonly children: ComponentChildren;
}

/** Says what will happen, and asks. */
export function Confirm({ title, button, act, onClose, children }: ConfirmProps): JSX.Element {
  const { isBusy, trouble, run } = useAct();
  const go = async (): Promise<void> => {
    if (await run(act)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <p role="alert" class="warn">
        {trouble?.message}
      </p>
      <p class="buttons">
        <button type="button" class="main" aria-disabled={isBusy} onClick={() => void go()}>
          {button}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </p>
    </Dialog>
  );
}

/** A button that does one thing, waits for it, and says why not. */
export function ActButton({
  act,
  label,
  disabled = false,
  describedBy,
  children,
}: {
  readonly act: () => Promise<void>;
  /** What it does and to whom, where that is not beside it. */
  readonly label?: string;
  /** Why not stands beside it. */
  readonly disabled?: boolean;
  /** Id of what says more. */
  readonly describedBy?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { isBusy, trouble, run } = useAct();
  return (
    <>
      <button
        type="button"
        aria-label={label}
        aria-describedby={describedBy}
        disabled={disabled}
        aria-disabled={isBusy}
        onClick={() => void run(act)}
      >
        {children}
      </button>
      {trouble !== null && (
        <span role="alert" class="warn">
          {trouble.message}
        </span>
      )}
    </>
  );
}
