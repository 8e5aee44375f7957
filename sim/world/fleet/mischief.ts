import { Hd44780 } from "../../chips/hd44780.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { chanceFor, FAULTS, pick, whole, type FaultKind, type Tally } from "./faults.ts";
import type { SimulatedDisk } from "../simulated-disk.ts";
import { Post } from "./post.ts";
import type { Site } from "./site.ts";
import type { Stage } from "./stage.ts";
import { GLASS_MENDED_MS } from "./watchman.ts";
import type { Witness } from "./witness.ts";

/** What every fault works on. */
export interface MischiefParts {
  readonly seed: number;
  readonly stage: Stage;
  readonly witness: Witness;
  readonly tally: Tally;
  /** Copies of cards add to it. */
  readonly posts: Post[];
  readonly sites: readonly Site[];
  readonly kinds: readonly FaultKind[];
}

interface Scene extends MischiefParts {
  readonly random: SeededRandom;
}

type Deed = (scene: Scene) => Promise<void>;

const FEW_SECONDS_MS: readonly [number, number] = [500, 8_000];
/** A power cut strikes within so many changes of a disk, or after a while without. */
const MOST_CHANGES = 30;
const AMBUSH_MS = 60_000;

/**
 * Does mischief of each kind, each after its own chance, for as long as `isBusy`; resolves with all of it mended. What a fault
 * takes away from what must come true (an event that rots before the hub has it), it tells the witness.
 */
export async function doMischief(parts: MischiefParts, isOver: () => boolean): Promise<void> {
  await Promise.all(
    parts.kinds.map(async (kind) => {
      const deed = DEEDS[kind];
      if (deed === undefined) return;
      const scene = { ...parts, random: chanceFor(parts.seed, kind) };
      for (;;) {
        await parts.stage.sleepBusy(-FAULTS[kind].everyMs * Math.log(1 - scene.random.uniform()));
        if (isOver()) return;
        parts.tally.count(`fault: ${kind}`);
        await deed(scene);
      }
    }),
  );
}

async function during(scene: Scene, [leastMs, mostMs] = FEW_SECONDS_MS): Promise<void> {
  await scene.stage.sleep(whole(scene.random, leastMs, mostMs));
}

/** Cuts a power between two changes of a disk, or lets it be when nothing is changed for long. */
function ambush({ stage, random }: Scene, disk: SimulatedDisk, cut: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = stage.scheduler.after(AMBUSH_MS, () => {
      disk.stopBefore(Infinity, () => undefined);
      resolve();
    });
    disk.stopBefore(whole(random, 1, MOST_CHANGES), () => {
      giveUp.cancel();
      // Not within the write itself: the machine is off an instant later, and nothing it does meanwhile leaves a trace.
      stage.scheduler.soon(() => void cut().then(resolve, reject));
    });
  });
}

