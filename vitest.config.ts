/**
 * Two cores, two workers. Most files share a process, so that what they import is loaded once a worker; files that start
 * workers, servers or programs of their own, or that watch the process itself, get a process of their own.
 */
import { defineConfig } from "vitest/config";

const SHARED = ["core", "schema", "goal", "vocabulary", "platform", "activities", "client"].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

const common = {
  pool: "forks",
  testTimeout: 60_000,
  hookTimeout: 120_000,
  restoreMocks: true,
} as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...common, name: "shared", include: SHARED, isolate: false } },
      { test: { ...common, name: "own", include: ["test/**/*.test.ts"], exclude: SHARED, isolate: true } },
    ],
  },
});
