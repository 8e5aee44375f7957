import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Person } from "./load.ts";
import { saveCard } from "./save.ts";

/** A person's card: shown, and on request a form to type or scan another into. Empty takes it away. */
export function Card({ person }: { readonly person: Person }): JSX.Element {
  const [isEditing, setEditing] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const close = (): void => {
    setEditing(false);
    setTrouble(null);
  };
  if (!isEditing) {
    return (
      <>
        <span class={person.card === null ? "soft" : "number"}>{person.card ?? "none"}</span>{" "}
        <button type="button" onClick={() => setEditing(true)} aria-label={`Edit card of ${person.name}`}>
          Edit
        </button>
      </>
    );
  }
  const save = async (form: HTMLFormElement): Promise<void> => {
    const typed = new FormData(form).get("card");
    const text = typeof typed === "string" ? typed.trim() : "";
    const refusal = await saveCard(person.person, text === "" ? null : text);
    if (refusal === null) close();
    else setTrouble(refusal);
  };
  return (
    <form
      class="card"
      onSubmit={(event) => {
        event.preventDefault();
        void save(event.currentTarget);
      }}
    >
      <input
        name="card"
        size={12}
        maxLength={20}
        autoFocus
        autocomplete="off"
        aria-label={`Card of ${person.name}`}
        defaultValue={person.card ?? ""}
      />{" "}
      <button type="submit">Save</button>{" "}
      <button type="button" onClick={close}>
        Cancel
      </button>
      {trouble !== null && (
        <span class="warn" role="alert">
          {" "}
          {trouble}
        </span>
      )}
    </form>
  );
}
