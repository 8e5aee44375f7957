import type { JSX } from "preact";
import { useLoaded } from "./live.ts";
import type * as more from "./more.ts";
import { Waiting, type ViewProps } from "./page.tsx";
import { refuse } from "./refuse.ts";

type Component = (props: ViewProps) => JSX.Element;
type More = typeof more;

async function fetchMore(): Promise<More> {
  try {
    return await import("./more.ts");
  } catch {
    // The hub is away, or another version of it runs since this page was loaded.
    throw refuse("page.part", "this part of the page could not be loaded: load the page again");
  }
}

/** A view whose script comes when it is first shown. */
export function later(pick: (views: More) => Component): Component {
  return function Later(props) {
    const loaded = useLoaded(fetchMore, []);
    if (loaded.value === null) return <Waiting loaded={loaded} />;
    const Shown = pick(loaded.value);
    return <Shown {...props} />;
  };
}
