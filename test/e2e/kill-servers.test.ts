/**
 * The Temporal server, the façade and the CLI die while runs go on: each run ends right, and its one write happens once.
 * Processes of the built program, a real server with a database file, a real http service.
 */
import { afterAll, expect, test } from "vitest";
import { writeFile } from "../client/cli/support/graphs.js";
import { endAll } from "../client/cli/support/program.js";
import { rowsOf } from "../support/kill/deaths.js";
import { kill, openScene, type Scene } from "../support/kill/scene.js";
import { type Kind, requestOf } from "../support/kill/ward.js";
import { startWire } from "../support/kill/wire.js";

afterAll(endAll);

const KINDS = ["key", "probe", "none"] as const;
const WELL = "succeeded: asked 1, acted 1, told 1";
const TWICE_ASKED = "succeeded: asked 2, acted 1, told 1";
const UNKNOWN = "failed, outcome-unknown: asked 1, acted 1, told 0";
/** By how the target keeps from acting twice: a write whose worker was lost after it had happened. */
const AFTER_LOSS: Record<Kind, string> = { key: TWICE_ASKED, probe: WELL, none: UNKNOWN };

const ofKinds = (tail: string): Record<string, Kind> =>
  Object.fromEntries(KINDS.map((kind) => [`${kind}-${tail}`, kind]));

/** Brings runs to where their write is under way, and keeps the service from answering. */
async function underWay(scene: Scene, runIds: readonly string[]) {
  const held = runIds.map((runId) => scene.service.hold(requestOf(runId, "rollback"), "after"));
  await Promise.all(runIds.map((runId) => scene.begin(runId).then(() => scene.gate(runId))));
  await Promise.all(runIds.map((runId) => scene.approve(runId)));
  await Promise.all(held.map(({ reached }) => reached));
  return held;
}

test.concurrent("the Temporal server killed while a gate waits and while nodes run: the worker lives on, and so do the runs", {
  timeout: 120_000,
}, async () => {
  const [down, up] = [ofKinds("down"), ofKinds("up")];
  const scene = await openScene({ ...down, ...up, read: "key", open: "key" });
  try {
    const worker = await scene.worker();
    const reading = scene.service.hold(requestOf("read", "health"), "before");
    await Promise.all([scene.begin("read"), scene.begin("open").then(() => scene.gate("open"))]);
    const answersDown = await underWay(scene, Object.keys(down));
    const answersUp = await underWay(scene, Object.keys(up));
    await reading.reached;
    await scene.killServer();
    // These answers find no server to be told to; the worker keeps them until there is one.
    for (const { act } of [...answersDown, reading]) act();
    await scene.restartServer();
    for (const { act } of answersUp) act();
    expect((await scene.program(["approve", "open", "rollback"]).ended).code).toBe(0);
    await scene.gate("read");
    await scene.approve("read");
    const undisturbed = [...Object.keys(up), "read", "open"];
    const rows = await rowsOf(scene, [...Object.keys(down), ...undisturbed]);
    for (const runId of undisturbed) expect([runId, rows[runId]]).toEqual([runId, WELL]);
    // A server that is away for longer than the worker keeps an answer: then the node counts as lost.
    for (const kind of KINDS) expect([WELL, AFTER_LOSS[kind]]).toContain(rows[`${kind}-down`]);
    worker.signal("SIGTERM");
    expect((await worker.ended).code).toBe(0);
  } finally {
    await scene.close();
  }
});

test.concurrent("the Temporal server and the worker killed together, as by a power cut: both come back and finish", {
  timeout: 120_000,
}, async () => {
  const cut = ofKinds("cut");
  const scene = await openScene({ ...cut, open: "none" });
  try {
    const worker = await scene.worker();
    await scene.begin("open").then(() => scene.gate("open"));
    const held = await underWay(scene, Object.keys(cut));
    await Promise.all([kill(worker), scene.killServer()]);
    for (const { drop } of held) drop();
    await scene.restartServer();
    await scene.worker();
    await scene.approve("open");
    const rows = await rowsOf(scene, [...Object.keys(cut), "open"]);
    expect(rows).toEqual({
      "key-cut": AFTER_LOSS.key,
      "probe-cut": AFTER_LOSS.probe,
      "none-cut": AFTER_LOSS.none,
      open: WELL,
    });
  } finally {
    await scene.close();
  }
});

