import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Kiosks, Team, Terminals } from "./lists.tsx";
import { useLiveHub } from "./live.ts";
import type { HubView } from "./load.ts";
import { Today } from "./today.tsx";

/** The hub's page. The part after # says which of its views is shown, so that the browser's back works. */

interface View {
  readonly name: string;
  readonly component: (props: { readonly view: HubView }) => JSX.Element;
}

const FIRST_VIEW: View = { name: "Today", component: Today };
const VIEWS: ReadonlyMap<string, View> = new Map([
  ["today", FIRST_VIEW],
  ["team", { name: "Team", component: Team }],
  ["kiosks", { name: "Kiosks", component: Kiosks }],
  ["terminals", { name: "Terminals", component: Terminals }],
]);

function useAddress(): string {
  const read = (): string => location.hash.slice(1);
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const onChange = (): void => setAddress(read());
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  return address;
}

function Page(): JSX.Element {
  const address = useAddress();
  const { view, isConnected } = useLiveHub();
  const shown = VIEWS.get(address) ?? FIRST_VIEW;
  useEffect(() => void (document.title = `${shown.name} – Punchbox`), [shown]);
  const Shown = shown.component;
  return (
    <>
      <header>
        <h1>Punchbox {view !== null && <span class="soft">{view.workspace.name}</span>}</h1>
        <nav aria-label="Views">
          {[...VIEWS].map(([key, each]) => (
            <a key={key} href={`#${key}`} aria-current={each === shown ? "page" : undefined}>
              {each.name}
            </a>
          ))}
        </nav>
      </header>
      <main>
        <div role="status">
          {!isConnected && (
            <p class="notice">The hub does not answer. Terminals keep recording; this page may be old.</p>
          )}
        </div>
        {view === null ? <p class="loading">Loading…</p> : <Shown view={view} />}
      </main>
    </>
  );
}

const place = document.getElementById("app");
if (place !== null) {
  place.replaceChildren();
  render(<Page />, place);
}
