/** Rollouts that do not end well, and changes that are made once, whatever becomes of the request or the worker. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HttpFailure } from "../../src/platform/http/failure.js";
import { type KubernetesPlane, startKubernetes } from "../support/kubernetes-plane.js";
import { type Shop, shopOf } from "../support/kubernetes-shop.js";
import { hasSlowServices } from "../support/services.js";
import { failureOf } from "../support/tool-context.js";

describe.skipIf(!hasSlowServices)(
  "a rollout (needs the Kubernetes control plane: npm run test:services)",
  { timeout: 120_000 },
  () => {
    let plane: KubernetesPlane;
    let shop: Shop;
    let tight: Shop;
    beforeAll(async () => {
      plane = await startKubernetes();
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "shop" } });
      await plane.ask("POST", "/api/v1/namespaces", { metadata: { name: "tight" } });
      shop = shopOf(plane, "shop");
      tight = shopOf(plane, "tight");
    }, 200_000);
    afterAll(() => plane?.stop(), 60_000);

    test.each([
      ["deployment", "crash", "CrashLoopBackOff of deployment-crash-"],
      ["daemonset", "crash", "CrashLoopBackOff of daemonset-crash-"],
      ["statefulset", "pull", "ImagePullBackOff of statefulset-pull-"],
    ] as const)("of a %s whose pods %s ends as stalled, with what they say", async (kind, tag, words) => {
      const name = `${kind}-${tag}`;
      const started = await shop
        .make(kind, name, "shop/checkout:v41")
        .then(() => shop.deploy(kind, name, `shop/checkout:${tag}1`));
      expect(started).toBeUndefined();
      const failure = await failureOf(shop.act("service_restart", { workload: `${kind}/${name}` }));
      expect(failure).toMatchObject({ code: "rollout-stalled", retryable: false });
      expect(failure.message).toContain(`${kind}/${name} in shop was restarted, and its rollout has stalled at`);
      expect(failure.message).toContain(words);
      if (tag === "crash") expect(failure.message).toContain("it ended with code 1 (Error) and was restarted 5 times");
      if (kind === "statefulset") expect(failure.hint).toContain("until somebody deletes it");
    });

    test("that has stalled is taken back to the revision before", async () => {
      await shop.make("deployment", "saved", "shop/checkout:v41");
      await shop.deploy("deployment", "saved", "shop/checkout:crash1");
      const isSeen = async () => (await shop.read("deployment", "saved")).status.observedGeneration;
      await expect.poll(isSeen, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
      const back = await shop.act("rollback", { workload: "deployment/saved" }, { version: "v41" });
      expect(back).toMatchObject({ changed: true, previous_revision: "revision:2" });
      expect(back.after).toContain("shop/checkout:v41");
      expect(await shop.pods("saved")).toHaveLength(2);
    });

    test("past its own deadline ends as the cluster says", async () => {
      await shop.make("deployment", "late", "shop/checkout:v41", { progressDeadlineSeconds: 2 });
      await shop.deploy("deployment", "late", "shop/checkout:crash1");
      // A new template always starts the cluster's own clock; a return to a kept one may not.
      const acting = shop.act("service_restart", { workload: "deployment/late" }, {}, { stallMs: 600_000 });
      const failure = await failureOf(acting);
      expect(failure).toMatchObject({ code: "rollout-stalled" });
      expect(failure.message).toContain("has timed out progressing");
    });

    test("that goes on when the time is up is told as going on, and a further attempt waits for it without acting", async () => {
      await shop.make("deployment", "slow", "shop/checkout:v41");
      await shop.deploy("deployment", "slow", "shop/checkout:slow1");
      const target = { workload: "deployment/slow" };
      const stop = new AbortController();
      const heartbeat = (said?: string) => (said?.includes("updated") ? stop.abort() : undefined);
      const acting = { signal: stop.signal, heartbeat, idempotencyKey: "slow-key" };
      const failure = await failureOf(shop.act("service_restart", target, {}, acting));
      expect(failure).toMatchObject({ code: "rollout-unfinished", retryable: true });
      expect(failure.message).toMatch(
        /was restarted; its rollout was still going on when the time was up: \d of 2 updated/,
      );
      await shop.deploy("deployment", "slow", "shop/checkout:v42");
      const { generation } = (await shop.read("deployment", "slow")).metadata;
      const output = await shop.act("service_restart", target, {}, { idempotencyKey: "slow-key", attempt: 2 });
      expect(output).toMatchObject({ changed: true, attempts: 2 });
      expect(output.findings[0]?.evidence).toContain("attempt 2 found it done by an earlier one");
      expect((await shop.read("deployment", "slow")).metadata.generation).toBe(generation);
    });

    test.each([
      ["pauses", "somebody has paused it meanwhile"],
      ["deletes", "can no longer be looked at: the namespace shop of the cluster prod has no deployment/slow-deletes"],
    ])("of what somebody %s meanwhile ends in words that say so", async (what, words) => {
      const name = `slow-${what}`;
      await shop.make("deployment", name, "shop/checkout:v41");
      await shop.deploy("deployment", name, "shop/checkout:slow1");
      let meddled: Promise<unknown> | undefined;
      const heartbeat = (said?: string) => {
        if (!said?.includes("updated")) return;
        meddled ??=
          what === "pauses"
            ? shop.change("deployment", name, { spec: { paused: true } })
            : plane.ask("DELETE", `/apis/apps/v1/namespaces/shop/deployments/${name}`);
      };
      const failure = await failureOf(
        shop.act("service_restart", { workload: `deployment/${name}` }, {}, { heartbeat }),
      );
      await meddled;
      expect(failure).toMatchObject({ code: "rollout-stalled" });
      expect(failure.message).toContain(`deployment/${name} in shop was restarted`);
      expect(failure.message).toContain(words);
    });

    test.each([["deployment"], ["statefulset"]] as const)("of a %s that a quota stops says which", async (kind) => {
      const name = `quota-${kind}`;
      await tight.make(kind, name, "shop/checkout:v41");
      const quotas = "/api/v1/namespaces/tight/resourcequotas";
      await plane.ask("POST", quotas, { metadata: { name: `pods-${kind}` }, spec: { hard: { pods: "2" } } });
      await expect
        .poll(async () => (await plane.ask("GET", `${quotas}/pods-${kind}`)).status.hard?.pods, { timeout: 20_000 })
        .toBe("2");
      const failure = await failureOf(tight.act("scale_action", { workload: `${kind}/${name}` }, { replicas: 4 }));
      expect(failure).toMatchObject({ code: "quota-exceeded" });
      expect(failure.message).toContain(`exceeded quota: pods-${kind}`);
      expect(failure.message).toContain("was scaled from 2 to 4");
      await plane.ask("DELETE", `${quotas}/pods-${kind}`);
      await plane.ask("DELETE", `/apis/apps/v1/namespaces/tight/${kind}s/${name}`);
      await expect.poll(async () => (await tight.pods(name)).length, { timeout: 30_000 }).toBe(0);
    });

    test("is asked for once although the answer was lost, or the request", async () => {
      await shop.make("deployment", "once", "shop/checkout:v41");
      const target = { workload: "deployment/once" };
      for (const hook of ["answered", "leaving"] as const) {
        let lost = 0;
        const lose = (method: string) => {
          if (method === "PATCH" && ++lost === 1) throw new HttpFailure("source-unreachable", "the line broke", true);
        };
        const { generation } = (await shop.read("deployment", "once")).metadata;
        const output = await shop.act("service_restart", target, {}, { [hook]: lose });
        expect(output.changed).toBe(true);
        expect((await shop.read("deployment", "once")).metadata.generation).toBe(generation + 1);
        const settledBy = "the answer was lost (the line broke); the object shows that it was done";
        if (hook === "answered") expect(output.findings[0]?.evidence).toContain(settledBy);
      }
    });

    test("is asked for once although the worker was lost after the change, and what was there before is still known", async () => {
      await shop.make("deployment", "killed", "shop/checkout:v41");
      const target = { workload: "deployment/killed" };
      const answered = (method: string) => {
        if (method === "PATCH") throw new Error("the worker is gone");
      };
      await expect(
        shop.act("scale_action", target, { replicas: 3 }, { answered, idempotencyKey: "killed-key" }),
      ).rejects.toThrow("the worker is gone");
      // Somebody else scales on meanwhile: that is not overwritten.
      await shop.change("deployment", "killed", { spec: { replicas: 4 } });
      const output = await shop.act(
        "scale_action",
        target,
        { replicas: 3 },
        { idempotencyKey: "killed-key", attempt: 2 },
      );
      expect(output).toMatchObject({
        changed: true,
        previous_replicas: 2,
        before: "image shop/checkout:v41, 2 replica(s)",
      });
      expect((await shop.read("deployment", "killed")).spec.replicas).toBe(4);
    });

    test("is asked for once although the next attempt cannot look at first", async () => {
      await shop.make("deployment", "blind", "shop/checkout:v41");
      const target = { workload: "deployment/blind" };
      const answered = (method: string) => {
        if (method === "PATCH") throw new Error("the worker is gone");
      };
      const acting = { answered, idempotencyKey: "blind-key" };
      await expect(shop.act("service_restart", target, {}, acting)).rejects.toThrow("the worker is gone");
      const { generation } = (await shop.read("deployment", "blind")).metadata;
      let asked = 0;
      const leaving = () => {
        if (++asked === 1) throw new HttpFailure("source-unreachable", "the line is down", false);
      };
      const output = await shop.act(
        "service_restart",
        target,
        {},
        { leaving, idempotencyKey: "blind-key", attempt: 2 },
      );
      expect(output.findings[0]?.evidence).toContain("attempt 2 found it done by an earlier one");
      expect((await shop.read("deployment", "blind")).metadata.generation).toBe(generation);
    });

    test("of pods that cannot be restarted leaves their ConfigMap changed, and says so", async () => {
      await shop.make("deployment", "stuck", "shop/checkout:v41");
      await plane.ask("POST", "/api/v1/namespaces/shop/configmaps", { metadata: { name: "stuck" }, data: { A: "1" } });
      const actions = { config_update: { configmap: "stuck", restart: true } };
      const target = { workload: "deployment/stuck", actions };
      const answered = async (method: string, url: string) => {
        if (method === "PATCH" && url.includes("/configmaps/")) {
          await shop.change("deployment", "stuck", { spec: { paused: true } });
        }
      };
      const failure = await failureOf(shop.act("config_update", target, { values: { A: "2" } }, { answered }));
      expect(failure).toMatchObject({ code: "rollout-stalled" });
      expect(failure.message).toContain(
        "configmap/stuck in shop was changed (A), and deployment/stuck was not restarted",
      );
      const again = await failureOf(shop.act("config_update", target, { values: { A: "3" } }));
      expect(again).toMatchObject({ code: "rollout-paused" });
      expect((await plane.ask("GET", "/api/v1/namespaces/shop/configmaps/stuck")).data).toEqual({ A: "2" });
    });

    test("that cannot be settled is told as unknown", async () => {
      await shop.make("deployment", "dark", "shop/checkout:v41");
      let dark = false;
      const lose = (method: string) => {
        if (method === "PATCH") dark = true;
        if (dark) throw new HttpFailure("source-unreachable", "the line broke", method === "PATCH");
      };
      const failure = await failureOf(
        shop.act("service_restart", { workload: "deployment/dark" }, {}, { leaving: lose }),
      );
      expect(failure).toMatchObject({ code: "outcome-unknown", retryable: true });
      expect((await shop.read("deployment", "dark")).spec.template.metadata.annotations).toBeUndefined();
    });

    test("overwrites nobody: who changes the object at the same moment wins, who writes the status does not matter", async () => {
      await shop.make("deployment", "busy", "shop/checkout:v41");
      const target = { workload: "deployment/busy" };
      let patches = 0;
      const meddle = (patch: Parameters<Shop["change"]>[2]) => async (method: string) => {
        if (method === "PATCH" && ++patches === 1) await shop.change("deployment", "busy", patch);
      };
      const noted = meddle({ metadata: { annotations: { "example.com/note": "seen" } } });
      expect(await shop.act("scale_action", target, { replicas: 3 }, { leaving: noted })).toMatchObject({
        changed: true,
      });
      expect(patches).toBe(2);
      patches = 0;
      const failure = await failureOf(
        shop.act("scale_action", target, { replicas: 5 }, { leaving: meddle({ spec: { replicas: 4 } }) }),
      );
      expect(failure).toMatchObject({ code: "conflict", retryable: false });
      expect(failure.message).toContain("somebody else has changed deployment/busy in shop");
      expect((await shop.read("deployment", "busy")).spec.replicas).toBe(4);
    });
  },
);
