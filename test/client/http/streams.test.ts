/** Event streams of many callers: each sees its own run alone, and only as long as it may. */
import { Agent, request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunHappening } from "../../../src/client/runs.js";
import { HTTP_STREAMS_PER_CALLER_MAX } from "../../../src/vocabulary/facade-limits.js";
import { type Issuer, startIssuer } from "../../support/issuer.js";
import { bearer, ROLE_GROUPS, type Serving, startServing } from "./support/staged.js";

let serving: Serving;
let issuer: Issuer;
/** By run: who reads it now. Written to by the test, as Temporal would. */
let readers: Map<string, Set<(happening: RunHappening) => void>>;
let offsetMs: number;
let roles: typeof ROLE_GROUPS;
const agent = new Agent({ keepAlive: false, maxSockets: Number.POSITIVE_INFINITY });

async function* happenings(runId: string, { signal }: { signal?: AbortSignal }): AsyncGenerator<RunHappening> {
  const queue: RunHappening[] = [];
  let wake = (): void => undefined;
  const take = (happening: RunHappening): void => {
    queue.push(happening);
    wake();
  };
  const own = readers.get(runId) ?? new Set();
  readers.set(runId, own.add(take));
  signal?.addEventListener("abort", () => wake());
  try {
    while (!signal?.aborted) {
      yield* queue.splice(0);
      if (!signal?.aborted && queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    own.delete(take);
  }
}

beforeEach(async () => {
  readers = new Map();
  offsetMs = 0;
  roles = ROLE_GROUPS;
  issuer = await startIssuer();
  serving = await startServing({
    streamsMax: 2_000,
    runs: { happenings },
    access: { tokens: issuer.verifier(), roles: async () => roles, now: () => Date.now() + offsetMs },
  });
});
afterEach(async () => {
  await serving.stop();
  await issuer.stop();
});

interface Stream {
  text: string;
  /** Resolves with what was read when the façade ends it. */
  ended: Promise<string>;
  close(): void;
}

function open(runId: string, credential: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const options = { agent, headers: bearer(credential) };
    const sent = request(`${serving.url}/api/v1/runs/${runId}/events`, options, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      const ended = new Promise<string>((done) => response.once("close", () => done(stream.text)));
      const stream: Stream = { text: "", ended, close: () => sent.destroy() };
      response.setEncoding("utf8").on("data", (chunk: string) => {
        stream.text += chunk;
      });
      response.on("error", () => undefined);
      resolve(stream);
    });
    sent.on("error", reject);
    sent.end();
  });
}

const readersOf = (runId: string): number => readers.get(runId)?.size ?? 0;
const tell = (runId: string, n: number): void => {
  const happening: RunHappening = { id: `0.${n}`, atMs: n, kind: "node-started", text: `only-for-${runId}-${n};` };
  for (const take of readers.get(runId) ?? []) take(happening);
};

async function until(holds: () => boolean, what: string): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("a thousand at once, each with its own caller and run, get every event of theirs and none of another's", async () => {
  const COUNT = 1_000;
  const EVENTS = 5;
  const names = Array.from({ length: COUNT }, (_, n) => `run-${String(n).padStart(4, "0")}`);
  const streams = new Map<string, Stream>();
  // In groups: a listening socket takes only so many new connections at one moment.
  for (let from = 0; from < COUNT; from += 100) {
    await Promise.all(
      names.slice(from, from + 100).map(async (name) => {
        streams.set(name, await open(name, await issuer.token({ sub: `caller of ${name}`, groups: ["viewers"] })));
      }),
    );
  }
  await until(() => names.every((name) => readersOf(name) === 1), "every stream is read from");
  for (let n = 1; n <= EVENTS; n++) for (const name of names) tell(name, n);
  const last = (name: string) => streams.get(name)?.text.includes(`only-for-${name}-${EVENTS};`) ?? false;
  await until(() => names.every(last), "every stream has its last event");
  for (const name of names) {
    const text = streams.get(name)?.text ?? "";
    const told = [...text.matchAll(/only-for-(run-\d{4})-(\d);/g)].map(([, run, n]) => [run, Number(n)]);
    expect(told).toEqual(Array.from({ length: EVENTS }, (_, n) => [name, n + 1]));
  }
  for (const stream of streams.values()) stream.close();
  await until(() => names.every((name) => readersOf(name) === 0), "nothing is read any more");
}, 120_000);

test("one ends when its key is revoked; another key's stream of the same run goes on", async () => {
  const mine = await serving.key("ann", "viewers");
  const theirs = await serving.key("bob", "viewers");
  const [lost, kept] = [await open("r1", mine), await open("r1", theirs)];
  await until(() => readersOf("r1") === 2, "both are read from");
  await serving.keys.revoke(mine.slice(0, 18));
  await lost.ended;
  await until(() => readersOf("r1") === 1, "the lost one is let go");
  tell("r1", 7);
  await until(() => kept.text.includes("only-for-r1-7;"), "the other goes on");
  expect(lost.text).not.toContain("only-for-r1-7;");
  await expect(open("r1", mine)).rejects.toThrow("401");
  kept.close();
});

test("one ends when its token expires", async () => {
  const stream = await open(
    "r1",
    await issuer.token({ groups: ["viewers"], exp: Math.floor(Date.now() / 1_000) + 300 }),
  );
  offsetMs = 301_000;
  await stream.ended;
  await until(() => readersOf("r1") === 0, "it is let go");
});

test("one ends when the policy takes the role from its group", async () => {
  const stream = await open("r1", await serving.key("ann", "viewers"));
  await until(() => readersOf("r1") === 1, "it is read from");
  roles = {};
  offsetMs = 1_000;
  await stream.ended;
  await until(() => readersOf("r1") === 0, "it is let go");
});

test("one that was opened when nobody had to sign in ends with the first key", async () => {
  const open_ = await startServing({ runs: { happenings } });
  const response = await fetch(`${open_.url}/api/v1/runs/r9/events`);
  await until(() => readersOf("r9") === 1, "it is read from");
  await open_.key("ann", "viewers");
  await response.text();
  await until(() => readersOf("r9") === 0, "it is let go");
  await open_.stop();
});

test("those that are open are counted, and those that ended no more", async () => {
  const key = await serving.key("ann", "viewers");
  const metrics = async () => (await fetch(`${serving.url}/metrics`, { headers: bearer(key) })).text();
  const stream = await open("r1", key);
  await until(() => readersOf("r1") === 1, "it is read from");
  expect(await metrics()).toContain("autoops_http_streams 1");
  stream.close();
  await until(() => readersOf("r1") === 0, "it is let go");
  expect(await metrics()).toContain("autoops_http_streams 0");
});

test("one person cannot take the places of the others", async () => {
  const greedy = await issuer.token({ sub: "greedy", groups: ["viewers"] });
  const streams = await Promise.all(
    Array.from({ length: HTTP_STREAMS_PER_CALLER_MAX }, (_, n) => open(`g-${n}`, greedy)),
  );
  await expect(open("one-more", greedy)).rejects.toThrow("429");
  const other = await open("r1", await serving.key("ann", "viewers"));
  streams[0]?.close();
  await until(() => readersOf("g-0") === 0, "a place is free");
  streams.push(await open("one-more", greedy), other);
  for (const stream of streams) stream.close();
});
