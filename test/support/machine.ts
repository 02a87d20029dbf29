/** A machine as an operator sets it up: files in a home of its own, a real http target, a real worker. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import type { RunView } from "../../src/core/report/view.js";
import { createLog, type Log } from "../../src/platform/log.js";
import { type StartedWorker, startWorker } from "../../src/worker.js";

export interface Request {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
export interface Service {
  url: string;
  received: Request[];
  /** Requests that change something. */
  writes(): Request[];
  /** What each path answers; `{}` where none is set. */
  answers: Record<string, (request: Request) => { status?: number; text: string } | Promise<{ text: string }>>;
  close(): Promise<void>;
}

/** An http server of the test on this machine; the test closes it. */
export async function startService(): Promise<Service> {
  const received: Request[] = [];
  const answers: Service["answers"] = {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const entry = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
    received.push(entry);
    const answer: { status?: number; text: string } = (await answers[entry.path]?.(entry)) ?? { text: "{}" };
    response.writeHead(answer.status ?? 200).end(answer.text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    writes: () => received.filter(({ method }) => method !== "GET" && method !== "HEAD"),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Machine {
  home: string;
  /** For `loadLocal` and `startWorker`. */
  variables: Record<string, string>;
  /** Replaces safety.yaml. */
  policy(file: object): void;
  /** Replaces config.yaml. */
  config(file: object): void;
  /** Log lines of this machine's workers, in order. */
  lines: string[];
  startWorker(more?: { variables?: Record<string, string>; log?: Log; taskQueue?: string }): Promise<StartedWorker>;
  remove(): void;
}

export function createMachine(address: string, log: (lines: string[]) => Log = collecting): Machine {
  const home = mkdtempSync(join(tmpdir(), "autoops-machine-"));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const write = (name: string) => (file: object) => {
    const path = join(home, name);
    writeFileSync(path, stringify({ version: "1.0", ...file }), { mode: 0o600 });
    chmodSync(path, 0o600);
  };
  const machine: Machine = {
    home,
    variables: {
      AUTOOPS_HOME: home,
      AUTOOPS_SAFETY_CONFIG: join(home, "safety.yaml"),
      AUTOOPS_CONFIG: join(home, "config.yaml"),
      TEMPORAL_ADDRESS: address,
    },
    policy: write("safety.yaml"),
    config: write("config.yaml"),
    lines: [],
    async startWorker({ variables = {}, ...more } = {}) {
      const worker = await startWorker({
        variables: { ...machine.variables, ...variables },
        log: log(machine.lines),
        ...more,
      });
      if (!worker.ok) throw new Error(JSON.stringify(worker.problems));
      return worker;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
  machine.policy({});
  machine.config({});
  return machine;
}

/** Every line that a worker writes, kept in memory. */
export function collecting(lines: string[]): Log {
  return createLog("debug", { write: (line: string) => void lines.push(line) });
}

interface Asked {
  query(name: string): Promise<unknown>;
}

/** Waits until the run's view is as wanted, and gives it. */
export async function viewWhen(handle: Asked, wanted: (view: RunView) => boolean, seconds = 20): Promise<RunView> {
  let last: RunView | null = null;
  for (const until = Date.now() + seconds * 1_000; Date.now() < until; ) {
    last = (await handle.query("runView").catch(() => null)) as RunView | null;
    if (last !== null && wanted(last)) return last;
    await new Promise((resume) => setTimeout(resume, 40));
  }
  throw new Error(`the run did not come to what was waited for: ${JSON.stringify(last)}`);
}

/** Waits for the open gate of a node, and gives it. */
export async function openGate(handle: Asked, node: string) {
  const gateIn = (view: RunView) => view.gates.find((gate) => gate.nodeId === node && gate.status === "open");
  return gateIn(await viewWhen(handle, (view) => gateIn(view) !== undefined)) as RunView["gates"][number];
}
