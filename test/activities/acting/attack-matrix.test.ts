/**
 * The attack matrix: kinds of attack, each against many generated situations. Nothing is done without the votes that the
 * policy asks for, honest people are not kept from deciding, and every refusal is told once. Core and the real
 * activities with real keys; `ATTACK_CASES` says how many cases there are in all (default 2,100).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeKeyIfAbsent, publicFolderOf, rotateKey } from "../../../src/platform/keys/key-file.js";
import { loadSigner, loadVerifier, type Signer, type Verifier } from "../../../src/platform/signing.js";
import type { GraphInput } from "../../../src/schema/graph.js";
import { ACTION_ATTACKS } from "../../support/attacks/actions.js";
import { GRAPH_ATTACKS } from "../../support/attacks/graphs.js";
import { HOLD_ATTACKS } from "../../support/attacks/holds.js";
import { AttackedRun, GRAPH, NODE } from "../../support/attacks/run.js";
import {
  judgedByTheBook,
  PEOPLE,
  policyOf,
  type Scenario,
  scenarios,
  votesWanted,
} from "../../support/attacks/scenario.js";
import { createTarget, type Target } from "../../support/attacks/target.js";
import { genuine, type Sent, type Situation, VOTE_ATTACKS } from "../../support/attacks/votes.js";
import { quietRuntime } from "../../support/temporal.js";

const CASES = Number(process.env.ATTACK_CASES ?? 2_100);
const ENDURING = [
  "a worker lost between vote and act",
  "a worker lost after it acted",
  "a key that was rotated meanwhile",
];
const KINDS = [VOTE_ATTACKS, ACTION_ATTACKS, HOLD_ATTACKS, GRAPH_ATTACKS].flatMap(Object.keys).length + ENDURING.length;
const RUNS = Math.ceil(CASES / KINDS);
const START_MS = Date.parse("2026-11-22T03:00:00.000Z");
const TIMEOUT_MS = 60_000 + CASES * 30;

let folder: string;
let signer: Signer;
let stranger: Signer;
let verifier: Verifier;
let cases = 0;

beforeAll(async () => {
  quietRuntime();
  folder = mkdtempSync(join(tmpdir(), "autoops-attacks-"));
  signer = await signerIn("ours.json");
  stranger = await signerIn("stranger.json");
  const loaded = await loadVerifier(publicFolderOf(join(folder, "ours.json")));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  verifier = loaded.verifier;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  expect(cases, "cases that were tried").toBeGreaterThanOrEqual(CASES);
});

async function signerIn(name: string): Promise<Signer> {
  const loaded = await loadSigner(join(folder, name));
  if (!loaded.ok) throw new Error(loaded.problem.message);
  return loaded.signer;
}

/** The worker holds public keys alone. */
const targetFor = (scenario: Scenario): Target =>
  createTarget({ signer, verifier, policy: policyOf(scenario), environment: scenario.environment, nowMs: START_MS });

async function opened(target: Target, runKey: string): Promise<AttackedRun> {
  const run = await AttackedRun.open(target, runKey);
  if (!run.ok) throw new Error(JSON.stringify(run.problems));
  return run.attacked;
}

async function situationOf(scenario: Scenario): Promise<Situation<AttackedRun>> {
  let state = scenario.seed + 1;
  const pick = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const attacked = await opened(targetFor(scenario), "11111111-1111-4111-8111-111111111111");
  const other = await opened(targetFor(scenario), "22222222-2222-4222-8222-222222222222");
  return { attacked, other, scenario, signer, stranger, pick };
}

const each = (body: (scenario: Scenario) => Promise<void>, suits: (scenario: Scenario) => boolean = () => true) =>
  fc.assert(
    fc.asyncProperty(scenarios.filter(suits), async (scenario) => {
      cases++;
      await body(scenario);
    }),
    { numRuns: RUNS },
  );

