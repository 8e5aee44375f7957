import { useEffect, useState } from "preact/hooks";
import type { Role } from "../../protocol/roster.ts";
import { Refused } from "./api.ts";
import { loadHub, type HubView } from "./load.ts";

export interface LiveHub {
  /** Null until the first answer. */
  readonly view: HubView | null;
  /** False while the hub does not answer: what is shown may be old. */
  readonly isConnected: boolean;
}

/** Worked times grow while nothing else changes. */
const REFRESH_MS = 60_000;

/**
 * Fetches what this role may see: at once, again whenever the hub says that something changed, and every minute. `onEnd`
 * is called when the session has ended.
 */
export function useLiveHub(role: Role, onEnd: () => void): LiveHub {
  const [view, setView] = useState<HubView | null>(null);
  const [isConnected, setConnected] = useState(true);

  useEffect(() => {
    let isLoading = false;
    let isStale = false;
    const refresh = async (): Promise<void> => {
      // One fetch at a time; what changed meanwhile is fetched right after.
      isStale = true;
      if (isLoading) return;
      isLoading = true;
      while (isStale) {
        isStale = false;
        try {
          setView(await loadHub(role));
          setConnected(true);
        } catch (error) {
          if (error instanceof Refused && [401, 403].includes(error.status)) onEnd();
          else setConnected(false);
        }
      }
      isLoading = false;
    };
    const onChange = (): void => void refresh();
    const source = new EventSource("/api/v1/live");
    source.addEventListener("changed", onChange);
    source.addEventListener("open", onChange);
    source.addEventListener("error", () => setConnected(false));
    const timer = setInterval(onChange, REFRESH_MS);
    return () => {
      source.close();
      clearInterval(timer);
    };
  }, [role]);

  return { view, isConnected };
}
