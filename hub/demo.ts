import type { Role } from "../protocol/roster.ts";
import type { KioskId } from "../protocol/ids.ts";
import { HUB_ACTOR } from "./access.ts";
import type { HubContext } from "./context.ts";
import { assignPerson } from "./kiosks/assign.ts";
import { createKiosk, listKiosks } from "./kiosks/kiosks.ts";
import { addPerson, listPeople } from "./people/people.ts";
import { createWorkspace, DEFAULT_WORKSPACE, findWorkspace } from "./workspace/workspace.ts";

/** The workspace that a first start on a laptop makes: people to be, and PINs to try, known to all. */

const DEMO_NAME = "Demo";

interface DemoPerson {
  readonly name: string;
  readonly number: string;
  readonly role: Role;
  readonly pin: string;
  /** To be held to a reader; most have none. */
  readonly card?: string;
}

/**
 * Names that start alike, carry accents, or share a PIN where the rules allow it: Jana and José (both regular) have the
 * same, and Marko's is the kiosk's Universal PIN (PIN cases 2 and 3).
 */
const DEMO_PEOPLE: readonly DemoPerson[] = [
  { name: "Ana Kovač", number: "1001", role: "owner", pin: "4821", card: "0A00C4F2B1" },
  { name: "Jan Novák", number: "1038", role: "regular", pin: "7306", card: "0A0071D93E" },
  { name: "Jana Novak", number: "1177", role: "regular", pin: "2958" },
  { name: "Janko Novak", number: "1302", role: "regular", pin: "6140" },
  { name: "Zoë Lindqvist", number: "1420", role: "admin", pin: "9573" },
  { name: "Łukasz Wiśniewski", number: "1455", role: "regular", pin: "3817" },
  { name: "José García Márquez", number: "1519", role: "regular", pin: "2958" },
  { name: "Ștefan Ionescu", number: "1603", role: "manager", pin: "5294" },
  { name: "Marko Horvat", number: "1688", role: "regular", pin: "8062" },
  { name: "Geneviève Lefèvre", number: "1734", role: "manager", pin: "1749" },
  { name: "Jürgen Groß", number: "1811", role: "regular", pin: "6385" },
  { name: "Aoife Ní Bhriain", number: "1926", role: "regular", pin: "4097" },
];

const DEMO_KIOSK = { name: "Westside Bar", universalPin: "8062" } as const;

export interface DemoWorkspace {
  readonly kiosk: KioskId;
  readonly kioskName: string;
  /** Of the kiosk. */
  readonly universalPin: string;
  readonly people: readonly DemoPerson[];
}

/** Whether a start that was cut short left the demo unfinished. */
export async function isDemoUnfinished(context: HubContext): Promise<boolean> {
  const workspace = await findWorkspace(context.store.queries);
  if (workspace?.name !== DEMO_NAME) return false;
  return (await listPeople(context.store.queries)).length < DEMO_PEOPLE.length;
}

/**
 * Makes the demo workspace, or what is missing of it, and returns its PINs, to be printed once and never logged. They
 * keep every PIN rule, for they go through the same use-cases as any others.
 */
export async function createDemo(context: HubContext, timeZone: string): Promise<DemoWorkspace> {
  const { queries } = context.store;
  if ((await findWorkspace(queries)) === null) {
    await createWorkspace(context, { ...DEFAULT_WORKSPACE, name: DEMO_NAME, timeZone });
  }
  const kiosk = await demoKiosk(context, timeZone);
  const present = new Map((await listPeople(queries)).map((each) => [each.number, each.person]));
  for (const each of DEMO_PEOPLE) {
    const wanted = { card: null, ...each, email: null, language: null, moreTime: false };
    const person = present.get(each.number) ?? (await addPerson(context, HUB_ACTOR, wanted)).person;
    await assignPerson(context, HUB_ACTOR, kiosk, person);
  }
  const { name: kioskName, universalPin } = DEMO_KIOSK;
  return { kiosk, kioskName, universalPin, people: DEMO_PEOPLE };
}

async function demoKiosk(context: HubContext, timeZone: string): Promise<KioskId> {
  const present = (await listKiosks(context.store.queries)).find((each) => each.name === DEMO_KIOSK.name);
  if (present !== undefined) return present.kiosk;
  const { kiosk } = await createKiosk(context, HUB_ACTOR, {
    ...DEMO_KIOSK,
    requiresPin: true,
    timeZone,
    language: "en",
    breakEnabled: true,
  });
  return kiosk;
}
