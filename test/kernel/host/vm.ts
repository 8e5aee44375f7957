import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface VirtualMachine {
  readonly image: string;
  readonly initramfs: string;
  /** Shell commands, run as root on a copy of this machine's files. */
  readonly script: string;
  /** It is ended after this long, whatever it does. */
  readonly limitMs: number;
  /** Where its folder of results is made. */
  readonly folder: string;
  readonly onLine: (line: string) => void;
}

/** What the script left in /out. */
export interface VirtualMachineResult {
  /** The text of a file in /out; empty when there is none. */
  readonly file: (name: string) => Promise<string>;
}

const PROCESSORS = 2;
const MEMORY_MIB = 1536;
/** No speculation to mitigate against in an emulator; a panic ends it. */
const KERNEL_PARAMETERS = "console=ttyS0 loglevel=3 panic=-1 mitigations=off tsc=reliable nowatchdog";

/** Boots a machine in QEMU's own emulation (no KVM: it is not everywhere), and waits until it has ended. */
export async function runVirtualMachine(machine: VirtualMachine): Promise<VirtualMachineResult> {
  const out = await mkdtemp(join(machine.folder, "out-"));
  await writeFile(join(out, "run.sh"), machine.script);
  await ended(machine, [
    ...["-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max"],
    ...["-smp", String(PROCESSORS), "-m", String(MEMORY_MIB)],
    ...["-nodefaults", "-display", "none", "-no-reboot"],
    ...["-kernel", machine.image, "-initrd", machine.initramfs, "-append", KERNEL_PARAMETERS],
    ...["-serial", "stdio"],
    ...nullModem(join(out, "null-modem")),
    ...share("host", "/", "readonly=on,multidevs=remap"),
    ...share("out", out, "multidevs=remap"),
  ]);
  return { file: (name) => readFile(join(out, name), "utf8").catch(() => "") };
}

/** Two more serial ports (ttyS1, ttyS2), each at the other's end: a socket of QEMU's that QEMU connects to itself. */
function nullModem(socket: string): string[] {
  return [
    ...["-chardev", `socket,id=one,path=${socket},server=on,wait=off`, "-serial", "chardev:one"],
    ...["-chardev", `socket,id=other,path=${socket}`, "-serial", "chardev:other"],
  ];
}

function share(name: string, path: string, options: string): string[] {
  return [
    "-fsdev",
    `local,id=${name},path=${path},security_model=none,${options}`,
    "-device",
    `virtio-9p-pci,fsdev=${name},mount_tag=${name}`,
  ];
}

function ended({ limitMs, onLine }: VirtualMachine, parameters: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const qemu = spawn("qemu-system-x86_64", parameters, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    let rest = "";
    const take = (chunk: string): void => {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line.trimEnd());
    };
    qemu.stdout.setEncoding("utf8").on("data", take);
    qemu.stderr.setEncoding("utf8").on("data", take);
    qemu.on("error", reject);
    qemu.on("close", (code) => {
      if (rest !== "") onLine(rest);
      if (code === null) onLine(`the virtual machine was ended after ${limitMs / 1000} s`);
      resolve();
    });
  });
}
