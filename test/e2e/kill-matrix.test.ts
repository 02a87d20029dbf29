/**
 * Workers that die while runs go on, and what comes of each run and of its one write: the built program as processes, a
 * real Temporal server with a database file, a real http service. Servers and clients that die: `kill-servers.test.ts`.
 */
import { existsSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { endAll } from "../client/cli/support/program.js";
import { fakeClock } from "../support/kill/clock.js";
import { DEATHS, holdForDeath, isPastGate, nameOf, rowsOf } from "../support/kill/deaths.js";
import { kill, openScene } from "../support/kill/scene.js";
import { requestOf } from "../support/kill/ward.js";
import { startWire } from "../support/kill/wire.js";

afterAll(endAll);

const WELL = "succeeded: asked 1, acted 1, told 1";
const TWICE_ASKED = "succeeded: asked 2, acted 1, told 1";
/** An answer that nobody can give: a person is asked, and nothing more happens. */
const unknown = (asked: number, acted: number) => `failed, outcome-unknown: asked ${asked}, acted ${acted}, told 0`;

/** What is not listed is as if nothing had died: also where the effect has happened and been recorded, and only its telling was lost. */
const NOT_AS_USUAL: Record<string, string> = {
  // The target knows the key: it is asked again, and acts once.
  "key rollback asked": TWICE_ASKED,
  "key rollback late": TWICE_ASKED,
  "key rollback acted": TWICE_ASKED,
  // Its state is read first, and shows whether it has acted.
  "probe rollback asked": TWICE_ASKED,
  // It cannot tell: once an attempt may have acted, no other one does.
  "none rollback scheduled": unknown(0, 0),
  "none rollback asked": unknown(1, 0),
  "none rollback late": unknown(1, 1),
  "none rollback acted": unknown(1, 1),
};

const HANDED_OUT = "none rollback scheduled";

test("a worker killed at each moment of each node: every run ends right, and no write acts twice", {
  timeout: 180_000,
}, async () => {
  const scene = await openScene(Object.fromEntries([...DEATHS].map(([runId, { kind }]) => [runId, kind])));
  const wire = await startWire(scene.server().address);
  try {
    const doomed = await scene.worker({ address: wire.address });
    const held = new Map([...DEATHS].map(([runId, death]) => [runId, holdForDeath(runId, death, wire, scene.service)]));
    const runIds = [...DEATHS.keys()];
    const past = [...DEATHS].filter(([, death]) => isPastGate(death)).map(([runId]) => runId);
    const before = runIds.filter((runId) => !past.includes(runId));
    // Those that die behind the gate wait there for the others: so all reach their moment within seconds of each other.
    await Promise.all(past.map((runId) => scene.begin(runId).then(() => scene.gate(runId))));
    await Promise.all([...past.map(scene.approve), ...before.map(scene.begin)]);
    await Promise.all(runIds.map((runId) => held.get(runId)?.reached ?? scene.gate(runId)));
    await kill(doomed);
    for (const each of held.values()) each?.release();
    await scene.worker();
    await Promise.all(before.map((runId) => scene.gate(runId).then(() => scene.approve(runId))));

    const rows = await rowsOf(scene, runIds);
    const matrix = Object.fromEntries([...DEATHS].map(([runId, death]) => [nameOf(death), rows[runId]]));
    // The server hands a node out with the answer that was lost, or, where the worker had no place free, by the queue.
    const byQueue = matrix[HANDED_OUT] === WELL ? { [HANDED_OUT]: WELL } : {};
    const wanted = [...DEATHS.values()].map(nameOf).map((name) => [name, NOT_AS_USUAL[name] ?? WELL]);
    expect(matrix).toEqual({ ...Object.fromEntries(wanted), ...byQueue });
    for (const runId of runIds) expect(scene.service.keys(requestOf(runId, "tell")).length).toBeLessThanOrEqual(1);
    await expectToldInReports(scene);
  } finally {
    await scene.close();
    await wire.close();
  }
});

/** The report that a person reads says what became of a write whose worker was lost. */
async function expectToldInReports(scene: Awaited<ReturnType<typeof openScene>>): Promise<void> {
  const said: Record<string, RegExp> = {
    "key rollback acted": /rollback of k\d+ was carried out/,
    "probe rollback acted": /attempt 2 found the state as wanted and did not act again/,
    "none rollback acted": /outcome-unknown|an earlier one may have/,
  };
  const told = [...DEATHS].filter(([, death]) => said[nameOf(death)] !== undefined);
  for (const [runId, death] of told) {
    const { stdout } = await scene.program(["report", runId, "--full"]).ended;
    expect(stdout).toMatch(said[nameOf(death)] as RegExp);
    const { code } = await scene.program(["watch", runId]).ended;
    expect([nameOf(death), code]).toEqual([nameOf(death), death.kind === "none" ? 1 : 0]);
  }
}

test.concurrent("of two workers one is killed: the other takes over its runs, and its own go on undisturbed", {
  timeout: 120_000,
}, async () => {
  const kinds = ["key", "probe", "none"] as const;
  const ids = kinds.flatMap((kind) => ["a", "b", "c", "d"].map((tail) => [`${kind}-${tail}`, kind] as const));
  const scene = await openScene(Object.fromEntries(ids));
  try {
    const workers = [await scene.worker(), await scene.worker()] as const;
    const held = ids.map(([runId]) => scene.service.hold(requestOf(runId, "rollback"), "after"));
    await Promise.all(ids.map(([runId]) => scene.begin(runId).then(() => scene.gate(runId))));
    await Promise.all(ids.map(([runId]) => scene.approve(runId)));
    await Promise.all(held.map(({ reached }) => reached));
    // Which worker runs which write is theirs to share out: their logs tell.
    const runsOf = (worker: (typeof workers)[0]) =>
      ids.flatMap(([runId]) => (acts(worker.stderr(), runId) ? [runId] : []));
    const [doomed, other] = [...workers].sort((a, b) => runsOf(b).length - runsOf(a).length) as [
      (typeof workers)[0],
      (typeof workers)[0],
    ];
    const lost = runsOf(doomed);
    expect([...lost, ...runsOf(other)].sort()).toEqual(ids.map(([runId]) => runId).sort());
    expect(lost.length).toBeGreaterThan(0);
    await kill(doomed);
    for (const { act } of held) act();
    const afterLoss = { key: TWICE_ASKED, probe: WELL, none: unknown(1, 1) };
    const wanted = ids.map(([runId, kind]) => [runId, lost.includes(runId) ? afterLoss[kind] : WELL]);
    const rows = await rowsOf(
      scene,
      ids.map(([runId]) => runId),
    );
    expect(rows).toEqual(Object.fromEntries(wanted));
  } finally {
    await scene.close();
  }
});

test.concurrent("a worker that was cut off and paused, and wakes after another has taken over, does not act any more", {
  timeout: 120_000,
}, async () => {
  const scene = await openScene({ probe: "probe" });
  const wire = await startWire(scene.server().address);
  try {
    const sleeper = await scene.worker({ address: wire.address });
    await scene.begin("probe").then(() => scene.gate("probe"));
    // The state has been read for the question; the next look is the write's own.
    const looking = scene.service.hold("GET /probe/state", "before");
    await scene.approve("probe");
    // It has asked for the state and would act next.
    await looking.reached;
    sleeper.signal("SIGSTOP");
    await wire.close();
    await scene.worker();
    expect(await rowsOf(scene, ["probe"])).toEqual({ probe: WELL });
    looking.act();
    sleeper.signal("SIGCONT");
    await sleeper.until(/"node":"rollback"[^\n]*"attempt":1[^\n]*"node (failed|cancelled|succeeded)"/);
    expect(await rowsOf(scene, ["probe"])).toEqual({ probe: WELL });
    // What the SDK has to say of a server that it cannot reach is log, and no result of the program.
    await sleeper.until(/"operation":"temporal"[^\n]*poll_\w+ retried/);
    expect(sleeper.stdout()).toMatch(/^worker polls for runs on [^\n]*\n[^\n]*next: [^\n]*\n$/);
  } finally {
    await scene.close();
    await wire.close();
  }
});

/** Whether the log says that this worker began the write of the run. */
function acts(log: string, runId: string): boolean {
  const lines = log.split("\n").filter((line) => line.includes(`"run":"${runId}","node":"rollback"`));
  return lines.some((line) => line.includes('"node started"'));
}

const onFullDisk = (argv: string[]) => ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", ...argv];

test
  .skipIf(!existsSync("/dev/full"))
  .concurrent(
    "no room for the log of a worker, of the façade and of the CLI: runs go on as ever (skipped: there is no /dev/full)",
    { timeout: 120_000 },
    async () => {
      const kinds = ["key", "probe", "none"] as const;
      const scene = await openScene(Object.fromEntries(kinds.map((kind) => [kind, kind])));
      try {
        const worker = await scene.worker({ under: onFullDisk });
        const serve = scene.program(["serve", "--port", "0", "--json"], { under: onFullDisk });
        const [, url = ""] = await serve.until(/"url": "([^"]+)"/);
        await Promise.all(kinds.map((kind) => scene.begin(kind).then(() => scene.gate(kind))));
        for (const kind of kinds) {
          const path = `${url}/api/v1/runs/${kind}/approvals/rollback`;
          const headers = { "content-type": "application/json" };
          const answer = await fetch(path, { method: "POST", headers, body: '{"decision":"approve"}' });
          expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ result: "accepted" })]);
        }
        expect(await rowsOf(scene, kinds)).toEqual({ key: WELL, probe: WELL, none: WELL });
        const watched = await scene.program(["watch", "none", "--json"], { under: onFullDisk }).ended;
        expect([watched.code, JSON.parse(watched.stdout)]).toEqual([
          0,
          expect.objectContaining({ status: "succeeded" }),
        ]);
        worker.signal("SIGTERM");
        expect((await worker.ended).code).toBe(0);
      } finally {
        await scene.close();
      }
    },
  );

