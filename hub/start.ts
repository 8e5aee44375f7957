import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import { CodedError, codeOf } from "../protocol/errors.ts";
import type { Kdf, Random, Scheduler, WallClock } from "../protocol/seams.ts";
import { prepareDemoSignIn } from "./access/demo.ts";
import { linkPath, makeOwnerLink } from "./access/links.ts";
import { Passwords } from "./access/passwords.ts";
import { Changes } from "./changes.ts";
import type { HubContext } from "./context.ts";
import { openHubData, type HubData } from "./data.ts";
import { createDemo, isDemoUnfinished, type DemoWorkspace } from "./demo.ts";
import { build } from "./http/build.ts";
import { loopbackHosts } from "./http/guard.ts";
import type { PageAssets } from "./http/page.ts";
import type { HubLog } from "./log.ts";
import { MailSender, type MailWay } from "./mail/sender.ts";
import { resealPins } from "./pins/reseal.ts";
import { deriveAllIfDue } from "./punches/derive-all.ts";
import { requireTimeZone } from "./punches/days.ts";
import { RefusalLog } from "./session/refusals.ts";
import { SessionRegistry } from "./session/registry.ts";
import { TerminalSession, type SessionHost } from "./session/session.ts";
import { listenForTerminals, TERMINAL_PATH } from "./terminals/listen.ts";
import { createWorkspace, DEFAULT_WORKSPACE, findWorkspace } from "./workspace/workspace.ts";

export interface HubSeams {
  readonly scheduler: Scheduler;
  readonly wallClock: WallClock;
  readonly random: Random;
  readonly kdf: Kdf;
  readonly logger: HubLog;
}

export interface HubOptions extends HubSeams {
  readonly data: HubData;
  /** 0 picks a free one. */
  readonly port: number;
  /** A loopback address: there is no TLS yet. */
  readonly host: "127.0.0.1" | "::1";
  readonly assets: PageAssets;
  /** IANA name, for the workspace that a first start makes. */
  readonly timeZone: string;
  /** What a first start makes. */
  readonly firstStart: "empty" | "demo";
  /** Makes a link for an owner also when one can sign in: they may have lost their password. */
  readonly ownerLink?: boolean;
  /** Where people reach the hub's page, ending in a slash; left out: at the address that it listens on. */
  readonly pageUrl?: string | undefined;
  /** Left out: mails stay in the outbox. The hub closes the transport. */
  readonly mail?: MailWay | undefined;
}

/** The hub without its network side: what the seeded world runs, over links of its own. */
export interface HubCore {
  readonly context: HubContext;
  readonly sessions: SessionRegistry;
  readonly host: SessionHost;
  /** Set only when this start made the demo workspace: its PINs, to be printed once. */
  readonly demo: DemoWorkspace | null;
  /** Closes sessions and database. */
  close(): Promise<void>;
}

export interface RunningHub extends HubCore {
  /** `http://127.0.0.1:port/` */
  readonly url: string;
  /** `ws://127.0.0.1:port/terminal` */
  readonly terminalUrl: string;
  readonly port: number;
  /** The page's address with a one-time token for an owner's sign-in; null while there is one. To be printed, not logged. */
  readonly ownerLink: string | null;
}

/**
 * Opens the data and makes the workspace if there is none. Rejects with CodedError: `hub.data` (a folder that cannot be
 * used), `hub.data-in-use`, `hub.key-missing`, `hub.key`, `hub.key-other`,
 * `store.open`, `store.sql`, `store.migrate`, `time-zone.unknown`, and for a rotation `pin.write-only` or `pin.unreadable`.
 */
