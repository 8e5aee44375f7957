import { createContext, type ComponentChildren, type JSX } from "preact";
import { useContext, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type * as z from "zod";
import type { workspaceBody } from "../http/schemas.ts";
import type { Caller } from "./access.ts";
import type { Loaded } from "./live.ts";

/** What every view is given, and the frame it stands in. */

export interface ViewProps {
  readonly caller: Caller;
  readonly workspace: z.infer<typeof workspaceBody>;
  /** What stands behind the view in the address: `#kiosks/{rest}`; empty for the view itself. */
  readonly rest: string;
}

export interface Shell {
  /** Says something to everybody, screen readers included, until the next is said or another view is shown. */
  readonly say: (notice: string) => void;
  /** Called by what is shown in place of something else; true but for the first of all: then the focus goes to its heading. */
  readonly hasMoved: () => boolean;
}
export const ShellContext = createContext<Shell>({ say: () => undefined, hasMoved: () => false });

export function useSay(): Shell["say"] {
  return useContext(ShellContext).say;
}

interface FrameProps {
  /** The heading, and the title of the browser's window: never something secret. */
  readonly title: string;
  /** Address of what this is a part of. */
  readonly back?: { readonly href: string; readonly name: string };
  /** Buttons beside the heading. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A view: its heading takes the focus when one comes here, and names the window. */
export function Frame({ title, back, actions, children }: FrameProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  const { hasMoved } = useContext(ShellContext);
  useLayoutEffect(() => {
    if (hasMoved()) heading.current?.focus();
  }, []);
  useEffect(() => void (document.title = `${title} – Punchbox`), [title]);
  return (
    <>
      <div class="heading">
        {back !== undefined && (
          <a class="back" href={back.href}>
            {back.name}
          </a>
        )}
        <h2 id="view" tabIndex={-1} ref={heading}>
          {title}
        </h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </>
  );
}

/** A titled part of a view. */
export function Section({
  title,
  actions,
  children,
}: {
  readonly title: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  const id = `part-${title.toLowerCase().replaceAll(/[^a-z]+/g, "-")}`;
  return (
    <section aria-labelledby={id}>
      <div class="heading">
        <h3 id={id}>{title}</h3>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** Stands where something will be, or says why it will not. */
export function Waiting({ loaded }: { readonly loaded: Pick<Loaded<unknown>, "refused"> }): JSX.Element {
  return loaded.refused === null ? (
    <p class="loading">Loading…</p>
  ) : (
    <p class="notice">{loaded.refused.message}</p>
  );
}
