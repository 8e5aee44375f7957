import { useState } from "preact/hooks";
import { reasonOf, Refused } from "./api.ts";

/** Something that takes time and may be refused, done one at a time. */

export interface Trouble {
  readonly message: string;
  /** Null: not the hub's word. */
  readonly refused: Refused | null;
}

export interface Act {
  readonly isBusy: boolean;
  readonly trouble: Trouble | null;
  /** Does it, unless something is being done; resolves to whether it was done. */
  readonly run: (act: () => Promise<void>) => Promise<boolean>;
}

export function useAct(): Act {
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  return {
    isBusy,
    trouble,
    async run(act) {
      if (isBusy) return false;
      setBusy(true);
      setTrouble(null);
      try {
        await act();
        return true;
      } catch (error) {
        setTrouble({ message: reasonOf(error), refused: error instanceof Refused ? error : null });
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
