import { useEffect, useState } from "preact/hooks";
import { loadHub, type HubView } from "./load.ts";

export interface LiveHub {
  /** Null until the first answer. */
  readonly view: HubView | null;
  /** False while the hub does not answer: what is shown may be old. */
  readonly isConnected: boolean;
}

/** Worked times grow while nothing else changes. */
const REFRESH_MS = 60_000;

/** Fetches at once, again whenever the hub says that something changed, and every minute. */
export function useLiveHub(): LiveHub {
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
          setView(await loadHub());
          setConnected(true);
        } catch {
          setConnected(false);
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
  }, []);

  return { view, isConnected };
}
