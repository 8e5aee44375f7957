import { render, type JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { conflictsBody } from "../http/history-schemas.ts";
import { workspaceBody } from "../http/schemas.ts";
import { isAdmin } from "../../protocol/roster.ts";
import { useAccess, type Access, type Caller } from "./access.ts";
import { get, send } from "./api.ts";
import { HISTORY_TOPICS } from "./history.ts";
import { LiveContext, useLive, useLoaded } from "./live.ts";
import { ShellContext, type Shell } from "./page.tsx";
import { SignIn, UseLink, VoidLink } from "./sign-in.tsx";
import { viewsOf, type View } from "./views.ts";

/** The hub's page. The part after # says which of its views is shown, so that the browser's back works. */

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

function App(): JSX.Element {
  const { access, again } = useAccess();
  if (access.stage === "signed-in") {
    const { caller, isDemo } = access;
    return <Hub key={`${caller.session} ${caller.role}`} caller={caller} isDemo={isDemo} onEnd={again} />;
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
  const { live, isConnected } = useLive(onEnd);
  return (
    <LiveContext.Provider value={live}>
      <Views caller={caller} isDemo={isDemo} onEnd={onEnd} isConnected={isConnected} />
    </LiveContext.Provider>
  );
}

/** The view that an address names, or the first, and what stands behind the view's key in it. */
function findView(views: readonly View[], address: string): { readonly view: View; readonly rest: string } {
  const [key = "", ...parts] = address.split("/");
  const view = views.find((each) => each.key === key) ?? views[0];
  if (view === undefined) throw new RangeError("there is a view for everybody");
  return { view, rest: parts.join("/") };
}

function Views({
  caller,
  isDemo,
  onEnd,
  isConnected,
}: HubProps & { readonly isConnected: boolean }): JSX.Element {
  const address = useAddress();
  const { notice, shell } = useShell(address);
  const { value: workspace } = useLoaded(() => get("workspace", workspaceBody), ["workspace"]);
  const views = viewsOf(caller.role);
  const openConflicts = useOpenConflicts(isAdmin(caller.role));
  const { view, rest } = findView(views, address);
  const Shown = view.component;
  const signOut = (): void => void send("DELETE", `sessions/${caller.session ?? ""}`).finally(onEnd);
  return (
    <>
      <header>
        <h1>Punchbox {workspace !== null && <span class="soft">{workspace.name}</span>}</h1>
        <nav aria-label="Views">
          {views.map((each) => (
            <a key={each.key} href={`#${each.key}`} aria-current={each === view ? "page" : undefined}>
              {each.name}
              {each.key === "conflicts" && openConflicts > 0 && (
                <span class="count">
                  {" "}
                  {openConflicts > MAX_COUNTED ? `${MAX_COUNTED}+` : openConflicts} open
                </span>
              )}
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
          {notice !== "" && <p class="notice done">{notice}</p>}
        </div>
        <ShellContext.Provider value={shell}>
          {workspace === null ? (
            <p class="loading">Loading…</p>
          ) : (
            <Shown key={address} caller={caller} workspace={workspace} rest={rest} />
          )}
        </ShellContext.Provider>
      </main>
    </>
  );
}

/** Open conflicts that the menu counts. */
const MAX_COUNTED = 50;

function useOpenConflicts(mayAsk: boolean): number {
  const { value } = useLoaded(
    async () => (mayAsk ? await get(`conflicts?state=open&limit=${MAX_COUNTED + 1}`, conflictsBody) : null),
    HISTORY_TOPICS,
  );
  return value?.conflicts.length ?? 0;
}

/** What was said stays until another view is shown. */
function useShell(address: string): { readonly notice: string; readonly shell: Shell } {
  const [said, setSaid] = useState({ text: "", at: address });
  const isFirst = useRef(true);
  return {
    notice: said.at === address ? said.text : "",
    shell: {
      say: (text) => setSaid({ text, at: location.hash.slice(1) }),
      hasMoved() {
        const hasMoved = !isFirst.current;
        isFirst.current = false;
        return hasMoved;
      },
    },
  };
}

const place = document.getElementById("app");
if (place !== null) {
  place.replaceChildren();
  render(<App />, place);
}
