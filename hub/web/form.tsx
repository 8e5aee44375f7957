import { createContext, h, type ComponentChildren, type JSX, type PartialInputHTMLAttributes } from "preact";
import { useContext, useEffect, useId, useRef, useState } from "preact/hooks";
import { useAct, type Act } from "./act.ts";

/** Forms: fields with labels, the hub's refusal said at the field it is about, or above the buttons. */

interface Refusal {
  /** Null: the whole form. */
  readonly field: string | null;
  readonly message: string;
}
const RefusalContext = createContext<Refusal | null>(null);

/** What a form holds: one text a field, without blanks around it unless it is wanted as it was typed. */
export type Filled = (field: string, asTyped?: "as typed") => string;

interface FormProps {
  /** On the button that sends it. */
  readonly button: string;
  /** Says what the fields hold. Rejects as the API does. */
  readonly onSend: (filled: Filled, form: HTMLFormElement) => Promise<void>;
  readonly onCancel?: () => void;
  /** Fields by the beginnings of codes that are about them: `{ number: ["person.number"] }`. */
  readonly codes?: Readonly<Record<string, readonly string[]>>;
  /** Further buttons. */
  readonly buttons?: ComponentChildren;
  /** For a form that also shows what something else was refused. */
  readonly act?: Act;
  readonly children: ComponentChildren;
}

export function Form({
  button,
  onSend,
  onCancel,
  codes = {},
  buttons,
  act,
  children,
}: FormProps): JSX.Element {
  const own = useAct();
  const { isBusy, trouble, run } = act ?? own;
  const form = useRef<HTMLFormElement>(null);
  const code = trouble?.refused?.code ?? "";
  const field =
    Object.entries(codes).find(([, starts]) => starts.some((start) => code.startsWith(start)))?.[0] ?? null;
  const refusal = trouble === null ? null : { field, message: trouble.message };
  useEffect(() => {
    if (trouble !== null) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [trouble]);
  const submit = (element: HTMLFormElement): void => {
    const data = new FormData(element);
    const filled: Filled = (name, asTyped) => {
      const value = data.get(name);
      if (typeof value !== "string") return "";
      return asTyped === undefined ? value.trim() : value;
    };
    void run(() => onSend(filled, element));
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      <RefusalContext.Provider value={refusal}>{children}</RefusalContext.Provider>
      <p role="alert" class="warn">
        {refusal !== null && refusal.field === null && refusal.message}
      </p>
      <p class="buttons">
        <button type="submit" class="main" aria-disabled={isBusy}>
          {button}
        </button>
        {buttons}
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </p>
    </form>
  );
}

interface Described {
  readonly name: string;
  readonly label: string;
  /** What it is for, or how it is written. */
  readonly hint?: ComponentChildren;
}

/** Of an input: said by it, and by what is around it. */
interface Wiring {
  readonly id: string;
  readonly name: string;
  readonly "aria-invalid"?: true;
  readonly "aria-describedby"?: string;
}

function Around({
  name,
  label,
  hint,
  children,
}: Described & { readonly children: (wiring: Wiring) => JSX.Element }): JSX.Element {
  const id = useId();
  const refusal = useContext(RefusalContext);
  const isWrong = refusal?.field === name;
  const describedBy = [hint === undefined ? "" : `${id}-hint`, isWrong ? `${id}-wrong` : ""]
    .filter((each) => each !== "")
    .join(" ");
  const wiring: Wiring = {
    id,
    name,
    ...(isWrong ? { "aria-invalid": true } : {}),
    ...(describedBy === "" ? {} : { "aria-describedby": describedBy }),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(wiring)}
      {hint !== undefined && (
        <span id={`${id}-hint`} class="soft">
          {hint}
        </span>
      )}
      {isWrong && (
        <span id={`${id}-wrong`} class="warn" role="alert">
          {refusal.message}
        </span>
      )}
    </div>
  );
}

type InputAttributes = Pick<
  PartialInputHTMLAttributes<HTMLInputElement>,
  | "required"
  | "maxLength"
  | "minLength"
  | "autocomplete"
  | "inputMode"
  | "pattern"
  | "autofocus"
  | "min"
  | "max"
  | "onInput"
>;

interface FieldProps extends Described, InputAttributes {
  readonly type?: "text" | "email" | "password" | "search" | "number" | "date" | "time";
  readonly value?: string;
}

/** A line to type in. */
export function Field({ name, label, hint, type = "text", value, ...rest }: FieldProps): JSX.Element {
  return (
    <Around name={name} label={label} hint={hint}>
      {(wiring) =>
        h<PartialInputHTMLAttributes<HTMLInputElement>, HTMLInputElement>("input", {
          type,
          defaultValue: value ?? "",
          autocomplete: "off",
          ...rest,
          ...wiring,
        })
      }
    </Around>
  );
}

/** One of several. */
export function Select({
  name,
  label,
  hint,
  value,
  options,
}: Described & {
  readonly value: string;
  /** Values and what each is called. */
  readonly options: readonly (readonly [value: string, text: string])[];
}): JSX.Element {
  // What is chosen is the chooser's from now on: news from the hub must not change it under their hands.
  const [first] = useState(value);
  return (
    <Around name={name} label={label} hint={hint}>
      {(wiring) => (
        <select {...wiring}>
          {options.map(([each, text]) => (
            <option key={each} value={each} selected={each === first}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Around>
  );
}

/** Yes or no: filled with "on", or with nothing. */
export function Check({
  name,
  label,
  hint,
  value,
  disabled = false,
}: Described & { readonly value: boolean; readonly disabled?: boolean }): JSX.Element {
  return (
    <Around name={name} label={label} hint={hint}>
      {(wiring) => <input type="checkbox" defaultChecked={value} disabled={disabled} {...wiring} />}
    </Around>
  );
}
