import type { JSX } from "preact";
import { Dialog } from "./dialog.tsx";

interface Props {
  readonly title: string;
  readonly hint: string;
  readonly secret: string;
  /** Takes it off the page. */
  readonly onClose: () => void;
}

/** Something that the hub tells once, to be copied. */
export function Once({ title, hint, secret, onClose }: Props): JSX.Element {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{hint}</p>
      <Secret text={secret} onClose={onClose} />
    </Dialog>
  );
}

/** Within a dialog: what is to be copied, and the end of it. */
export function Secret({
  text,
  onClose,
}: {
  readonly text: string;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <>
      <pre class="secret" tabIndex={0}>
        {text}
      </pre>
      <p class="buttons">
        <button type="button" class="main" onClick={onClose}>
          Done
        </button>
      </p>
    </>
  );
}
