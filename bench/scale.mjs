// 100 runs of 10 nodes at once, by one worker and by two: on the dev server, and on the server that TEMPORAL_ADDRESS names.
//   npm run build && node scripts/temporal-on-postgres.mjs -- node bench/scale.mjs [--rounds N] [--runs N]
// Real processes of the built program and its own `echo` tool. Figures compare with those of the same call alone.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Client, Connection } from "@temporalio/client";

const PROGRAM = fileURLToPath(new URL("../dist/client/cli/main.js", import.meta.url));
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, runs: { type: "string", default: "100" } },
});
const [rounds, runs] = [Number(values.rounds), Number(values.runs)];
const other = process.env.TEMPORAL_ADDRESS;
if (other === undefined) throw new Error("set TEMPORAL_ADDRESS to the server to compare the dev server with");

const folder = mkdtempSync(join(tmpdir(), "autoops-scale-"));
const policy = 'version: "1.0"\ntools: { allowed: [echo] }\nnode_types: { allowed: [analysis] }\n';

const ids = Array.from({ length: 10 }, (_, index) => `n${index + 1}`);
const graph = {
  id: "chain",
  name: "Chain",
  goal_description: "ten nodes, one after the other",
  nodes: ids.map((id) => ({ id, name: id, type: "analysis", tool: "echo", params: { message: id } })),
  edges: ids.slice(1).map((id, index) => ({ from_node_id: ids[index], to_node_id: id })),
};

/** A command of the program that serves until its standard input closes; gives what it said when it was ready. */
async function serve(command, args, address) {
  const home = join(folder, address ?? "dev");
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "safety.yaml"), policy, { mode: 0o600 });
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, AUTOOPS_HOME: home, AUTOOPS_LOG_LEVEL: "ERROR" };
  const child = spawn(process.execPath, [PROGRAM, command, ...args, "--end-with-parent", "--json"], {
    env: { ...env, ...(address === undefined ? {} : { TEMPORAL_ADDRESS: address }) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    said += chunk;
    try {
      const ready = JSON.parse(said);
      child.stdout.resume();
      if (!ready.ok) throw new Error(said);
      const gone = once(child, "exit");
      const stop = async () => {
        child.stdin.end();
        await gone;
      };
      return { ...ready, stop };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  throw new Error(`autoops ${command} ended: ${said}`);
}

const megabytes = (pid) =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1_024);

/** One measurement: workers come, one run alone, then all at once, and go. */
async function measure(address, count) {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const workers = [];
  const run = async () => {
    const args = [{ graph, requester: "bench" }];
    const report = await client.workflow.execute("runGraph", {
      taskQueue: "autoops",
      workflowId: `scale-${randomUUID()}`,
      args,
    });
    if (report.outcome !== "succeeded") throw new Error(`a run ended as ${report.outcome}`);
  };
  const timed = async (work) => {
    const startedMs = performance.now();
    await work();
    return performance.now() - startedMs;
  };
  try {
    for (let index = 0; index < count; index++) workers.push(await serve("worker", [], address));
    for (let index = 0; index < 3; index++) await run();
    const oneMs = await timed(run);
    const allMs = await timed(() => Promise.all(Array.from({ length: runs }, run)));
    return {
      perSecond: (runs / allMs) * 1_000,
      oneMs,
      megabytes: Math.max(...workers.map(({ pid }) => megabytes(pid))),
    };
  } finally {
    await Promise.all(workers.map(({ stop }) => stop()));
    await connection.close();
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];
const round2 = (number) => Math.round(number * 100) / 100;

const dev = await serve("dev", ["--port", "0"], undefined);
try {
  const scenes = ["dev", "postgres"].flatMap((server) => [1, 2].map((workers) => ({ server, workers, taken: [] })));
  for (let round = 0; round < rounds; round++) {
    // The order turns, so that no scene always has the machine fresh.
    for (const scene of round % 2 === 0 ? scenes : [...scenes].reverse()) {
      scene.taken.push(await measure(scene.server === "dev" ? dev.address : other, scene.workers));
      console.error(`scale: ${scene.server}, ${scene.workers} workers: ${JSON.stringify(scene.taken.at(-1))}`);
    }
  }
  const of = (server, workers, key) =>
    median(scenes.find((s) => s.server === server && s.workers === workers).taken.map((t) => t[key]));
  const ratio = (a, b, key) => round2(of(...a, key) / of(...b, key));
  const figures = scenes.map(({ server, workers }) => ({
    server,
    workers,
    runsPerSecond: round2(of(server, workers, "perSecond")),
    oneRunMs: Math.round(of(server, workers, "oneMs")),
    workerMegabytes: of(server, workers, "megabytes"),
  }));
  const ratios = {
    "postgres / dev, 1 worker": ratio(["postgres", 1], ["dev", 1], "perSecond"),
    "postgres / dev, 2 workers": ratio(["postgres", 2], ["dev", 2], "perSecond"),
    "2 workers / 1, dev": ratio(["dev", 2], ["dev", 1], "perSecond"),
    "2 workers / 1, postgres": ratio(["postgres", 2], ["postgres", 1], "perSecond"),
    "one run alone, postgres / dev": ratio(["postgres", 1], ["dev", 1], "oneMs"),
  };
  const machine = { processors: cpus().length, load: loadavg()[0], node: process.version, runs, rounds };
  console.log(JSON.stringify({ machine, figures, ratios }, null, 2));
} finally {
  await dev.stop();
  rmSync(folder, { recursive: true, force: true });
}
