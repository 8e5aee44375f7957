import type { KioskId, PersonId } from "../../protocol/ids.ts";
import type { HubContext } from "../context.ts";
import type { HubTransaction } from "../store/schema.ts";

/** What the workspace's owners and admins are told by mail. Ids only: names are filled in when it is written. */
export type Notice =
  /** "Forgot your PIN?" (PIN rule 7); `request` is that of `pin_requests`. */
  | {
      readonly kind: "forgot-pin";
      readonly request: string;
      readonly person: PersonId;
      readonly kiosk: KioskId;
      readonly atMs: number;
    }
  /** Somebody guesses at a PIN, slowly (design section 7). `person` null: at the kiosk's Universal PIN. */
  | {
      readonly kind: "slow-guess";
      readonly alarm: string;
      readonly person: PersonId | null;
      readonly kiosk: KioskId;
      readonly guesses: number;
      /** The PIN must be changed now. */
      readonly mustChange: boolean;
      readonly atMs: number;
    }
  /** A terminal's budget against one PIN tried on many people is spent. */
  | { readonly kind: "spray"; readonly alarm: string; readonly kiosk: KioskId; readonly atMs: number }
  /** An admin exported PINs: the others are told. */
  | {
      readonly kind: "pins-exported";
      readonly audit: string;
      readonly by: PersonId;
      readonly kiosk: KioskId;
      readonly atMs: number;
    };

/** Queues a mail of this notice for each owner and admin, in the caller's transaction: once, however often it is told. */
export async function queueNotice(
  _transaction: HubTransaction,
  _context: Pick<HubContext, "random" | "wallClock">,
  _notice: Notice,
): Promise<void> {}