export async function openHub(
  options: HubSeams & Pick<HubOptions, "data" | "timeZone" | "firstStart">,
): Promise<HubCore> {
  requireTimeZone(options.timeZone);
  const data = await openHubData(options.data, options.random);
  const { store, secrets } = data;
  const context: HubContext = {
    store,
    secrets,
    kdf: options.kdf,
    random: options.random,
    wallClock: options.wallClock,
    changes: new Changes(),
  };
  try {
    const demo = await prepareWorkspace(context, options.timeZone, options.firstStart);
    const resealed = await resealPins(context);
    if (resealed > 0) options.logger.info({ resealed }, "PINs are kept under the newest key");
    data.settleKeys();
    if (await deriveAllIfDue(context))
      options.logger.info({}, "everyone's history was derived from the events");
    const sessions = new SessionRegistry(context.changes);
    const refusals = new RefusalLog(options.logger, options.scheduler);
    const { scheduler, logger: log } = options;
    return {
      context,
      sessions,
      host: { context, scheduler, registry: sessions, refusals, log },
      demo,
      async close() {
        sessions.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Starts the whole hub. Rejects as {@link openHub} does, and with CodedError `hub.port-taken` or `hub.listen`. Its
 * `close` ends every socket within a second; what was acknowledged is on disk.
 */
export async function startHub(options: HubOptions): Promise<RunningHub> {
  const core = await openHub(options);
  let port = options.port;
  const access = { ...core.context, passwords: new Passwords(core.context) };
  const isDemo = options.firstStart === "demo";
  const authority = (): string => `${options.host === "::1" ? "[::1]" : options.host}:${port}`;
  const hubUrl = (): string => options.pageUrl ?? `http://${authority()}/`;
  const app = build({
    access,
    isDemo,
    sessions: core.sessions,
    scheduler: options.scheduler,
    log: options.logger,
    mail: { hasServer: options.mail !== undefined, hubUrl },
    assets: options.assets,
    servedHosts: () => loopbackHosts(port),
  });
  const terminals = listenForTerminals({
    server: app.server,
    scheduler: options.scheduler,
    refusals: core.host.refusals,
    accept: (link, peer) => new TerminalSession(core.host, link, peer),
  });
  let ownerToken: string | null;
  try {
    if (isDemo) await prepareDemoSignIn(access);
    ownerToken = await makeOwnerLink(access, options.ownerLink === true);
    port = await listen(app, options.host, options.port);
  } catch (error) {
    terminals.close();
    await app.close();
    options.mail?.transport.close();
    await core.close();
    throw error;
  }
  const url = `http://${authority()}/`;
  options.logger.info({ port, host: options.host }, "hub listening");
  const { scheduler, logger: log, mail } = options;
  const sender = new MailSender({ context: core.context, scheduler, log, hubUrl, mail: mail ?? null });
  let closing: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    // First the goodbyes, so that terminals know it is no fault of theirs, then whoever did not leave.
    core.sessions.close();
    await new Promise<void>((resolve) => {
      options.scheduler.after(GOODBYE_MS, resolve);
    });
    terminals.close();
    await app.close();
    await sender.close();
    await core.close();
    options.logger.info({ port }, "hub stopped");
  };
  return {
    ...core,
    url,
    terminalUrl: `ws://${authority()}${TERMINAL_PATH}`,
    port,
    ownerLink: ownerToken === null ? null : url + linkPath(ownerToken),
    close: () => (closing ??= close()),
  };
}

/** Time for the goodbyes to leave before the sockets are cut. */
const GOODBYE_MS = 100;

async function prepareWorkspace(
  context: HubContext,
  timeZone: string,
  firstStart: "empty" | "demo",
): Promise<DemoWorkspace | null> {
  const workspace = await findWorkspace(context.store.queries);
  if (workspace !== null) {
    const isDue = firstStart === "demo" && (await isDemoUnfinished(context));
    return isDue ? createDemo(context, timeZone) : null;
  }
  if (firstStart === "demo") return createDemo(context, timeZone);
  await createWorkspace(context, { ...DEFAULT_WORKSPACE, timeZone });
  return null;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    if (codeOf(cause) === "EADDRINUSE") {
      throw new CodedError(
        "hub.port-taken",
        `port ${port} is taken: give another with --port, or 0 for any`,
        {
          cause,
        },
      );
    }
    throw new CodedError("hub.listen", `cannot listen on ${host} port ${port}: ${codeOf(cause)}`, { cause });
  }
  return portOf(app.server.address());
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") {
    throw new CodedError("hub.listen", "the hub listens on no port");
  }
  return address.port;
}
