import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A real mail server for one test: Debian's Exim without privileges, with a configuration and a spool of its own, which puts
 * every mail into one maildir. It is started for each connection, as inetd does, so that nothing is left running.
 */

/** Where Debian puts it. */
const PROGRAM = "/usr/sbin/exim4";
/** The account that Debian's package made. */
const ACCOUNT = "Debian-exim";

/** Whether this machine has Exim. */
export function hasExim(): boolean {
  return existsSync(PROGRAM);
}

export class Exim {
  readonly #folder: string;
  readonly #server: Server;
  readonly #running = new Set<ChildProcess>();

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
  }

  static async open(): Promise<Exim> {
    const folder = mkdtempSync(join(tmpdir(), "punchbox-exim-"));
    const account = unprivileged();
    mkdirSync(join(folder, "box"));
    writeFileSync(join(folder, "exim.conf"), configuration(folder, account));
    for (const path of [folder, join(folder, "box")]) chownSync(path, account.uid, account.gid);
    const server = createServer({ pauseOnConnect: true }, (socket) => exim.#serve(socket, account));
    const exim = new Exim(folder, server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return exim;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new RangeError("Exim listens on no port");
    return address.port;
  }

  /** Messages in the box, as a reader's program fetches them. */
  messages(): string[] {
    const box = join(this.#folder, "box", "new");
    if (!existsSync(box)) return [];
    return readdirSync(box).map((name) => readFileSync(join(box, name), "latin1").replaceAll("\n", "\r\n"));
  }

  async close(): Promise<void> {
    this.#server.close();
    const ended = [...this.#running].map((child) => once(child, "close"));
    for (const child of this.#running) child.kill();
    await Promise.all(ended);
    rmSync(this.#folder, { recursive: true });
  }

  #serve(socket: Socket, account: Account): void {
    // In the foreground the delivery belongs to the connection: who waits for its end waits for the mail.
    const flags = ["-C", join(this.#folder, "exim.conf"), "-bs", "-odf"];
    const child = spawn(PROGRAM, flags, { ...account, stdio: [socket, socket, "ignore"] });
    this.#running.add(child);
    child.on("close", () => {
      this.#running.delete(child);
      socket.destroy();
    });
  }
}

interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Root's privileges are given away; anyone else has none. */
function unprivileged(): Account {
  const idOf = (...flags: string[]): number => Number(spawnSync("id", flags, { encoding: "utf8" }).stdout);
  const whose = idOf("-u") === 0 ? [ACCOUNT] : [];
  return { uid: idOf("-u", ...whose), gid: idOf("-g", ...whose) };
}

function configuration(folder: string, { uid, gid }: Account): string {
  return `
primary_hostname = mail.test
spool_directory = ${folder}/spool
log_file_path = ${folder}/%slog
exim_user = ${uid}
exim_group = ${gid}
deliver_drop_privilege = true
keep_environment =
tls_advertise_hosts =
host_lookup =
rfc1413_query_timeout = 0s
smtp_accept_queue_per_connection = 0
acl_smtp_rcpt = accept
acl_smtp_data = accept
begin routers
all:
  driver = accept
  transport = box
begin transports
box:
  driver = appendfile
  directory = ${folder}/box
  maildir_format
  user = ${uid}
  group = ${gid}
`;
}
