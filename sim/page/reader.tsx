import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CardsReply } from "../server/schemas.ts";
import { cards, holdCard } from "./api.ts";

/** A hand with cards: those that people have at the hub, or any number. */
export function Reader(): VNode {
  const [known, setKnown] = useState<CardsReply["cards"]>([]);
  const [chosen, setChosen] = useState("");
  const [typed, setTyped] = useState("");
  const [trouble, setTrouble] = useState<string | null>(null);
  const refresh = (): void => void cards().then(setKnown, () => undefined);
  useEffect(refresh, []);

  const card = typed.trim() === "" ? chosen : typed.trim().toUpperCase();
  const hold = async (): Promise<void> => {
    try {
      await holdCard(card);
      setTrouble(null);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : "the simulator does not answer");
    }
  };
  return (
    <form
      class="reader"
      onSubmit={(event) => {
        event.preventDefault();
        void hold();
      }}
    >
      <h2>Card reader</h2>
      <label>
        Card of{" "}
        <select value={chosen} onFocus={refresh} onChange={(event) => setChosen(event.currentTarget.value)}>
          <option value="">nobody</option>
          {known.map((each) => (
            <option key={each.card} value={each.card}>
              {each.name}
            </option>
          ))}
        </select>
      </label>{" "}
      <label>
        or number{" "}
        <input
          value={typed}
          size={12}
          maxLength={20}
          autocomplete="off"
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      </label>{" "}
      <button type="submit" disabled={card === ""}>
        Hold to the reader
      </button>
      {trouble !== null && (
        <p class="notice" role="alert">
          {trouble}
        </p>
      )}
    </form>
  );
}
