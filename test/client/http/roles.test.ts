/** Every role on every operation, and every method on every path: made from the list of operations, so that none is left out. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OPERATIONS, type Operation, type OperationId } from "../../../src/client/http/operations.js";
import { PERMISSIONS, ROLES, type Role } from "../../../src/vocabulary/roles.js";
import { GATED } from "../support/stack.js";
import { bearer, type Serving, startServing } from "./support/staged.js";

/** A good request of each operation, and what answers it where the caller may. */
const GOOD: Record<OperationId, { path: string; body?: object; status: number }> = {
  isAlive: { path: "/livez", status: 200 },
  isHealthy: { path: "/healthz", status: 200 },
  isReady: { path: "/readyz", status: 200 },
  showMetrics: { path: "/metrics", status: 200 },
  describe: { path: "/openapi.json", status: 200 },
  showSession: { path: "/api/v1/session", status: 200 },
  // Only the page signs in and out.
  beginSession: { path: "/api/v1/session", body: { key: "x" }, status: 403 },
  endSession: { path: "/api/v1/session", status: 403 },
  createPlan: { path: "/api/v1/plans", body: { goal: "mend it" }, status: 200 },
  previewGraph: { path: "/api/v1/plans/preview", body: { graph: GATED }, status: 404 },
  listPlaybooks: { path: "/api/v1/playbooks", status: 404 },
  listRuns: { path: "/api/v1/runs", status: 200 },
  createRun: { path: "/api/v1/runs", body: { graph: GATED }, status: 202 },
  showRun: { path: "/api/v1/runs/r1", status: 200 },
  showReport: { path: "/api/v1/runs/r1/report", status: 202 },
  streamEvents: { path: "/api/v1/runs/r1/events", status: 200 },
  decideGate: { path: "/api/v1/runs/r1/approvals/mend", body: { decision: "approve" }, status: 200 },
  cancelRun: { path: "/api/v1/runs/r1/cancel", body: {}, status: 202 },
  showInbox: { path: "/api/v1/inbox", status: 200 },
  // What they do is tested in test/client/http/writes.test.ts.
  showWrites: { path: "/api/v1/writes", status: 404 },
  pauseWrites: { path: "/api/v1/writes/pause", body: { reason: "why" }, status: 404 },
  resumeWrites: { path: "/api/v1/writes/resume", body: {}, status: 404 },
  overrideWindows: {
    path: "/api/v1/writes/override",
    body: { environment: "production", minutes: 5, reason: "why" },
    status: 404,
  },
  listApiKeys: { path: "/api/v1/api-keys", status: 200 },
  // Nothing is configured here; test/client/http/slack.test.ts has the rest.
  takeSlackInteraction: { path: "/api/v1/slack/interactions", body: {}, status: 404 },
  // None is declared here; test/integration/incidents.test.ts has the rest.
  takeHook: { path: "/hooks/pager", body: {}, status: 404 },
  listIncidents: { path: "/api/v1/incidents", status: 404 },
  showIncident: { path: "/api/v1/incidents/alert-pager-000000000000000000000000", status: 404 },
  // None here; test/integration/schedules.test.ts has the rest.
  listSchedules: { path: "/api/v1/schedules", status: 404 },
  createSchedule: {
    path: "/api/v1/schedules",
    body: { name: "nightly", goal: "is it well?", every: "1h" },
    status: 404,
  },
  showSchedule: { path: "/api/v1/schedules/nightly", status: 404 },
  deleteSchedule: { path: "/api/v1/schedules/nightly", status: 404 },
  pauseSchedule: { path: "/api/v1/schedules/nightly/pause", body: {}, status: 404 },
  resumeSchedule: { path: "/api/v1/schedules/nightly/resume", body: {}, status: 404 },
  triggerSchedule: { path: "/api/v1/schedules/nightly/trigger", body: {}, status: 404 },
  // Off here; test/client/http/codec.test.ts has the rest.
  decodePayloads: { path: "/codec/decode", body: { payloads: [] }, status: 404 },
  encodePayloads: { path: "/codec/encode", body: { payloads: [] }, status: 404 },
  revokeApiKey: { path: "/api/v1/api-keys/autoops_0000000000", status: 404 },
};
const IDS = Object.keys(OPERATIONS) as OperationId[];
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

let serving: Serving;
/** By role; `nobody` has a key in a group that the policy does not name. */
const keys: Partial<Record<Role | "nobody", string>> = {};

beforeAll(async () => {
  serving = await startServing({ refusalsPerMinute: 100_000 });
  for (const role of ROLES) keys[role] = await serving.key(`the ${role}`, `${role}s`);
  keys.nobody = await serving.key("nobody", "visitors");
});
afterAll(() => serving.stop());

interface Answer {
  status: number;
  code?: string;
  headers: Headers;
}