async function facade(scene: Scene, address?: string) {
  const serve = scene.program(["serve", "--port", "0", "--json", "--end-with-parent"], { address });
  const [, url = ""] = await serve.until(/"url": "([^"]+)"/);
  const approve = async (runId: string) => {
    const headers = { "content-type": "application/json" };
    const path = `${url}/api/v1/runs/${runId}/approvals/rollback`;
    const answer = await fetch(path, { method: "POST", headers, body: '{"decision":"approve"}' });
    const { result, code } = (await answer.json()) as { result?: string; code?: string };
    return [answer.status, result ?? code] as const;
  };
  return { serve, url, approve };
}

/** Reads events of a run until one of the kind came, or the stream broke. */
async function eventsUntil(url: string, runId: string, kind: string, after?: string) {
  const headers = new Headers(after === undefined ? [] : [["last-event-id", after]]);
  const answer = await fetch(`${url}/api/v1/runs/${runId}/events`, { headers });
  const ids: string[] = [];
  let text = "";
  for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString("utf8");
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const [, id] = /^id: ?(\S+)$/m.exec(block) ?? [];
      if (id !== undefined && /^event: ?happening$/m.test(block)) ids.push(id);
      if (block.includes(`"kind":"${kind}"`)) return ids;
    }
  }
  throw new Error(`${runId}: the stream ended without ${kind}`);
}

test.concurrent("the façade killed while it waits and while a decision is under way: the next one goes on where it was", {
  timeout: 120_000,
}, async () => {
  const scene = await openScene({ unsent: "none", untold: "none", streamed: "none" });
  const wire = await startWire(scene.server().address);
  try {
    await scene.worker();
    const runIds = ["unsent", "untold", "streamed"];
    await Promise.all(runIds.map((runId) => scene.begin(runId).then(() => scene.gate(runId))));
    const doomed = await facade(scene, wire.address);
    const seen = await eventsUntil(doomed.url, "streamed", "gate-opened");
    const update = (runId: string) => ({
      method: "UpdateWorkflowExecution",
      matches: (message: Buffer) => message.includes(runId),
    });
    const held = [wire.hold({ ...update("unsent"), way: "there" }), wire.hold({ ...update("untold"), way: "back" })];
    const lost = [doomed.approve("unsent"), doomed.approve("untold")].map((sent) =>
      sent.then(
        () => "answered",
        () => "broken off",
      ),
    );
    await Promise.all(held);
    await kill(doomed.serve);
    expect(await Promise.all(lost)).toEqual(["broken off", "broken off"]);

    const next = await facade(scene);
    expect(await next.approve("unsent")).toEqual([200, "accepted"]);
    // Temporal had taken this one in: it counted although nobody was told, and counts once.
    expect(await next.approve("untold")).toEqual([409, "already-decided"]);
    expect(await next.approve("streamed")).toEqual([200, "accepted"]);
    const more = await eventsUntil(next.url, "streamed", "run-ended", seen.at(-1));
    expect(new Set([...seen, ...more]).size).toBe(seen.length + more.length);
    expect(await eventsUntil(next.url, "streamed", "run-ended")).toEqual([...seen, ...more]);
    expect(await rowsOf(scene, runIds)).toEqual({ unsent: WELL, untold: WELL, streamed: WELL });
  } finally {
    await scene.close();
    await wire.close();
  }
});

test.concurrent("the CLI killed while it waits: the run it started goes on, can be answered, watched and read", {
  timeout: 120_000,
}, async () => {
  const scene = await openScene({ cli: "none" });
  try {
    await scene.worker();
    const file = writeFile(scene.ward.home, "graph.json", JSON.stringify(scene.graph("cli")));
    const run = scene.program(["run", file]);
    const [, runId = ""] = await run.until(/approve (cli-\w+) rollback/);
    await kill(run);
    const watch = scene.program(["watch", runId]);
    await watch.until(/approve cli-\w+ rollback/);
    await kill(watch);
    expect(scene.service.requests(requestOf("cli", "rollback"))).toBe(0);
    expect((await scene.program(["approve", runId, "rollback"]).ended).code).toBe(0);
    const watched = await scene.program(["watch", runId, "--json"]).ended;
    expect([watched.code, JSON.parse(watched.stdout)]).toEqual([0, expect.objectContaining({ status: "succeeded" })]);
    expect(await rowsOf(scene, [runId])).toEqual({ [runId]: WELL });
  } finally {
    await scene.close();
  }
});
