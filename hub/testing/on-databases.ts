import { afterEach, beforeEach, describe } from "vitest";
import { testDatabases, type TestDatabase } from "./databases.ts";
import { openTestHub, type TestHub } from "./hub.ts";

export interface HubOnDatabase {
  /** The hub of the test that runs. */
  readonly hub: TestHub;
  /** Whether another hub may run on the same database. */
  readonly isShared: boolean;
  /** Another hub on the same database, closed after the test. */
  openAnother(): Promise<TestHub>;
  /** Ends what was there and opens the hub of another fresh workspace: for the runs of one property. */
  startAfresh(): Promise<TestHub>;
}

/** Databases wait for disks, and machines are shared. */
const LIMIT_MS = 60_000;

/** The tests of a file named `*.db.test.ts`: each on a fresh workspace, on every database. */
export function describeOnDatabases(name: string, tests: (given: HubOnDatabase) => void): void {
  describe.each(testDatabases())(`${name}, on $name`, { timeout: LIMIT_MS }, ({ create, isShared }) => {
    let database: TestDatabase | null = null;
    let hubs: TestHub[] = [];

    const open = async (): Promise<TestHub> => {
      if (database === null) throw new RangeError("a hub is opened within a test");
      // Chance of its own: two hubs never make the same id.
      const hub = await openTestHub("empty", await database.open(), 1 + hubs.length);
      hubs.push(hub);
      return hub;
    };
    const begin = async (): Promise<TestHub> => {
      database = await create();
      return open();
    };
    const end = async (): Promise<void> => {
      for (const hub of hubs) await hub.core.close();
      hubs = [];
      await database?.remove();
      database = null;
    };
    beforeEach(async () => {
      await begin();
    });
    afterEach(end);

    tests({
      isShared,
      get hub() {
        const [hub] = hubs;
        if (hub === undefined) throw new RangeError("the hub is there within a test");
        return hub;
      },
      openAnother: open,
      async startAfresh() {
        await end();
        return begin();
      },
    });
  });
}