const DEEDS: Partial<Record<FaultKind, Deed>> = {
  "power-cut": async (scene) => {
    const post = pick(scene.random, scene.posts);
    await post.powerOff();
    await during(scene);
    await post.powerOn();
  },
  "power-cut-in-write": async (scene) => {
    const post = pick(scene.random, scene.posts);
    if (!post.box.isOn) return;
    await ambush(scene, post.box.disk, () => post.powerOff());
    await during(scene);
    await post.powerOn();
  },
  "network-loss": async (scene) => {
    const post = pick(scene.random, scene.posts);
    post.setNetwork(false);
    await during(scene, [1_000, 120_000]);
    post.setNetwork(true);
  },
  "network-delay": async (scene) => {
    const post = pick(scene.random, scene.posts);
    post.delayMs = () => whole(scene.random, 1, 2_000);
    await during(scene, [5_000, 60_000]);
    post.delayMs = () => 0;
  },
  "link-reset": async ({ random, posts }) => {
    pick(random, posts).wire?.reset();
    await Promise.resolve();
  },
  "late-duplicate": async ({ random, posts }) => {
    pick(random, posts).wire?.lag(whole(random, 10, 3_000));
    await Promise.resolve();
  },
  "half-open": async ({ random, posts }) => {
    pick(random, posts).wire?.lose(pick(random, ["up", "down"]));
    await Promise.resolve();
  },
  "hub-restart": async (scene) => {
    const site = pick(scene.random, scene.sites);
    if (!site.box.isOn) return;
    await site.box.stop();
    await during(scene);
    await site.start();
  },
  "hub-power-cut": async (scene) => {
    const site = pick(scene.random, scene.sites);
    if (!site.box.isOn) return;
    await ambush(scene, site.box.disk, () => {
      site.cut();
      return Promise.resolve();
    });
    await during(scene);
    await site.start();
  },
  "hub-restore": async (scene) => {
    const site = pick(scene.random, scene.sites);
    if (!site.box.isOn) return;
    const older = site.backup;
    site.backup = site.box.disk.afterCut();
    if (older === null) return;
    site.cut();
    site.box.disk.becomeImage(older);
    // What it knew of other terminals' waits is gone with the rest.
    const its = scene.posts.filter((post) => post.site === site).map(({ name }) => name);
    scene.witness.forgetWaits((post) => its.includes(post));
    await during(scene);
    await site.start();
  },
  "disk-full": async (scene) => {
    const { disk } = pick(scene.random, scene.posts).box;
    disk.capacityBytes = disk.usedBytes() + whole(scene.random, 0, 40_000);
    await during(scene, [1_000, 60_000]);
    disk.capacityBytes = Infinity;
  },
  "sync-fails": async (scene) => {
    const { disk } = pick(scene.random, scene.posts).box;
    const often = pick(scene.random, [0.1, 0.5, 1]);
    const isWrites = scene.random.uniform() < 0.3;
    if (isWrites) disk.failsWrite = () => scene.random.uniform() < often;
    else disk.failsSync = () => scene.random.uniform() < often;
    await during(scene, [1_000, 30_000]);
    disk.failsWrite = () => false;
    disk.failsSync = () => false;
  },
  "bit-rot": async ({ random, posts, witness }) => {
    const post = pick(random, posts);
    if (post.terminal === null) return;
    const file = post.box.ledgerFile + pick(random, ["", "", "-wal"]);
    if (!post.box.disk.exists(file) || post.box.disk.size(file) === 0) return;
    witness.excuse(post);
    post.isRotten = true;
    post.box.disk.rot(file, whole(random, 0, post.box.disk.size(file) - 1), whole(random, 0, 7));
    witness.forgetWaits((of) => of === post.name);
    await Promise.resolve();
  },
  "clock-step": async ({ random, posts }) => {
    const byMs = pick(random, [1_000, 60_000, 3_600_000, 86_400_000, 30 * 86_400_000]);
    pick(random, posts).box.clock.step(pick(random, [byMs, -byMs]));
    await Promise.resolve();
  },
  "clock-drift": async (scene) => {
    const post = pick(scene.random, scene.posts);
    post.box.clock.setNtp(false);
    await during(scene, [10_000, 300_000]);
    post.box.clock.setNtp(post.isNetworkOn);
  },
  "wrong-year": async (scene) => {
    const post = pick(scene.random, scene.posts);
    await post.powerOff();
    post.setNetwork(false);
    await during(scene);
    await post.powerOn();
    await during(scene, [10_000, 120_000]);
    post.setNetwork(true);
  },
  "card-restored": async (scene) => {
    const post = pick(scene.random, scene.posts);
    if (post.terminal === null) return;
    const image = post.box.disk.afterCut();
    await during(scene, [20_000, 200_000]);
    scene.witness.excuse(post);
    await post.powerOff();
    scene.witness.cardChanged(post);
    post.isCopied = true;
    post.box.disk.becomeImage(image);
    scene.witness.forgetWaits((of) => of === post.name);
    await during(scene);
    await post.powerOn();
  },
  "card-cloned": async (scene) => {
    const post = pick(scene.random, scene.posts);
    if (post.terminal === null) return;
    const disk = post.box.disk.afterCut();
    const name = `${post.name} copy ${scene.posts.length}`;
    const clone = new Post({
      ...post.options,
      name,
      random: scene.random.fork(),
      card: { disk, identity: post.box.identity },
    });
    post.isCopied = true;
    clone.isCopied = true;
    scene.posts.push(clone);
    await clone.powerOn();
  },
  "stuck-key": async (scene) => {
    const post = pick(scene.random, scene.posts);
    const key = pick(scene.random, post.box.board.matrix.keys);
    post.keysTroubledUntilMs = Infinity;
    post.box.board.matrix.press(key);
    await during(scene, [1_000, 90_000]);
    post.box.board.matrix.release(key);
    post.keysTroubledUntilMs = scene.stage.nowMs + 60_000;
  },
  "nibble-loss": async ({ random, posts, stage }) => {
    const post = pick(random, posts);
    const { chip } = post.box.board;
    // A serial display takes no nibbles.
    if (!(chip instanceof Hd44780)) return;
    post.glassTroubledUntilMs = stage.nowMs + GLASS_MENDED_MS;
    post.wasDropping = true;
    chip.dropNibble(whole(random, 1, 100));
    await Promise.resolve();
  },
};