async function ask(method: string, id: OperationId, key?: string): Promise<Answer> {
  const { path, body } = GOOD[id];
  const headers: Record<string, string> = { ...(key === undefined ? {} : bearer(key)) };
  const isRead = method === "GET" || method === "HEAD";
  if (body !== undefined && !isRead) headers["content-type"] = "application/json";
  const init = { method, headers, ...(body === undefined || isRead ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(`${serving.url}${path}`, init);
  const text = await response.text();
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  return { status: response.status, headers: response.headers, ...(isProblem && { code: JSON.parse(text).code }) };
}

/** What a refused request must leave as it was: nothing was asked of runs, and the keys are the same. */
async function changesNothing(work: () => Promise<void>): Promise<void> {
  const called = serving.calls.length;
  const before = await serving.keys.list();
  await work();
  expect(serving.calls.slice(called)).toEqual([]);
  expect(await serving.keys.list()).toEqual(before);
}

const callers = [undefined, "nobody", ...ROLES] as const;
const combinations = IDS.flatMap((id) =>
  callers.flatMap((caller) => METHODS.map((method) => [method, id, caller] as const)),
);

describe("roles × operations × methods", () => {
  test("the list covers every operation, and reads are never made by other methods", () => {
    expect(combinations).toHaveLength(IDS.length * (ROLES.length + 2) * METHODS.length);
    for (const id of IDS.filter((one) => (OPERATIONS[one] as Operation).needs.toString().endsWith(".read"))) {
      expect(OPERATIONS[id].method, id).toBe("get");
    }
    expect(OPERATIONS.decideGate.method).toBe("post");
  });

  test.each(combinations)("%s %s by %s", async (method, id, caller) => {
    const here = IDS.filter((one) => OPERATIONS[one].path === OPERATIONS[id].path);
    const meant = here.find((one) => OPERATIONS[one].method.toUpperCase() === method);
    const send = () => ask(method, id, caller === undefined ? undefined : keys[caller]);
    if (meant === undefined) {
      return changesNothing(async () => {
        const answer = await send();
        expect(answer).toMatchObject({ status: 405, code: "method-not-allowed" });
        for (const one of here) expect(answer.headers.get("allow")).toContain(OPERATIONS[one].method.toUpperCase());
      });
    }
    const { needs } = OPERATIONS[meant] as Operation;
    if (needs !== "anyone" && caller === undefined) {
      return changesNothing(async () => {
        const answer = await send();
        expect(answer).toMatchObject({ status: 401, code: "not-signed-in" });
        expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="autoops"');
      });
    }
    const roles: readonly string[] = needs === "anyone" ? callers.map(String) : PERMISSIONS[needs].roles;
    if (!roles.includes(String(caller))) {
      return changesNothing(async () => {
        expect(await send()).toMatchObject({ status: 403, code: "role-missing" });
        expect(serving.audited.at(-1)).toMatchObject({
          event: "access-refused",
          actor: caller === "nobody" ? "nobody" : `the ${caller}`,
          code: "role-missing",
          details: { permission: needs },
        });
      });
    }
    const { path, body } = GOOD[meant];
    expect((await askAs(method, path, body, caller)).status).toBe(GOOD[meant].status);
  });
});

function askAs(method: string, path: string, body: object | undefined, caller: (typeof callers)[number]) {
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(caller === undefined ? {} : bearer(keys[caller] ?? "")),
  };
  return fetch(`${serving.url}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

describe("the one who acts", () => {
  test("is the requester of a run and the approver of a decision, with their groups", async () => {
    serving.calls.length = 0;
    await ask("POST", "createRun", keys.operator);
    await ask("POST", "createPlan", keys.operator);
    await ask("POST", "decideGate", keys.approver);
    expect(serving.calls).toMatchObject([
      ["start", { requester: "the operator" }],
      ["plan", { requester: "the operator" }],
      ["decide", { approver: "the approver", groups: ["approvers"], channel: "http" }],
    ]);
  });

  test("cannot be named by the body, nor the channel by who sends a key", async () => {
    for (const extra of [{ approver: "eve" }, { subject: "eve" }, { groups: ["admins"] }, { requester: "eve" }]) {
      await changesNothing(async () => {
        const body = { decision: "approve", ...extra };
        expect((await askAs("POST", GOOD.decideGate.path, body, "approver")).status).toBe(422);
        const start = { graph: GATED, ...extra };
        expect((await askAs("POST", GOOD.createRun.path, start, "operator")).status).toBe(422);
      });
    }
    await askAs("POST", GOOD.decideGate.path, { decision: "reject", channel: "page" }, "approver");
    expect(serving.calls.at(-1)).toMatchObject(["decide", { channel: "http" }]);
  });
});

test("the document has the table of roles as the code has it", () => {
  const document = readFileSync("docs/http.md", "utf8");
  for (const { roles, says } of Object.values(PERMISSIONS)) {
    const marks = ROLES.map((role) => ((roles as readonly Role[]).includes(role) ? " yes " : "  "));
    const row = new RegExp(
      `^\\| ${says} *\\|${marks.map((mark) => (mark === "  " ? " *" : " yes *")).join("\\|")}\\|$`,
      "m",
    );
    expect(document, says).toMatch(row);
  }
});
