import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import { changedData } from "../http/schemas.ts";
import { Refused } from "./api.ts";

/** What is shown stays true: the hub says what changed, and who shows that fetches it again. */

/** As hub/changes.ts has them; the page understands each text, also those of a newer hub. */
type Topic = string;

/** Null: anything may have changed. */
type Listener = (topics: readonly Topic[] | null) => void;

export interface Live {
  /** Calls back at each change; returns how to stop that. */
  readonly listen: (listener: Listener) => () => void;
  /** Whether the hub answered. */
  readonly told: (answers: boolean) => void;
  /** The session has ended, or may do less than it could. */
  readonly onEnd: () => void;
}

export const LiveContext = createContext<Live | null>(null);

/** After a refusal of the stream. */
const REOPEN_MS = 10_000;

/** One stream of changes for the whole page; false while the hub does not answer. */
export function useLive(onEnd: () => void): { readonly live: Live; readonly isConnected: boolean } {
  const [isConnected, setConnected] = useState(true);
  const [listeners] = useState(() => new Set<Listener>());
  useEffect(() => {
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (topics: readonly Topic[] | null): void => {
      for (const listener of [...listeners]) listener(topics);
    };
    const open = (): void => {
      source = new EventSource("/api/v1/live");
      source.addEventListener("changed", (event: MessageEvent<string>) => {
        const changed = changedData.safeParse(parsed(event.data));
        tell(changed.success ? changed.data.topics : null);
      });
      // What happened before the stream was open, nobody told.
      source.addEventListener("open", () => tell(null));
      source.addEventListener("error", () => {
        setConnected(false);
        // A browser tries again by itself, unless the hub refused: to who is signed out, or because too many look.
        if (source.readyState !== EventSource.CLOSED) return;
        onEnd();
        timer = setTimeout(open, REOPEN_MS);
      });
    };
    open();
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, [listeners]);
  const live = useMemo(
    (): Live => ({
      listen(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      told: setConnected,
      onEnd,
    }),
    [listeners],
  );
  return { live, isConnected };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export interface Loaded<Value> {
  /** Null until the first answer. */
  readonly value: Value | null;
  /** Why there is none, or none any more: someone deleted it. */
  readonly refused: Refused | null;
  /** Fetches again. */
  readonly again: () => void;
}

interface LoadOptions {
  /** What it was loaded for: another key loads anew. */
  readonly key?: string;
  /** Fetches again after so long without a change, too. */
  readonly everyMs?: number;
}

/** Loads something, and again whenever the hub says that one of these topics changed. One fetch at a time. */
export function useLoaded<Value>(
  load: () => Promise<Value>,
  topics: readonly Topic[],
  { key = "", everyMs }: LoadOptions = {},
): Loaded<Value> {
  const live = useContext(LiveContext);
  const [state, setState] = useState<Omit<Loaded<Value>, "again">>({ value: null, refused: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const over = new AbortController();
    let isLoading = false;
    let isStale = false;
    const refresh = async (): Promise<void> => {
      // What changed meanwhile is fetched right after.
      isStale = true;
      if (isLoading) return;
      isLoading = true;
      while (isStale) {
        isStale = false;
        const next = await load().then(
          (value) => ({ value, refused: null }),
          (error: unknown) => (error instanceof Refused ? error : null),
        );
        if (over.signal.aborted) return;
        live?.told(next !== null);
        if (!(next instanceof Refused)) {
          if (next !== null) setState(next);
        } else if ([401, 403].includes(next.status)) {
          live?.onEnd();
        } else {
          // What is gone is gone; where the hub is only busy, what is here stays.
          setState((present) =>
            next.status === 404 || present.value === null ? { value: null, refused: next } : present,
          );
        }
      }
      isLoading = false;
    };
    void refresh();
    const stop = live?.listen((changed) => {
      if (changed === null || changed.some((topic) => topics.includes(topic))) void refresh();
    });
    const timer = everyMs === undefined ? undefined : setInterval(() => void refresh(), everyMs);
    return () => {
      over.abort();
      stop?.();
      clearInterval(timer);
    };
  }, [key, turn]);
  return { ...state, again: () => setTurn((present) => present + 1) };
}
