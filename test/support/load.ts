/** Load on a façade over loopback: reads at a steady rate, and many who watch one run and lose their connection. */
import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

export interface Load {
  sent: number;
  /** How many answers had which status; `failed: …` where none came. */
  answers: Record<string, number>;
  seconds: number;
  /** Milliseconds until the whole answer was there: the median, one in a hundred, the slowest. */
  latency: { median: number; p99: number; max: number };
}

/** Asks for the paths in turn, `perSecond` a second whether or not answers come. */
export async function readSteadily(url: string, paths: string[], perSecond: number, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const answers: Record<string, number> = {};
  const times: number[] = [];
  const total = perSecond * seconds;
  const asked: Promise<void>[] = [];
  const startedMs = performance.now();
  while (asked.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedMs) / 1_000) * perSecond));
    while (asked.length < due) asked.push(ask(paths[asked.length % paths.length] as string));
    await pause(5);
  }
  await Promise.all(asked);
  const lasted = (performance.now() - startedMs) / 1_000;
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  return { sent: total, answers, seconds: lasted, latency: { median: at(0.5), p99: at(0.99), max: at(1) } };

  async function ask(path: string): Promise<void> {
    const sentMs = performance.now();
    const outcome = await statusOf(`${url}${path}`, agent).catch((error: Error) => `failed: ${error.message}`);
    answers[outcome] = (answers[outcome] ?? 0) + 1;
    times.push(performance.now() - sentMs);
  }
}

function statusOf(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent }, (response) => {
      response.on("end", () => resolve(String(response.statusCode))).on("error", reject);
      response.resume();
    });
    request.on("error", reject);
  });
}

export interface Watcher {
  /** What it has seen, over all of its connections. */
  readonly ids: string[];
  readonly connections: number;
  /** Resolves when the stream says that the run has ended. */
  readonly ended: Promise<void>;
}

/** Watches a run; the connection is lost after each of these counts of events, and taken up where it was. */
export function watchRun(url: string, runId: string, losses: number[]): Watcher {
  const ids: string[] = [];
  let connections = 0;
  const agent = new Agent({ keepAlive: false, maxSockets: 1 });
  const ended = (async () => {
    for (let isOver = false; !isOver; ) {
      const most = losses[connections++];
      isOver = await follow(most);
    }
  })();
  return {
    ids,
    ended,
    get connections() {
      return connections;
    },
  };

  async function follow(most = Number.POSITIVE_INFINITY): Promise<boolean> {
    const last = ids.at(-1);
    const headers = last === undefined ? {} : { "last-event-id": last };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`${url}/api/v1/runs/${runId}/events`, { agent, headers }, resolve).on("error", reject);
    });
    if (response.statusCode !== 200) throw new Error(`the stream was answered with ${response.statusCode}`);
    let seen = 0;
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      const blocks = `${text}${chunk as string}`.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = /^event: ?(.*)$/m.exec(block)?.[1];
        if (event === "end") return true;
        const id = /^id: ?(.*)$/m.exec(block)?.[1];
        if (event !== "happening" || id === undefined) continue;
        ids.push(id);
        // What else came with it is lost with the connection.
        if (++seen >= most) return false;
      }
    }
    throw new Error("the stream ended without an end");
  }
}
