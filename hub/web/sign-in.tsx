import type { ComponentChildren, JSX } from "preact";
import { openedBody } from "../http/access-schemas.ts";
import type { Link } from "./access.ts";
import { post } from "./api.ts";
import { Field, Form } from "./form.tsx";

/** Coming in: with e-mail and password, or with a one-time link that makes them. */

interface Props {
  readonly onDone: () => void;
}

export function SignIn({ needsOwner, onDone }: Props & { readonly needsOwner: boolean }): JSX.Element {
  return (
    <ComeIn title="Sign in" path="sessions" onDone={onDone}>
      {needsOwner && <p class="notice">Nobody can sign in yet: open the link that the hub printed.</p>}
      <Field label="E-mail" name="email" type="email" autocomplete="username" required />
      <Field label="Password" name="password" type="password" autocomplete="current-password" required />
    </ComeIn>
  );
}

/** What NIST SP 800-63B asks for, said before someone types in vain; the hub has the last word. */
export const MIN_PASSWORD_LENGTH = 10;

export function UseLink({ link, onDone }: Props & { readonly link: Link }): JSX.Element {
  const title = link.name === null ? "You are the owner of this hub" : `Welcome, ${link.name}`;
  return (
    <ComeIn title={title} path="links/redeem" token={link.token} onDone={onDone}>
      {link.makes === "owner" && (
        <Field label="Your name" name="name" type="text" autocomplete="name" required />
      )}
      <Field
        label="E-mail"
        name="email"
        type="email"
        autocomplete="username"
        value={link.email ?? ""}
        required
      />
      <Field
        label={`New password, at least ${MIN_PASSWORD_LENGTH} characters`}
        name="password"
        type="password"
        autocomplete="new-password"
        minLength={MIN_PASSWORD_LENGTH}
        required
      />
    </ComeIn>
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

function ComeIn({
  title,
  path,
  token,
  onDone,
  children,
}: Props & {
  readonly title: string;
  readonly path: string;
  /** Of the link, sent with the fields. */
  readonly token?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section aria-labelledby="come-in" class="come-in">
      <h2 id="come-in">{title}</h2>
      <Form
        button="Sign in"
        codes={{ email: ["sign-in.email-taken"], password: ["password."] }}
        onSend={async (_filled, form) => {
          // As typed: blanks at the ends of a password are its own.
          const fields = Object.fromEntries(new FormData(form));
          await post(path, token === undefined ? fields : { ...fields, token }, openedBody);
          onDone();
        }}
      >
        {children}
      </Form>
    </section>
  );
}
