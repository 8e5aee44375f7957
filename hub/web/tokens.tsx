import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type * as z from "zod";
import { newTokenBody, tokensBody } from "../http/access-schemas.ts";
import { workspaceBody } from "../http/schemas.ts";
import { SCOPES, type Scope } from "../access/scopes.ts";
import { get, send } from "./api.ts";
import { Confirm, Dialog } from "./dialog.tsx";
import { Check, Field, Form, Select } from "./form.tsx";
import { formatDateTime } from "./format.ts";
import { useLoaded } from "./live.ts";
import { Once } from "./once.tsx";
import { Section, useSay, Waiting } from "./page.tsx";
import { Table } from "./table.tsx";

/** API tokens: what programs sign in with. */

const SCOPE_HINTS: Readonly<Record<Scope, string>> = {
  read: "Lists, nothing about PINs",
  people: "Add and change people, and where they punch",
  kiosks: "Kiosks, and pairing terminals",
  pins: "Set, show and print PINs",
  workspace: "The plan, and settings of PINs",
};

const DAY_MS = 24 * 60 * 60 * 1000;
/** Days a token is good for, and how that is called. */
const LIVES: readonly (readonly [string, string])[] = [
  ["30", "30 days"],
  ["365", "a year"],
  ["", "until it is revoked"],
];

type Token = z.infer<typeof tokensBody>["tokens"][number];
type Open =
  | { readonly what: "new" }
  | { readonly what: "made"; readonly token: string }
  | { readonly what: "revoke"; readonly token: Token };

export function Tokens({ timeZone }: { readonly timeZone: string }): JSX.Element {
  const loaded = useLoaded(() => get("tokens", tokensBody), ["people"]);
  const [open, setOpen] = useState<Open | null>(null);
  const say = useSay();
  const { value, again } = loaded;
  const close = (): void => setOpen(null);
  return (
    <Section
      title="API tokens"
      actions={
        <button type="button" onClick={() => setOpen({ what: "new" })}>
          Make a token
        </button>
      }
    >
      {open?.what === "new" && (
        <NewToken
          onClose={close}
          onMade={(token) => {
            setOpen({ what: "made", token });
            again();
          }}
        />
      )}
      {open?.what === "made" && (
        <Once
          title="The token"
          hint="Shown this once. A program sends it in the header Authorization, after the word Bearer."
          secret={open.token}
          onClose={close}
        />
      )}
      {open?.what === "revoke" && (
        <Confirm
          title={`Revoke the token ${open.token.name}?`}
          button="Revoke"
          act={async () => {
            await send("DELETE", `tokens/${open.token.token}`);
            say(`The token ${open.token.name} is revoked.`);
            again();
          }}
          onClose={close}
        >
          <p>Programs that use it are refused from now on.</p>
        </Confirm>
      )}
      {value === null ? (
        <Waiting loaded={loaded} />
      ) : value.tokens.length === 0 ? (
        <p class="soft">None. A program that uses this hub's API needs one.</p>
      ) : (
        <Table
          label="API tokens"
          rows={value.tokens}
          keyOf={(each) => each.token}
          columns={[
            { title: "Name", isName: true, cell: (each) => each.name },
            { title: "Scopes", cell: (each) => each.scopes.join(", ") },
            {
              title: "Good until",
              isNumber: true,
              cell: (each) =>
                each.expiresMs === null ? "revoked" : formatDateTime(each.expiresMs, timeZone),
            },
            {
              title: "Last used",
              isNumber: true,
              cell: (each) => (each.usedMs === null ? "never" : formatDateTime(each.usedMs, timeZone)),
            },
            {
              title: "Act",
              cell: (each) => (
                <button
                  type="button"
                  aria-label={`Revoke the token ${each.name}`}
                  onClick={() => setOpen({ what: "revoke", token: each })}
                >
                  Revoke
                </button>
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

function NewToken({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (token: string) => void;
}): JSX.Element {
  return (
    <Dialog title="Make a token" onClose={onClose}>
      <Form
        button="Make a token"
        onCancel={onClose}
        codes={{ name: ["token.name"] }}
        onSend={async (filled) => {
          const days = filled("life");
          const { nowMs } = await get("workspace", workspaceBody);
          const wish = {
            name: filled("name"),
            scopes: SCOPES.filter((scope) => filled(scope) !== ""),
            expiresMs: days === "" ? null : nowMs + Number(days) * DAY_MS,
          };
          onMade((await send("POST", "tokens", wish, newTokenBody)).token);
        }}
      >
        <Field name="name" label="What it is for" required maxLength={200} autofocus />
        <fieldset>
          <legend>What it may do</legend>
          {SCOPES.map((scope) => (
            <Check
              key={scope}
              name={scope}
              label={scope}
              hint={SCOPE_HINTS[scope]}
              value={scope === "read"}
            />
          ))}
        </fieldset>
        <Select name="life" label="Good for" value="365" options={LIVES} />
      </Form>
    </Dialog>
  );
}