const clock = fakeClock();

test
  .skipIf(clock === undefined)
  .concurrent(
    "workers whose clocks are ten minutes off, both ways: gates open and close on time, signed decisions count (skipped: no libfaketime; npm run setup:test)",
    { timeout: 120_000 },
    async () => {
      const kinds = ["key", "probe", "none"] as const;
      const scene = await openScene({ key: "key", probe: "probe", none: "none", silent: "none" }, "production");
      try {
        const ahead = await scene.worker({ env: clock?.("+10m") });
        await Promise.all(kinds.map((kind) => scene.begin(kind).then(() => scene.gate(kind))));
        const [, told = ""] = /"time":"([^"]+)"/.exec(ahead.stderr()) ?? [];
        expect(Date.parse(told) - Date.now()).toBeGreaterThan(8 * 60_000);
        await kill(ahead);
        await scene.worker({ env: clock?.("-10m") });
        // In production a decision without a signature counts for nothing.
        await scene.approve("none");
        // The first who asks after a worker's death may be told that the decision is recorded and not yet counted.
        for (const kind of kinds) {
          expect([0, 8]).toContain((await scene.program(["approve", kind, "rollback"]).ended).code);
        }
        scene.ward.approvalSeconds(5);
        await scene.begin("silent");
        const rows = await rowsOf(scene, [...kinds, "silent"]);
        const nothing = "expired: asked 0, acted 0, told 0";
        expect(rows).toEqual({ key: WELL, probe: WELL, none: WELL, silent: nothing });
        expect((await scene.report("none")).gates[0]?.refused).toEqual({ "not-allowed": 1 });
      } finally {
        await scene.close();
      }
    },
  );
