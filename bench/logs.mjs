// Counts a log of many lines with the built log collector: `npm run build && node bench/logs.mjs [--lines 5000000]`. Writes about
// 120 bytes a line to a folder of its own, reads them in a process of its own, and prints seconds, seconds of the processor, and the
// most memory that was resident, as the kernel says it. No time limit: it is no test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const TOOL = new URL("../dist/activities/tools/log-collector.js", import.meta.url);
const NOW = Date.parse("2026-11-22T12:00:00.000Z");
const FILES = 5;
const BATCH = 10_000;
const MB = 1_000_000;
const SERVICES = ["cart", "checkout", "payment", "search", "orders", "users"];

/** A small generator, the same in every run. */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((state ^ (state >>> 15)) >>> 0) / 4_294_967_296;
  };
}

/** A line as services write them: some statements often, some rarely, with numbers, names, addresses and ids. */
function lineOf(random, timeMs) {
  const number = (below) => Math.floor(random() * below);
  const service = SERVICES[number(SERVICES.length)];
  const id = number(2 ** 32)
    .toString(16)
    .padStart(8, "0");
  const statements = [
    () =>
      `INFO  [http-${number(64)}] c.s.${service}.Api - GET /api/${service}/${number(1e6)} answered 200 in ${number(900)} ms for user u${id}`,
    () =>
      `INFO  [http-${number(64)}] c.s.${service}.Cache - entry ${id} was read from 10.0.${number(255)}.${number(255)}:6379 in ${number(40)} us`,
    () =>
      `DEBUG [pool-${number(8)}] c.s.${service}.Pool - connection ${number(4_000)} released, ${number(90)} of 100 are in use by ${service}`,
    () =>
      `WARN  [http-${number(64)}] c.s.${service}.Client - request ${id} to ${service}.internal:8080 was slow: ${number(9_000)} ms, retry ${number(3)}`,
    () =>
      `ERROR [http-${number(64)}] c.s.${service}.Client - request ${id} failed: connection refused by 10.0.${number(255)}.${number(255)}:8080`,
  ];
  const at = Math.min(statements.length - 1, Math.floor(random() ** 2 * statements.length));
  return `${new Date(timeMs).toISOString().replace("T", " ").replace("Z", "")} ${statements[at]()}`;
}

async function write(folder, lines) {
  const random = seeded(3);
  let bytes = 0;
  for (let file = 0; file < FILES; file++) {
    const path = join(folder, `app.log.${FILES - file}`);
    const handle = await open(path, "w");
    const count = Math.ceil(lines / FILES);
    for (let at = 0; at < count; at += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, count - at) }, (_, index) => {
        const age = (lines - (file * count + at + index)) * (3_500_000 / lines);
        return lineOf(random, NOW - age);
      });
      await handle.write(`${batch.join("\n")}\n`);
    }
    await handle.utimes(NOW / 1_000, NOW / 1_000);
    await handle.close();
    bytes += statSync(path).size;
  }
  return bytes;
}

const resident = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) * 1_024;

/** In a process of its own, which holds nothing but the tool. */
async function count(folder) {
  const { logCollector } = await import(TOOL.href);
  const before = resident();
  let [beats, longest, last] = [0, 0, performance.now()];
  const heartbeat = () => {
    beats++;
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const fields = { time_field: "time", level_field: "level", message_field: "message" };
  const source = { kind: "files", path: join(folder, "app.log"), format: "text", ...fields };
  let stored = 0;
  const blobs = {
    put: (data) => {
      stored += data.length;
      return Promise.resolve(`blob:sha256:${"0".repeat(64)}`);
    },
  };
  const config = { files: { roots: [folder] }, sources: { app: source }, targets: {}, channels: {} };
  const context = { config, blobs, heartbeat, signal: new AbortController().signal, now: () => NOW };
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  const output = await logCollector.run(logCollector.params.parse({ source: "app", since: "2h" }), context);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${output.total} lines counted, ${output.kept} kept, ${output.templates?.length} templates, ${Math.round(stored / 1_000)} kB stored`,
  );
  console.log(`${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of the processor`);
  console.log(`${Math.round(resident() / MB)} MB resident at most, ${Math.round(before / MB)} MB before it began`);
  console.log(`${beats} heartbeats, ${Math.round(longest)} ms between two at most`);
}

const { values } = parseArgs({ options: { lines: { type: "string", default: "5000000" }, count: { type: "string" } } });
if (values.count !== undefined) await count(values.count);
else {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "autoops-bench-logs-")));
  try {
    const bytes = await write(folder, Number(values.lines));
    console.log(`${Math.round(bytes / MB)} MB in ${FILES} files`);
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "--count", folder], { stdio: "inherit" });
    const [code] = await once(child, "exit");
    process.exitCode = code ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
