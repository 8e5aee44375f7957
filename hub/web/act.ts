import { useContext, useRef, useState } from "preact/hooks";
import { reasonOf, Refused } from "./api.ts";
import { LiveContext } from "./live.ts";

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
  const live = useContext(LiveContext);
  const [isBusy, setBusy] = useState(false);
  // A second click may come before the first has been drawn.
  const isActing = useRef(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  return {
    isBusy,
    trouble,
    async run(act) {
      if (isActing.current) return false;
      isActing.current = true;
      setBusy(true);
      setTrouble(null);
      try {
        await act();
        return true;
      } catch (error) {
        const refused = error instanceof Refused ? error : null;
        if (refused?.code === "access.signed-out") live?.onEnd();
        setTrouble({ message: reasonOf(error), refused });
        return false;
      } finally {
        isActing.current = false;
        setBusy(false);
      }
    },
  };
}