/** Every honest person, signed: enough for whatever the policy of a scenario wants. */
const everybody = [PEOPLE.ann, PEOPLE.bob, PEOPLE.cleo];

async function agreed(situation: Situation<AttackedRun>): Promise<void> {
  for (const person of everybody.slice(0, votesWanted(situation.scenario))) {
    const { answer, decision } = await genuine(situation, person);
    expect(await situation.attacked.deliver(answer, decision)).toBe("accepted");
  }
}

const linesOf = (target: Target, event: string, node?: string) =>
  target.audit.entries.filter((entry) => entry.event === event && (node === undefined || entry.node === node));

describe("attacks by decisions", () => {
  /** Honest decisions and those of the attack, in some order; what is late comes last. */
  async function mixed(situation: Situation<AttackedRun>, attack: Sent[]): Promise<Sent[]> {
    const { scenario } = situation;
    const honest = await Promise.all(
      scenario.honest.map(({ person, signed }) => genuine(situation, person, { signed })),
    );
    const timely = attack.filter(({ late }) => !late);
    const order = honest.slice();
    for (const [index, one] of timely.entries()) {
      order.splice(Math.floor((scenario.places[index % scenario.places.length] ?? 0) * (order.length + 1)), 0, one);
    }
    return [...order, ...attack.filter(({ late }) => late)];
  }

  test.each(Object.entries(VOTE_ATTACKS))("%s", { timeout: TIMEOUT_MS }, async (_, attackWith) => {
    await each(async (scenario) => {
      const situation = await situationOf(scenario);
      const { attacked } = situation;
      const { target } = attacked;
      const all = await mixed(situation, await attackWith(situation));
      const results: unknown[] = [];
      for (const { answer, decision, late } of all) {
        target.nowMs = late ? (attacked.gate?.deadlineMs ?? 0) + 1_000 : target.nowMs + 100;
        results.push(await attacked.deliver(answer, decision));
      }
      const refusedBy = attacked.prepared && (await attacked.perform(attacked.prepared));
      await attacked.end();

      const judged = judgedByTheBook(
        scenario,
        all.map(({ truth }) => truth),
      );
      expect(results.map((result) => result !== "accepted")).toEqual(judged.refused);
      expect([target.effects.size, refusedBy]).toEqual([judged.approved ? 1 : 0, undefined]);
      expect(linesOf(target, "tool-called", NODE)).toHaveLength(target.effects.size);
      expect(linesOf(target, "signature-refused")).toHaveLength(all.filter(({ tokenRefused }) => tokenRefused).length);
      expect(linesOf(target, "decision-refused")).toHaveLength(judged.refused.filter(Boolean).length);
    });
  });
});

describe("attacks on the action after everybody has agreed", () => {
  const all = { ...ACTION_ATTACKS, ...HOLD_ATTACKS };
  test.each(Object.entries(all))("%s", { timeout: TIMEOUT_MS }, async (_, { refusedAs, suits, bend }) => {
    await each(async (scenario) => {
      const situation = await situationOf(scenario);
      const { attacked } = situation;
      const { target } = attacked;
      await agreed(situation);
      if (attacked.prepared === undefined) throw new Error("the votes must be enough");
      const code = await attacked.perform(await bend(attacked.prepared, situation));
      expect(target.effects.size).toBe(0);
      expect(refusedAs).toContain(code);
      const refusal = Object.values(HOLD_ATTACKS).some((held) => held.refusedAs.includes(code ?? ""))
        ? "write-refused"
        : "grant-refused";
      const told = linesOf(target, code === "params-invalid" ? "node-finished" : refusal);
      expect(told.filter((line) => line.code === code)).toHaveLength(1);
      expect(linesOf(target, "tool-called", NODE)).toEqual([]);
    }, suits);
  });
});

