import { render, type VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ScreenReply, StateReply, SwitchablePart } from "../server/schemas.ts";
import { listen, switchPart } from "./api.ts";
import { Display } from "./display.tsx";
import { Keypad } from "./keypad.tsx";
import { Lights } from "./lights.tsx";
import { Reader } from "./reader.tsx";
import { playRhythm } from "./sound.ts";

function App(): VNode {
  const [screen, setScreen] = useState<ScreenReply | null>(null);
  const [state, setState] = useState<StateReply | null>(null);
  const [connected, setConnected] = useState(true);
  const [lastSound, setLastSound] = useState("none yet");
  const [quiet, setQuiet] = useState(false);

  useEffect(
    () =>
      listen({
        screen: setScreen,
        state: setState,
        connected: setConnected,
        sound: ({ sound, rhythm }) => {
          if (sound !== "key") setLastSound(sound ?? "unknown");
          if (!quiet) playRhythm(rhythm);
        },
      }),
    [quiet],
  );

  return (
    <main>
      <header>
        <h1>Punchbox</h1>
        <p>
          A simulated terminal: each key closes a switch, the display shows what its chip holds. Your keyboard
          works too; Enter is #, Backspace is *.
        </p>
      </header>
      {!connected && (
        <p class="notice" role="alert">
          The simulator does not answer. Is it still running?
        </p>
      )}
      <div class="bench">
        <section class="box" aria-label="Terminal">
          <Display screen={screen} />
          <Lights lights={screen?.lights ?? null} />
          {state !== null && <Keypad layout={state.keypad} />}
        </section>
        {state !== null && (
          <Panel state={state} onState={setState} lastSound={lastSound} quiet={quiet} onQuiet={setQuiet} />
        )}
      </div>
    </main>
  );
}

interface PanelProperties {
  readonly state: StateReply;
  readonly onState: (state: StateReply) => void;
  readonly lastSound: string;
  readonly quiet: boolean;
  readonly onQuiet: (quiet: boolean) => void;
}

function Panel({ state, onState, lastSound, quiet, onQuiet }: PanelProperties): VNode {
  const [trouble, setTrouble] = useState<string | null>(null);
  const onSwitch = async (part: SwitchablePart, on: boolean): Promise<void> => {
    try {
      onState(await switchPart(part, on));
      setTrouble(null);
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : "the simulator does not answer");
    }
  };
  return (
    <section class="panel" aria-label="Simulator">
      <h2>Switch things off</h2>
      <Switch
        on={state.power}
        onSwitch={(on) => onSwitch("power", on)}
        label="Power"
        help="Off pulls the plug: nothing is saved on the way down."
      />
      <Switch
        on={state.network}
        onSwitch={(on) => onSwitch("network", on)}
        label="Network"
        help="Off unplugs the terminal's cable."
      />
      <Switch
        on={state.hub}
        onSwitch={(on) => onSwitch("hub", on)}
        label="Hub"
        help="Off stops the hub. Punching goes on."
      />
      {trouble !== null && (
        <p class="notice" role="alert">
          {trouble}
        </p>
      )}
      {state.reader && <Reader />}
      <h2>Ledger</h2>
      <dl>
        <dt>Events</dt>
        <dd data-testid="events">{state.ledger?.events ?? "-"}</dd>
        <dt>At the hub</dt>
        <dd data-testid="acknowledged">{state.ledger?.acknowledged ?? "-"}</dd>
        <dt>Waiting</dt>
        <dd data-testid="unsent">{state.ledger?.unsent ?? "-"}</dd>
        <dt>Chip rules broken</dt>
        <dd>{state.violations}</dd>
      </dl>
      <h2>Sound</h2>
      <p>
        Last: <strong>{lastSound}</strong>
      </p>
      <label class="switch">
        <input type="checkbox" checked={!quiet} onChange={(event) => onQuiet(!event.currentTarget.checked)} />
        <span>Let me hear it</span>
      </label>
      <p>
        <a href={state.hubUrl} target="_blank" rel="noreferrer">
          Open the hub's page
        </a>
      </p>
    </section>
  );
}

interface SwitchProperties {
  readonly on: boolean;
  /** Resolves when it is so, or will not be. */
  readonly onSwitch: (on: boolean) => Promise<void>;
  readonly label: string;
  readonly help: string;
}

/** Shows what is wanted while it is being done, and what is so otherwise. */
function Switch({ on, onSwitch, label, help }: SwitchProperties): VNode {
  const [wanted, setWanted] = useState<boolean | null>(null);
  return (
    <label class="switch">
      <input
        type="checkbox"
        role="switch"
        checked={wanted ?? on}
        disabled={wanted !== null}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          setWanted(checked);
          void onSwitch(checked).finally(() => setWanted(null));
        }}
      />
      <span>
        {label} <small>{help}</small>
      </span>
    </label>
  );
}

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
