/** The façade held against its own description by Schemathesis, with all its checks, as a caller who may do everything. */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadLocal } from "../../../src/app/local.js";
import { cacheDirectory } from "../../../src/platform/temporal/cache.js";
import { startServing } from "./support/staged.js";

/** Where `scripts/provide-schemathesis.mjs` puts it. */
const FOLDER = join(cacheDirectory(process.env) ?? "/nonexistent", "services", "schemathesis-4.32.5");
const isThere = existsSync(join(FOLDER, "complete"));
const without = isThere ? "" : " (skipped: Schemathesis is absent, run npm run provide:schemathesis)";
const CONFIG = resolve(import.meta.dirname, "fixtures/schemathesis.toml");
const OUTPUT_MAX = 6_000;

test.skipIf(!isThere)(
  `no request that is made from it is answered otherwise than it says${without}`,
  async () => {
    const serving = await startServing({
      refusalsPerMinute: 1_000_000,
      local: () => loadLocal({ AUTOOPS_HOME: "/nonexistent" }),
    });
    const folder = mkdtempSync(join(tmpdir(), "autoops-schemathesis-"));
    onTestFinished(async () => {
      await serving.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    const key = await serving.key("root", "admins");
    const options = [
      "--max-examples",
      "25",
      "--seed",
      "1",
      "--request-timeout",
      "60",
      "--suppress-health-check",
      "all",
    ];
    const words = ["--config-file", CONFIG, "--no-color", "run", `${serving.url}/openapi.json`, ...options];
    const child = spawn(join(FOLDER, "bin", "schemathesis"), [...words, "--header", `Authorization: Bearer ${key}`], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const code = await new Promise<number | null>((done) => child.once("close", done));
    const lines = output.split("\n").map((line) => line.slice(0, 400));
    expect(code, lines.join("\n").slice(0, OUTPUT_MAX)).toBe(0);
    expect(output).toMatch(/Operations:\s+\d+ selected/);
    // It did reach what it was to reach: reads, starts and decisions.
    const called = new Set(serving.calls.map(([name]) => name));
    for (const name of ["list", "view", "report", "start", "decide", "cancel", "inbox", "plan"])
      expect(called).toContain(name);
  },
  300_000,
);
