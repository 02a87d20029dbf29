/**
 * Two cores, two workers. Tests of what is pure share a process, so that what they import is loaded once a worker; all
 * others get a process of their own, for they start servers and programs, or watch the process itself.
 */
import { defineConfig } from "vitest/config";

const SHARED = ["core", "schema", "goal", "vocabulary"].map((folder) => `test/${folder}/**/*.test.ts`);

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
