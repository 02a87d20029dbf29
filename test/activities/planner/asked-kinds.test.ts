/** Playbooks beside a map that has, or lacks, the things they ask about. */
import { beforeAll, describe, expect, test } from "vitest";
import { foreignKinds, missingKinds } from "../../../src/activities/planner/asked-kinds.js";
import { BUNDLED_PLAYBOOKS, draftGraph } from "../../../src/activities/planner/draft.js";
import { loadPlaybooks } from "../../../src/activities/planner/playbooks.js";
import { mapSchema } from "../../../src/schema/map.js";
import type { Playbook } from "../../../src/schema/playbook.js";
import { configOf } from "../../support/tool-context.js";

let playbooks: readonly Playbook[];
beforeAll(async () => {
  const loaded = await loadPlaybooks(BUNDLED_PLAYBOOKS);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  playbooks = loaded.value;
});
const playbook = (id: string): Playbook => {
  const found = playbooks.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no playbook ${id}`);
  return found;
};
const mapOf = (...kinds: string[]) =>
  mapSchema.parse({
    version: "1.0",
    services: Object.fromEntries(kinds.map((kind) => [`a-${kind}`, { kinds: [kind], source: "prom", labels: {} }])),
  });
const CONFIG = configOf({
  sources: { prom: { kind: "prometheus", url: "http://127.0.0.1:9090" } },
  targets: {
    cache: { kind: "process", actions: { service_restart: { command: ["true"] } } } as never,
  },
});

describe("what a playbook asks about", () => {
  test.each([
    ["cache", "redis"],
    ["cache", "memcached"],
    ["disk-exhaustion", "node"],
    ["dns", "coredns"],
    ["node-not-ready", "kube-state-metrics"],
  ])("%s has a place where the map has %s", (id, kind) => {
    expect(foreignKinds(playbook(id), mapOf(kind, "service"))).toBeUndefined();
  });

  test.each([
    ["cache", ["Memcached", "Redis"]],
    ["disk-exhaustion", undefined],
  ])("%s has none where the map has nothing of it", (id, titles) => {
    const told = foreignKinds(playbook(id), mapOf("service", "mysql"));
    expect(told).toBeDefined();
    if (titles !== undefined) expect(told).toEqual(titles);
  });

  test("nobody can tell of metrics that are the house's own, nor without a map", () => {
    for (const id of ["latency", "error-rate", "api-degradation"])
      expect([id, foreignKinds(playbook(id), mapOf("mysql"))]).toEqual([id, undefined]);
    expect(foreignKinds(playbook("cache"), undefined)).toBeUndefined();
  });

  test("what will find nothing is told by its nodes and what the map lacks", () => {
    const [told, ...more] = missingKinds(playbook("cache"), new Set(["up", "hits", "memory"]), mapOf("memcached"));
    expect(more).toEqual([]);
    expect(told).toMatchObject({ code: "part-left-out", at: "map" });
    expect(told?.message).toContain("hits, memory will find nothing: the map has no Redis");
    expect(missingKinds(playbook("cache"), new Set(["up", "hits"]), mapOf("redis"))).toEqual([]);
  });
});

describe("a wish for a remedy", () => {
  const wish = (goal: string, map: ReturnType<typeof mapOf>, more = {}) =>
    draftGraph({ goal, requester: "ana", ...more }, { playbooks, config: CONFIG, map });

  test("for what the map has none of only looks, and says why", () => {
    const planned = wish("restart the redis cache, it evicts everything", mapOf("service", "postgres"));
    expect(planned).toMatchObject({ ok: true, playbook: "investigation" });
    const notices = planned.ok ? planned.notices.map(({ message }) => message).join("\n") : "";
    expect(notices).toContain("the playbook cache asks about Memcached, Redis, and the map has none of them");
  });

  test("takes a playbook that is named all the same, and says what it lacks", () => {
    const params = { host: "cache-1", target: "cache" };
    const planned = wish("restart the cache", mapOf("service"), { playbook: "cache", params });
    const told = planned.ok ? planned.notices : planned.problems;
    expect(told.map(({ message }) => message).join("\n")).not.toContain("has none of them");
    expect(planned.ok ? told.map(({ at }) => at) : told).toContain("map");
  });
});
