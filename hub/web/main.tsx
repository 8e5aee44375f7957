import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isAdmin } from "../../protocol/roster.ts";
import { useAccess, type Access, type Caller } from "./access.ts";
import { remove } from "./api.ts";
import { Kiosks, Team, Terminals } from "./lists.tsx";
import { useLiveHub } from "./live.ts";
import type { HubView } from "./load.ts";
import { SignIn, UseLink, VoidLink } from "./sign-in.tsx";
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
  const { access, again } = useAccess();
  if (access.stage === "signed-in") {
    return <Hub key={access.caller.session} caller={access.caller} isDemo={access.isDemo} onEnd={again} />;
  }
  return (
    <>
      <header>
        <h1>Punchbox</h1>
      </header>
      <main>
        <Entrance access={access} onDone={again} />
      </main>
    </>
  );
}

function Entrance({
  access,
  onDone,
}: {
  readonly access: Exclude<Access, { stage: "signed-in" }>;
  readonly onDone: () => void;
}): JSX.Element {
  switch (access.stage) {
    case "asking":
      return <p class="loading">Loading…</p>;
    case "unreachable":
      return (
        <p role="status" class="notice">
          The hub does not answer. Terminals keep recording. <button onClick={onDone}>Try again</button>
        </p>
      );
    case "link":
      return <UseLink link={access.link} onDone={onDone} />;
    case "void-link":
      return <VoidLink onDone={onDone} />;
    case "signed-out":
      return <SignIn needsOwner={access.needsOwner} onDone={onDone} />;
  }
}

interface HubProps {
  readonly caller: Caller;
  readonly isDemo: boolean;
  readonly onEnd: () => void;
}

function Hub({ caller, isDemo, onEnd }: HubProps): JSX.Element {
  const address = useAddress();
  const { view, isConnected } = useLiveHub(caller.role, onEnd);
  const views = isAdmin(caller.role) ? [...VIEWS] : [...VIEWS].slice(0, 1);
  const shown = new Map(views).get(address) ?? FIRST_VIEW;
  useEffect(() => void (document.title = `${shown.name} – Punchbox`), [shown]);
  const Shown = shown.component;
  const signOut = (): void => void remove(`sessions/${caller.session ?? ""}`).finally(onEnd);
  return (
    <>
      <header>
        <h1>Punchbox {view !== null && <span class="soft">{view.workspace.name}</span>}</h1>
        <nav aria-label="Views">
          {views.map(([key, each]) => (
            <a key={key} href={`#${key}`} aria-current={each === shown ? "page" : undefined}>
              {each.name}
            </a>
          ))}
        </nav>
        <p class="who">
          <span class="soft">{caller.name}</span>
          {isDemo ? (
            <span class="warn">Demo: open to all on this computer</span>
          ) : (
            <button type="button" onClick={signOut}>
              Sign out
            </button>
          )}
        </p>
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
