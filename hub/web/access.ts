import { useEffect, useState } from "preact/hooks";
import type * as z from "zod";
import { accessBody, linkBody, openedBody, type callerBody } from "../http/access-schemas.ts";
import { get, post } from "./api.ts";

/** Who is signed in. A link's token comes behind the # of the address, and is taken out of it at once. */

export type Caller = z.infer<typeof callerBody>;
export type Link = z.infer<typeof linkBody> & { readonly token: string };

export type Access =
  | { readonly stage: "asking" }
  | { readonly stage: "unreachable" }
  | { readonly stage: "signed-out"; readonly needsOwner: boolean }
  | { readonly stage: "link"; readonly link: Link }
  | { readonly stage: "void-link" }
  | { readonly stage: "signed-in"; readonly caller: Caller; readonly isDemo: boolean };

const LINK = /^#link=([0-9a-z]+)$/;

export interface AccessState {
  readonly access: Access;
  /** Asks again, after signing in or out. */
  readonly again: () => void;
}

export function useAccess(): AccessState {
  const [access, setAccess] = useState<Access>({ stage: "asking" });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isOver = false;
    const ask = async (): Promise<void> => {
      const found = await find().catch((): Access => ({ stage: "unreachable" }));
      if (!isOver) setAccess(found);
    };
    void ask();
    return () => void (isOver = true);
  }, [turn]);
  return { access, again: () => setTurn((present) => present + 1) };
}

async function find(): Promise<Access> {
  const token = LINK.exec(location.hash)?.[1];
  if (token !== undefined) {
    history.replaceState(null, "", location.pathname);
    return post("links/look", { token }, linkBody).then(
      (link): Access => ({ stage: "link", link: { ...link, token } }),
      (): Access => ({ stage: "void-link" }),
    );
  }
  const { caller, isDemo, needsOwner } = await get("access", accessBody);
  if (caller !== null) return { stage: "signed-in", caller, isDemo };
  if (!isDemo) return { stage: "signed-out", needsOwner };
  await post("sessions/demo", {}, openedBody);
  const now = await get("access", accessBody);
  return now.caller === null
    ? { stage: "signed-out", needsOwner }
    : { stage: "signed-in", caller: now.caller, isDemo };
}
