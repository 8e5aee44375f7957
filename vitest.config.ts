import { defineConfig } from "vitest/config";

/** Ends a test that hangs; a busy machine must not end one that works. */
const WORKS = { testTimeout: 30_000, hookTimeout: 30_000 };
/** Browsers and servers are started in these. */
const STARTS = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{protocol,hal,device,hub,sim}/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/mail/**", "**/node_modules/**"],
          restoreMocks: true,
          ...WORKS,
        },
      },
      {
        // The rules once more, on a real PostgreSQL; test/run.ts leaves it out where there is none.
        test: {
          name: "postgres",
          include: ["hub/**/*.db.test.ts"],
          globalSetup: "test/postgres/cluster.ts",
          restoreMocks: true,
          ...WORKS,
        },
      },
      {
        // Mail by a real mail server; test/run.ts leaves it out where there is none.
        test: { name: "mail", include: ["test/mail/**/*.test.ts"], ...STARTS },
      },
      {
        test: { name: "e2e", include: ["test/e2e/**/*.test.ts"], ...STARTS },
      },
    ],
  },
});
