import type { Random } from "../../protocol/seams.ts";

/**
 * A disk that keeps its promises and no more: what was synced survives a power cut, of what was not each sector
 * survives or not, by chance. Names (create, rename, remove) are on disk at once. Files live in memory; nothing takes time.
 * It may be made to fail: to be full, to fail writes and syncs, to rot, to lose its power between any two changes.
 */

/** Smallest unit a card writes whole. */
export const SECTOR_BYTES = 512;
const FIRST_CAPACITY_BYTES = 64 * 1024;
/** A test that writes more than this has lost its way. */
const MAX_FILE_BYTES = 512 * 1024 * 1024;

export interface DiskCounts {
  writes: number;
  syncs: number;
}

/** Thrown where a real disk answers with this errno. */
export class DiskError extends Error {
  readonly code: "ENOSPC" | "EIO";

  constructor(code: "ENOSPC" | "EIO") {
    super(code);
    this.code = code;
  }
}

class SimulatedFile {
  /** As readers see it, zero beyond the size; whole sectors. */
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY_BYTES);
  #size = 0;
  /** As it was synced; the same length. */
  #durable: Uint8Array = new Uint8Array(FIRST_CAPACITY_BYTES);
  #durableSize = 0;
  /** Sectors changed since the last sync. */
  readonly #changed = new Set<number>();
  /**
   * Of those, the ones that a failed sync gave up: readers see them, a later sync takes them for written, and they are not on
   * the disk (so Linux does with pages that it could not write).
   */
  readonly #givenUp = new Set<number>();

  get size(): number {
    return this.#size;
  }

  get hasUnsynced(): boolean {
    return this.#changed.size > 0 || this.#size !== this.#durableSize;
  }

  /** Copies into `target` from `offset`; returns how many bytes there were, the rest is zero. */
  read(target: Uint8Array, offset: number): number {
    const available = Math.max(0, Math.min(target.length, this.#size - offset));
    target.set(this.#bytes.subarray(offset, offset + available));
    target.fill(0, available);
    return available;
  }

  write(source: Uint8Array, offset: number): void {
    const end = offset + source.length;
    this.#reserve(end);
    this.#change(offset, end);
    this.#bytes.set(source, offset);
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    this.#reserve(size);
    this.#change(size, this.#size);
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
  }

  sync(): void {
    if (this.#givenUp.size === 0) {
      for (const sector of this.#changed) copySector(this.#bytes, this.#durable, sector);
      this.#changed.clear();
    }
    for (const sector of this.#changed) {
      if (this.#givenUp.has(sector)) continue;
      copySector(this.#bytes, this.#durable, sector);
      this.#changed.delete(sector);
    }
    this.#durableSize = this.#size;
  }

  failSync(): void {
    for (const sector of this.#changed) this.#givenUp.add(sector);
  }

  flip(offset: number, bit: number): void {
    for (const bytes of [this.#bytes, this.#durable]) bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
  }

  /** The power goes: each unsynced sector and the size are the new or the old, by chance. */
  cut(random: Random): void {
    for (const sector of this.#changed) {
      if (random.uniform() < 0.5) copySector(this.#durable, this.#bytes, sector);
    }
    if (this.#size !== this.#durableSize && random.uniform() < 0.5) {
      this.#bytes.fill(0, this.#durableSize, Math.max(this.#size, this.#durableSize));
      this.#size = this.#durableSize;
    }
    this.#givenUp.clear();
    this.sync();
  }

  /** A copy with all that was not synced taken back. */
  durable(): SimulatedFile {
    const copy = new SimulatedFile();
    copy.write(this.#durable.subarray(0, this.#durableSize), 0);
    copy.sync();
    return copy;
  }

  #change(offset: number, end: number): void {
    for (let sector = Math.floor(offset / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector += 1) {
      this.#changed.add(sector);
      this.#givenUp.delete(sector);
    }
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#bytes.length) return;
    if (bytes > MAX_FILE_BYTES) throw new RangeError(`a simulated file may have ${MAX_FILE_BYTES} bytes`);
    let capacity = this.#bytes.length;
    while (capacity < bytes) capacity *= 2;
    this.#bytes = grown(this.#bytes, capacity);
    this.#durable = grown(this.#durable, capacity);
  }
}

function copySector(from: Uint8Array, to: Uint8Array, sector: number): void {
  const start = sector * SECTOR_BYTES;
  to.set(from.subarray(start, start + SECTOR_BYTES), start);
}

function grown(bytes: Uint8Array, capacity: number): Uint8Array {
  const larger = new Uint8Array(capacity);
  larger.set(bytes);
  return larger;
}

/** The files of one machine, by name. */
export class SimulatedDisk {
  readonly counts: DiskCounts = { writes: 0, syncs: 0 };
  /** All files together may have so many bytes. */
  capacityBytes = Infinity;
  /** Whether the next write, or sync, of this file fails. */
  failsWrite: (name: string) => boolean = () => false;
  failsSync: (name: string) => boolean = () => false;
  readonly #files = new Map<string, SimulatedFile>();
  #isDead = false;
  #changesLeft = Infinity;
  #onStop: () => void = () => undefined;

  /**
   * The power goes before the `changes`-th change from now (a write, a sync, a name): that one and all later ones fail and leave
   * nothing, until {@link cut} says what was there. `onStop` is called as it happens, amidst whoever changes something.
   */
  stopBefore(changes: number, onStop: () => void): void {
    this.#changesLeft = changes;
    this.#onStop = onStop;
  }

  /** The power goes now. */
  stop(): void {
    this.#isDead = true;
    this.#changesLeft = Infinity;
  }

  /** It has lost its power, and nobody has said yet what was there then. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** Whether something would be lost if the power went. */
  hasUnsynced(name: string): boolean {
    return this.#files.get(name)?.hasUnsynced ?? false;
  }

  exists(name: string): boolean {
    return this.#files.has(name);
  }

  size(name: string): number {
    return this.#file(name).size;
  }

  /** Throws {@link DiskError} without power, as all that changes something does. */
  create(name: string): void {
    this.#change();
    if (!this.#files.has(name)) this.#files.set(name, new SimulatedFile());
  }

  remove(name: string): void {
    this.#change();
    this.#files.delete(name);
  }

  read(name: string, target: Uint8Array, offset: number): number {
    return this.#file(name).read(target, offset);
  }

  /** Throws {@link DiskError}; nothing is written then. */
  write(name: string, source: Uint8Array, offset: number): void {
    this.#change();
    this.counts.writes += 1;
    if (this.failsWrite(name)) throw new DiskError("EIO");
    const growth = Math.max(0, offset + source.length - this.size(name));
    if (growth > this.freeBytes()) throw new DiskError("ENOSPC");
    this.#file(name).write(source, offset);
  }

  truncate(name: string, size: number): void {
    this.#change();
    this.counts.writes += 1;
    this.#file(name).truncate(size);
  }

  /** Throws {@link DiskError}; what was not synced is then seen by readers and never reaches the disk. */
  sync(name: string): void {
    this.#change();
    this.counts.syncs += 1;
    if (this.failsSync(name)) {
      this.#file(name).failSync();
      throw new DiskError("EIO");
    }
    this.#file(name).sync();
  }

  names(): string[] {
    return [...this.#files.keys()];
  }

  usedBytes(): number {
    return [...this.#files.values()].reduce((bytes, { size }) => bytes + size, 0);
  }

  freeBytes(): number {
    return Math.max(0, this.capacityBytes - this.usedBytes());
  }

  /** Whoever has the file open must open it again. */
  rename(from: string, to: string): void {
    this.#change();
    const file = this.#file(from);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  /** A bit of a file is another one than was written. */
  rot(name: string, offset: number, bit: number): void {
    this.#file(name).flip(offset, bit);
  }

  /** The power goes. Whoever had files open must open them again. */
  cut(random: Random): void {
    this.#isDead = false;
    this.#changesLeft = Infinity;
    for (const name of [...this.#files.keys()].sort()) this.#file(name).cut(random);
  }

  /** A copy of this disk as the worst power cut would leave it now: nothing that was not synced is there. */
  afterCut(): SimulatedDisk {
    const copy = new SimulatedDisk();
    copy.becomeImage(this);
    return copy;
  }

  /** This disk is rewritten with what the worst power cut would leave of another one now. */
  becomeImage(of: SimulatedDisk): void {
    const files = [...of.#files].map(([name, file]) => [name, file.durable()] as const);
    this.#files.clear();
    for (const [name, file] of files) this.#files.set(name, file);
  }

  #change(): void {
    this.#changesLeft -= 1;
    if (this.#changesLeft <= 0) {
      this.stop();
      this.#onStop();
    }
    if (this.#isDead) throw new DiskError("EIO");
  }

  #file(name: string): SimulatedFile {
    const file = this.#files.get(name);
    if (file === undefined) throw new RangeError(`no file ${name} on the simulated disk`);
    return file;
  }
}
