/**
 * Three workers for two cores, for a third of the time passes in waiting for servers and processes. Test files share the
 * processes of their worker, so that what they import, which takes longer than most tests, is loaded once. A process of
 * their own get those that change what belongs to the whole process (environment, folder, memory) or watch it.
 */
import { defineConfig } from "vitest/config";

const ALONE = [
  "test/activities/tools/browser-replay.test.ts",
  "test/bench/**/*.test.ts",
  "test/platform/http/check-url.test.ts",
  "test/e2e/**/*.test.ts",
  "test/integration/facade-load.test.ts",
  "test/integration/model-planner.test.ts",
  "test/integration/namespace-attacks.test.ts",
  "test/integration/policy-keys.test.ts",
  "test/platform/http/rates.test.ts",
  "test/platform/memory/**/*.test.ts",
  "test/services/**/*.test.ts",
  "test/structure/**/*.test.ts",
];

const common = {
  pool: "forks",
  testTimeout: 60_000,
  hookTimeout: 120_000,
  restoreMocks: true,
} as const;

export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      { test: { ...common, name: "shared", include: ["test/**/*.test.ts"], exclude: ALONE, isolate: false } },
      { test: { ...common, name: "alone", include: ALONE, isolate: true } },
    ],
  },
});
