/** The log collector over millions of lines: how many a second, in how much memory. */
import { mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { logCollector } from "../src/activities/tools/log-collector.js";
import { seeded } from "../test/support/made-incidents.js";
import { configOf, contextOf, NOW } from "../test/support/tool-context.js";

const LINES = "5000000";
const FILES = 5;
const BATCH = 10_000;
const MB = 1_000_000;
const SERVICES = ["cart", "checkout", "payment", "search", "orders", "users"];

/** A line as services write them: some statements often, some rarely, with numbers, names, addresses and ids. */
function lineOf(random: () => number, timeMs: number): string {
  const number = (below: number): number => Math.floor(random() * below);
  const service = SERVICES[number(SERVICES.length)] ?? "";
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
  return `${new Date(timeMs).toISOString().replace("T", " ").replace("Z", "")} ${statements[at]?.() ?? ""}`;
}

async function write(folder: string, lines: number): Promise<number> {
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

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { lines: { type: "string", default: LINES } } });
  const lines = Number(values.lines);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "autoops-bench-logs-")));
  try {
    const bytes = await write(folder, lines);
    const fields = { time_field: "time", level_field: "level", message_field: "message" };
    const source = { kind: "files", path: join(folder, "app.log"), format: "text", ...fields } as const;
    const before = process.memoryUsage.rss();
    let [most, beats, longest, last] = [0, 0, 0, performance.now()];
    const heartbeat = (): void => {
      beats++;
      most = Math.max(most, process.memoryUsage.rss());
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    };
    const context = contextOf(configOf({ files: { roots: [folder] }, sources: { app: source } }), { heartbeat });
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    last = began;
    const output = await logCollector.run(logCollector.params.parse({ source: "app", since: "2h" }), context);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    console.log(
      `${output.total} lines, ${Math.round(bytes / MB)} MB, ${FILES} files, ${output.templates?.length} templates`,
    );
    console.log(
      `${seconds.toFixed(1)} s (${((user + system) / 1e6).toFixed(1)} s of the processor), ${Math.round(output.total / seconds)} lines/s`,
    );
    console.log(
      `${Math.round(most / MB)} MB resident at most, ${Math.round(before / MB)} MB before it began, ${beats} heartbeats, ${Math.round(longest)} ms between two at most`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
