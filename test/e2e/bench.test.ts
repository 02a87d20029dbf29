/** The benchmark runs to its end and measures every side of every scenario. Its figures are not judged here. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

interface Row {
  name: string;
  ours?: number;
  failures?: Record<string, string>;
}

const run = fileURLToPath(new URL("../../bench/run.mjs", import.meta.url));

function bench(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [run, ...args], { maxBuffer: 16_000_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

test("the quick form of the benchmark completes every scenario on every side", { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await bench(["--quick", "--json"]);
  expect(stderr).toContain("bench: 1,000 runs parked at gates");
  const { rows } = JSON.parse(stdout) as { rows: Row[] };
  expect(rows.filter(({ failures }) => failures !== undefined)).toEqual([]);
  expect(rows.filter(({ ours }) => ours === undefined)).toEqual([]);
  const names = rows.map(({ name }) => name);
  for (const name of [
    "chain of 10",
    "approve → next activity",
    "alert taken, p99",
    "nothing → first run complete",
    "memory a run, 20 parked",
  ])
    expect(names).toContain(name);
  expect(code).toBe(0);
});
