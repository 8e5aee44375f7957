import type { JSX } from "preact";
import { useContext, useState } from "preact/hooks";
import type * as z from "zod";
import { endedBody, openedBody, sessionsBody } from "../http/access-schemas.ts";
import { get, send } from "./api.ts";
import { ActButton, Dialog } from "./dialog.tsx";
import { Field, Form } from "./form.tsx";
import { formatDateTime } from "./format.ts";
import { LiveContext, useLoaded } from "./live.ts";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { MIN_PASSWORD_LENGTH } from "./sign-in.tsx";
import { Table } from "./table.tsx";
import { ROLES } from "./words.ts";

/** One's own sign-in: the password, and the browsers that are signed in. */

export function Account({ caller, workspace: { timeZone } }: ViewProps): JSX.Element {
  return (
    <Frame title="Account">
      <p>
        {caller.name}, <span class="soft">{ROLES[caller.role]}</span>
      </p>
      <Password />
      <Sessions timeZone={timeZone} />
    </Frame>
  );
}

function Password(): JSX.Element {
  const live = useContext(LiveContext);
  const [isDone, setDone] = useState(false);
  return (
    <Section title="Password">
      {isDone && (
        <Dialog title="Your password is changed" onClose={() => live?.onEnd()}>
          <p>All your other sessions have ended; this browser stays signed in.</p>
          <p class="buttons">
            <button type="button" class="main" onClick={() => live?.onEnd()}>
              Done
            </button>
          </p>
        </Dialog>
      )}
      <Form
        button="Change password"
        codes={{ current: ["password.wrong"], next: ["password."] }}
        onSend={async (_filled, form) => {
          // As typed: blanks at the ends of a password are its own.
          const { current, next } = Object.fromEntries(new FormData(form));
          await send("PUT", "password", { current, next }, openedBody);
          setDone(true);
        }}
      >
        <Field
          name="current"
          label="Present password"
          type="password"
          autocomplete="current-password"
          required
        />
        <Field
          name="next"
          label="New password"
          hint={`At least ${MIN_PASSWORD_LENGTH} characters`}
          type="password"
          autocomplete="new-password"
          minLength={MIN_PASSWORD_LENGTH}
          required
        />
      </Form>
    </Section>
  );
}

type Session = z.infer<typeof sessionsBody>["sessions"][number];

function Sessions({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const loaded = useLoaded(() => get("sessions", sessionsBody), []);
  const live = useContext(LiveContext);
  const say = useSay();
  const { value } = loaded;
  const end = async ({ session, current }: Session): Promise<void> => {
    await send("DELETE", `sessions/${session}`);
    if (current) return live?.onEnd();
    say("The session has ended.");
    loaded.again();
  };
  const endAll = async (): Promise<void> => {
    await send("DELETE", "sessions", undefined, endedBody);
    live?.onEnd();
  };
  return (
    <Section title="Sessions" actions={<ActButton act={endAll}>Sign out everywhere</ActButton>}>
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <Table
          label="Sessions"
          rows={value.sessions}
          keyOf={(each) => each.session}
          columns={[
            {
              title: "Browser",
              isName: true,
              cell: (each) => (
                <>
                  {each.client === "" ? "Unknown" : each.client}
                  {each.current && <span class="in"> this one</span>}
                </>
              ),
            },
            { title: "Since", isNumber: true, cell: (each) => formatDateTime(each.createdMs, timeZone) },
            { title: "Last used", isNumber: true, cell: (each) => formatDateTime(each.seenMs, timeZone) },
            {
              title: "Act",
              cell: (each) => (
                <ActButton
                  label={`End the session of ${formatDateTime(each.createdMs, timeZone)}`}
                  act={() => end(each)}
                >
                  End
                </ActButton>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}
