/** `autoops report RUN --chart FILE`: the chart comes from the store, and what is missing is said. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { writeChart } from "../../../src/client/cli/run-chart.js";
import type { RunAnswer, Runs } from "../../../src/client/runs.js";
import { createBlobStore } from "../../../src/platform/blobs.js";
import type { Json } from "../../../src/schema/json.js";

const home = mkdtempSync(join(tmpdir(), "autoops-chart-"));
afterAll(() => rmSync(home, { recursive: true }));
const environment = { AUTOOPS_HOME: home, HOME: home };

/** A run whose nodes have these outputs. */
function runsWith(...outputs: Json[]): Pick<Runs, "view"> {
  const view = { nodes: outputs.map((output, index) => ({ id: `n${index}`, output })) } as unknown as RunAnswer["view"];
  return { view: () => Promise.resolve({ ok: true, value: { view, source: "history", waitsForWorker: false } }) };
}

test("the chart of the last summary that has one is written to the file", async () => {
  const store = createBlobStore(join(home, "blobs"));
  const [first, last] = [await store.put("<svg>1</svg>"), await store.put("<svg>2</svg>")];
  const file = join(home, "chart.svg");
  const runs = runsWith({ chart: { blob: first } }, { chart: { blob: last } }, { chart: null }, "text");
  expect(await writeChart(runs, "r", file, environment)).toEqual({ ok: true });
  expect(readFileSync(file, "utf8")).toBe("<svg>2</svg>");
});

test("a run without a chart, a chart that is not here, and a file that cannot be written are told apart", async () => {
  const file = join(home, "none.svg");
  const lost = { chart: { blob: `blob:sha256:${"0".repeat(64)}` } };
  const blob = await createBlobStore(join(home, "blobs")).put("<svg/>");
  for (const [runs, to, said] of [
    [runsWith({ markdown: "x" }), file, "has no chart"],
    [runsWith(lost), file, "there is no stored result"],
    [runsWith({ chart: { blob } }), join(home, "no-folder", "c.svg"), "cannot be written (ENOENT)"],
  ] as const) {
    const written = await writeChart(runs, "r", to, environment);
    expect(written).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining(said) }] });
    expect(existsSync(to)).toBe(false);
  }
});