describe("attacks by what is sent to the workflow", () => {
  test.each(Object.entries(GRAPH_ATTACKS))("%s", { timeout: TIMEOUT_MS }, async (_, make) => {
    await each(async (scenario) => {
      const { pick } = await situationOf(scenario);
      const target = targetFor(scenario);
      const { graph, input = {} } = make(pick, scenario);
      const run = await AttackedRun.open(target, "33333333-3333-4333-8333-333333333333", graph as GraphInput, input);
      if (run.ok) {
        expect(run.attacked.prepared).toBeUndefined();
        await run.attacked.end();
        await run.attacked.pump();
        expect(run.attacked.prepared).toBeUndefined();
      } else expect(linesOf(target, "graph-refused")).toHaveLength(1);
      expect(target.effects.size).toBe(0);
      expect(linesOf(target, "tool-called", NODE)).toEqual([]);
    });
  });
});

describe("what honest people agreed to is done once all the same", () => {
  const acted = async (situation: Situation<AttackedRun>): Promise<void> => {
    const { attacked } = situation;
    if (attacked.prepared === undefined) throw new Error("the votes must be enough");
    expect(await attacked.perform(attacked.prepared)).toBeUndefined();
    expect(attacked.target.effects.size).toBe(1);
  };

  test(ENDURING[0] as string, { timeout: TIMEOUT_MS }, async () => {
    await each(async (scenario) => {
      const situation = await situationOf(scenario);
      situation.attacked.isLost = true;
      await agreed(situation);
      situation.attacked.crash();
      situation.attacked.isLost = false;
      await situation.attacked.pump();
      await acted(situation);
    });
  });

  test(ENDURING[1] as string, { timeout: TIMEOUT_MS }, async () => {
    await each(async (scenario) => {
      const situation = await situationOf(scenario);
      await agreed(situation);
      await acted(situation);
      const { attacked } = situation;
      if (attacked.prepared === undefined) throw new Error("it was prepared");
      // The result was lost with the worker: the same call comes again, and the record of the approval knows what it was.
      expect(await attacked.perform(attacked.prepared, "rollback", 2)).toBeUndefined();
      expect(attacked.target.effects.size).toBe(1);
      expect(linesOf(attacked.target, "tool-called", NODE)).toHaveLength(1);
    });
  });

  test(ENDURING[2] as string, { timeout: TIMEOUT_MS }, async () => {
    const file = join(folder, "rotating.json");
    await makeKeyIfAbsent(file);
    const rotating = await signerIn("rotating.json");
    const known = await loadVerifier(publicFolderOf(file));
    if (!known.ok) throw new Error(known.problem.message);
    let count = 0;
    await each(async (scenario) => {
      const { environment } = scenario;
      const options = { policy: policyOf(scenario), environment, nowMs: START_MS };
      const target = createTarget({ ...options, signer: rotating, verifier: known.verifier });
      const attacked = await opened(target, "44444444-4444-4444-8444-444444444444");
      const situation = { ...(await situationOf(scenario)), attacked, signer: rotating };
      const people = everybody.slice(0, votesWanted(scenario));
      for (const [index, person] of people.entries()) {
        const { answer, decision } = await genuine(situation, person);
        // Never more keys than a verifier holds, whatever the number of cases.
        if (index === scenario.seed % people.length && count++ < 40) await rotateKey(file);
        expect(await attacked.deliver(answer, decision)).toBe("accepted");
      }
      await acted(situation);
    });
  });
});

test("the book and the product agree that the plain case is approved, and that without votes nothing is", async () => {
  const scenario: Scenario = {
    environment: "production",
    requireForProduction: true,
    honest: [],
    places: [0, 0, 0, 0],
    seed: 1,
  };
  const situation = await situationOf(scenario);
  await situation.attacked.end();
  expect([situation.attacked.target.effects.size, GRAPH.nodes.length]).toEqual([0, 2]);
  const again = await situationOf(scenario);
  await agreed(again);
  expect(again.attacked.prepared?.call.grant?.votes).toHaveLength(1);
});
