import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { endedBody, invitationsBody, newInvitationBody } from "../http/access-schemas.ts";
import type { Caller } from "./access.ts";
import { get, send } from "./api.ts";
import { ActButton, Confirm } from "./dialog.tsx";
import { formatDateTime } from "./format.ts";
import { useLoaded } from "./live.ts";
import { loadPeople, type Person } from "./load.ts";
import { Once } from "./once.tsx";
import { Frame, Section, useSay, Waiting, type ViewProps } from "./page.tsx";
import { Table } from "./table.tsx";
import { Tokens } from "./tokens.tsx";
import { ROLES } from "./words.ts";

/** Who may sign in here: people by one-time links, programs by API tokens. */

export function SignIns({ caller, workspace: { timeZone } }: ViewProps): JSX.Element {
  return (
    <Frame title="Access">
      <People caller={caller} timeZone={timeZone} />
      <Tokens timeZone={timeZone} />
    </Frame>
  );
}

interface PartProps {
  readonly caller: Caller;
  readonly timeZone: string;
}

type Invitation = z.infer<typeof invitationsBody>["invitations"][number];

interface Entitled {
  readonly person: Person;
  readonly invitation: Invitation | null;
}

async function load(): Promise<Entitled[]> {
  const [people, { invitations }] = await Promise.all([loadPeople(), get("invitations", invitationsBody)]);
  const open = new Map(invitations.map((each) => [each.person, each]));
  return people
    .filter((each) => each.active && each.role !== "regular")
    .map((person) => ({ person, invitation: open.get(person.person) ?? null }));
}

interface Made {
  readonly name: string;
  readonly link: string;
  readonly expiresMs: number;
}

function People({ caller, timeZone }: PartProps): JSX.Element {
  const loaded = useLoaded(load, ["people"]);
  const [made, setMade] = useState<Made | null>(null);
  const [ended, setEnded] = useState<Person | null>(null);
  const say = useSay();
  const { value, again } = loaded;
  const invite = async ({ person, name }: Person): Promise<void> => {
    const { token, expiresMs } = await send("POST", "invitations", { person }, newInvitationBody);
    setMade({ name, link: `${location.origin}/#link=${token}`, expiresMs });
    again();
  };
  const revoke = async ({ invitation, name }: Invitation): Promise<void> => {
    await send("DELETE", `invitations/${invitation}`);
    say(`The invitation of ${name} is revoked.`);
    again();
  };
  return (
    <Section title="People who may sign in">
      <p class="soft">
        Owners and admins do everything, managers see who is in and which requests are open. The role is given
        on the person's page.
      </p>
      {made !== null && (
        <Once
          title={`Link for ${made.name}`}
          hint={`Shown this once. Whoever opens it chooses a password and is ${made.name} here: give it to nobody else. Good once, until ${formatDateTime(made.expiresMs, timeZone)}.`}
          secret={made.link}
          onClose={() => setMade(null)}
        />
      )}
      {ended !== null && (
        <Confirm
          title={`End all sessions of ${ended.name}?`}
          button="End sessions"
          act={async () => {
            const { ended: count } = await send(
              "DELETE",
              `people/${ended.person}/sessions`,
              undefined,
              endedBody,
            );
            say(`${count} ${count === 1 ? "session has" : "sessions have"} ended.`);
          }}
          onClose={() => setEnded(null)}
        >
          <p>They are signed out everywhere, and can sign in again with their password.</p>
        </Confirm>
      )}
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : (
        <Table
          label="People who may sign in"
          rows={value}
          keyOf={({ person }) => person.person}
          columns={[
            { title: "Name", isName: true, cell: ({ person }) => person.name },
            { title: "Role", cell: ({ person }) => ROLES[person.role] },
            {
              title: "Link",
              cell: ({ invitation }) =>
                invitation === null ? (
                  <span class="soft">none open</span>
                ) : (
                  `open until ${formatDateTime(invitation.expiresMs, timeZone)}`
                ),
            },
            {
              title: "Act",
              cell: ({ person, invitation }) =>
                person.role === "owner" && caller.role !== "owner" ? (
                  <span class="soft">for owners</span>
                ) : (
                  <span class="actions">
                    <ActButton label={`Make a link for ${person.name}`} act={() => invite(person)}>
                      Make a link
                    </ActButton>
                    {invitation !== null && (
                      <ActButton label={`Revoke the link of ${person.name}`} act={() => revoke(invitation)}>
                        Revoke
                      </ActButton>
                    )}
                    <button
                      type="button"
                      aria-label={`End sessions of ${person.name}`}
                      onClick={() => setEnded(person)}
                    >
                      End sessions
                    </button>
                  </span>
                ),
            },
          ]}
        />
      )}
    </Section>
  );
}
