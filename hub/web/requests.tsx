import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { isAdmin } from "../../protocol/roster.ts";
import { alarmsBody, waitsBody } from "../http/alarm-schemas.ts";
import { requestsBody } from "../http/schemas.ts";
import { get, send } from "./api.ts";
import { ActButton } from "./dialog.tsx";
import { EditPin } from "./edit-pin.tsx";
import { formatDateTime, isolated } from "./format.ts";
import { useLoaded } from "./live.ts";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { Table } from "./table.tsx";

/** Who forgot their PIN (PIN rule 7); for admins also whose PIN is guessed at, and who has to wait. */

/** Waits end while nothing else changes. */
const REFRESH_MS = 30_000;

export function Requests({ caller, workspace: { timeZone } }: ViewProps): JSX.Element {
  const isForAdmin = isAdmin(caller.role);
  return (
    <Frame title="Requests">
      <Forgotten timeZone={timeZone} isForAdmin={isForAdmin} />
      {isForAdmin && <Alarms timeZone={timeZone} />}
      {isForAdmin && <Waits timeZone={timeZone} />}
    </Frame>
  );
}

type Request = z.infer<typeof requestsBody>["requests"][number];

interface PartProps {
  readonly timeZone: string;
}

function Forgotten({ timeZone, isForAdmin }: PartProps & { readonly isForAdmin: boolean }): JSX.Element {
  const loaded = useLoaded(() => get("requests", requestsBody), ["requests", "people", "kiosks"]);
  const [edited, setEdited] = useState<Request | null>(null);
  const { value } = loaded;
  return (
    <Section title="Forgot their PIN">
      {edited !== null && (
        <EditPin
          title={`Edit PIN of ${edited.name}`}
          path={`people/${edited.person}/pin`}
          onClose={() => setEdited(null)}
        />
      )}
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.requests.length === 0 ? (
        <p class="soft">Nobody. Whoever asks at a terminal stands here until they have a new PIN.</p>
      ) : (
        <Table
          label="Forgot their PIN"
          rows={value.requests}
          keyOf={(each) => each.person}
          columns={[
            { title: "Name", isName: true, cell: (each) => each.name },
            { title: "Kiosk", cell: (each) => each.kioskName },
            { title: "When", isNumber: true, cell: (each) => formatDateTime(each.atMs, timeZone) },
            ...(isForAdmin
              ? [
                  {
                    title: "Act",
                    cell: (each: Request) => (
                      <button
                        type="button"
                        aria-label={`Edit PIN of ${each.name}`}
                        onClick={() => setEdited(each)}
                      >
                        Edit PIN
                      </button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
    </Section>
  );
}

type Alarm = z.infer<typeof alarmsBody>["alarms"][number];

/** What happened, and what to do about it. */
function alarmWords({ kind, name, guesses, mustChange, ...at }: Alarm): string {
  const kioskName = isolated(at.kioskName);
  if (kind === "spray") {
    return `Many wrong PINs on many people at ${kioskName}: tries are slower there until it ends. See who stands at the terminal.`;
  }
  if (kind === "fork") {
    return `Two cards say that they are the terminal at ${kioskName}. Terminals says what that means, and asks what counts.`;
  }
  if (kind === "clock") {
    return `The clock of the terminal at ${kioskName} and the hub's differed by minutes: one of the two was wrong.`;
  }
  const whose = name === null ? `the Universal PIN of ${kioskName}` : `the PIN of ${isolated(name)}`;
  const advice = mustChange ? "It must be changed now." : "Consider a new one.";
  return `${guesses} wrong PINs since ${whose} was set, lately at ${kioskName}. ${advice}`;
}

function Alarms({ timeZone }: PartProps): JSX.Element {
  const loaded = useLoaded(() => get("alarms", alarmsBody), ["requests", "people", "kiosks"]);
  const say = useSay();
  const { value } = loaded;
  const dismiss = async ({ alarm }: Alarm): Promise<void> => {
    await send("DELETE", `alarms/${alarm}`);
    say("The alarm is dismissed.");
    loaded.again();
  };
  return (
    <Section title="Alarms">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.alarms.length === 0 ? (
        <p class="soft">None: nobody guesses at PINs.</p>
      ) : (
        <Table
          label="Alarms"
          rows={value.alarms}
          keyOf={(each) => each.alarm}
          columns={[
            {
              title: "What",
              isName: true,
              cell: (each) => <span class={each.mustChange ? "warn" : undefined}>{alarmWords(each)}</span>,
            },
            { title: "When", isNumber: true, cell: (each) => formatDateTime(each.atMs, timeZone) },
            {
              title: "Act",
              cell: (each) => (
                <span class="actions">
                  {each.kind === "slow-guess" && (
                    <a
                      class="button"
                      href={each.person === null ? `#kiosks/${each.kiosk}` : `#team/${each.person}`}
                    >
                      {each.person === null ? "Open kiosk" : "Open person"}
                    </a>
                  )}
                  {(each.kind === "fork" || each.kind === "clock") && (
                    <a class="button" href="#terminals">
                      Open Terminals
                    </a>
                  )}
                  {!each.mustChange && (
                    <ActButton
                      label={`Dismiss the alarm about ${each.name ?? each.kioskName}`}
                      act={() => dismiss(each)}
                    >
                      Dismiss
                    </ActButton>
                  )}
                </span>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

function Waits({ timeZone }: PartProps): JSX.Element {
  const loaded = useLoaded(() => get("waits", waitsBody), ["requests", "people", "punches"], {
    everyMs: REFRESH_MS,
  });
  const say = useSay();
  const { value } = loaded;
  const lift = async (person: string, name: string): Promise<void> => {
    await send("POST", `people/${person}/lift-waits`);
    say(`${name} need not wait any more.`);
    loaded.again();
  };
  return (
    <Section title="Waits">
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.waits.length === 0 ? (
        <p class="soft">Nobody has typed a wrong PIN since their last right one.</p>
      ) : (
        <Table
          label="Waits"
          rows={value.waits}
          keyOf={(each) => each.person}
          columns={[
            { title: "Number", isNumber: true, cell: (each) => each.number },
            { title: "Name", isName: true, cell: (each) => each.name },
            { title: "Wrong PINs", isNumber: true, cell: (each) => each.refusals },
            {
              title: "Waits until",
              isNumber: true,
              cell: (each) =>
                each.waitUntilMs === null ? (
                  <span class="soft">no wait</span>
                ) : (
                  <span class="warn">{formatDateTime(each.waitUntilMs, timeZone)}</span>
                ),
            },
            {
              title: "Act",
              cell: (each) => (
                <ActButton label={`Lift the waits of ${each.name}`} act={() => lift(each.person, each.name)}>
                  Lift
                </ActButton>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
