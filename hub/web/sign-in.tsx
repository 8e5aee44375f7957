import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { openedBody } from "../http/access-schemas.ts";
import type { Link } from "./access.ts";
import { post } from "./api.ts";

/** Coming in: with e-mail and password, or with a one-time link that makes them. */

interface Props {
  readonly onDone: () => void;
}

export function SignIn({ needsOwner, onDone }: Props & { readonly needsOwner: boolean }): JSX.Element {
  return (
    <Form title="Sign in" button="Sign in" path="sessions" onDone={onDone}>
      {needsOwner && <p class="notice">Nobody can sign in yet: open the link that the hub printed.</p>}
      <Field label="E-mail" name="email" type="email" autocomplete="username" />
      <Field label="Password" name="password" type="password" autocomplete="current-password" />
    </Form>
  );
}

/** What NIST SP 800-63B asks for, said before someone types in vain; the hub has the last word. */
const MIN_PASSWORD_LENGTH = 10;

export function UseLink({ link, onDone }: Props & { readonly link: Link }): JSX.Element {
  const title = link.name === null ? "You are the owner of this hub" : `Welcome, ${link.name}`;
  return (
    <Form title={title} button="Sign in" path="links/redeem" also={{ token: link.token }} onDone={onDone}>
      {link.makes === "owner" && <Field label="Your name" name="name" type="text" autocomplete="name" />}
      <Field label="E-mail" name="email" type="email" autocomplete="username" value={link.email ?? ""} />
      <Field
        label={`New password, at least ${MIN_PASSWORD_LENGTH} characters`}
        name="password"
        type="password"
        autocomplete="new-password"
        minLength={MIN_PASSWORD_LENGTH}
      />
    </Form>
  );
}

export function VoidLink({ onDone }: Props): JSX.Element {
  return (
    <section aria-labelledby="void-link">
      <h2 id="void-link">This link is not good any more</h2>
      <p>It was used, replaced or is too old. Ask an admin for a new one.</p>
      <button type="button" onClick={onDone}>
        Sign in with a password
      </button>
    </section>
  );
}

function Form({
  title,
  button,
  path,
  also = {},
  onDone,
  children,
}: Props & {
  readonly title: string;
  readonly button: string;
  readonly path: string;
  /** Sent with the fields. */
  readonly also?: Readonly<Record<string, string>>;
  readonly children: JSX.Element | readonly (JSX.Element | false)[];
}): JSX.Element {
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const send = async (form: HTMLFormElement): Promise<void> => {
    setSending(true);
    try {
      await post(path, { ...Object.fromEntries(new FormData(form)), ...also }, openedBody);
      onDone();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : "this did not work");
      setSending(false);
    }
  };
  return (
    <section aria-labelledby="come-in" class="come-in">
      <h2 id="come-in">{title}</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send(event.currentTarget);
        }}
      >
        {children}
        <p role="alert" class="warn">
          {refusal}
        </p>
        <button type="submit" disabled={isSending}>
          {button}
        </button>
      </form>
    </section>
  );
}

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly type: "text" | "email" | "password";
  readonly autocomplete: "name" | "username" | "current-password" | "new-password";
  readonly value?: string;
  readonly minLength?: number;
}

function Field({ label, type, ...given }: FieldProps): JSX.Element {
  const rest = { required: true, ...given };
  return (
    <label>
      {label}
      {type === "password" ? (
        <input type="password" {...rest} />
      ) : type === "email" ? (
        <input type="email" {...rest} />
      ) : (
        <input type="text" {...rest} />
      )}
    </label>
  );
}
