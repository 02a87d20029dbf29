/** `/api/v1/writes`: in the name of whoever signed in, and of nobody else. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Writes } from "../../../src/client/writes.js";
import { bearer, type Serving, startServing } from "./support/staged.js";

let serving: Serving;
let given: unknown[] = [];
let isPaused = false;

const pause = { id: "pause-0001", scope: "all", reason: "hold", by: "olga", atMs: 1 };
const view = () => ({ pauses: isPaused ? [pause] : [], overrides: [], lost: false });
const writes: Writes = {
  view: async () => ({ ok: true, value: view() }),
  async pause(order) {
    given.push(["pause", order]);
    return { ok: true, value: { pause, counted: order.scope === "all" } };
  },
  async resume(order) {
    given.push(["resume", order]);
    return { ok: true, value: { ended: [pause], view: view() } };
  },
  async override(order) {
    given.push(["override", order]);
    const message = "the order does not count: she is in no group of changes.override_groups";
    return { ok: false, problems: [{ code: "order-refused", at: "override", message }] };
  },
};

beforeAll(async () => {
  serving = await startServing({ writes });
});
afterAll(() => serving.stop());
beforeEach(() => {
  given = [];
  isPaused = false;
});

async function send(role: string, path: string, body?: object) {
  const key = await serving.key(`the ${role}`, `${role}s`);
  const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const headers = { "content-type": "application/json", ...bearer(key) };
  const response = await fetch(`${serving.url}/api/v1/${path}`, { ...init, headers });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

test("an operator pauses, in their own name, and does not resume", async () => {
  expect(await send("operator", "writes/pause", { reason: "checkout acts up" })).toMatchObject({ status: 200 });
  expect(await send("operator", "writes/pause", { scope: "target:shop", reason: "x" })).toMatchObject({ status: 202 });
  expect(await send("operator", "writes/resume", {})).toMatchObject({ status: 403, body: { code: "role-missing" } });
  expect(await send("viewer", "writes/pause", { reason: "x" })).toMatchObject({ status: 403 });
  const own = { by: "the operator", groups: ["operators"], channel: "http" };
  expect(given).toEqual([
    ["pause", { ...own, scope: "all", reason: "checkout acts up" }],
    ["pause", { ...own, scope: "target:shop", reason: "x" }],
  ]);
});

test("an administrator resumes", async () => {
  expect(await send("admin", "writes/resume", { scope: "all" })).toMatchObject({
    status: 200,
    body: { ended: [pause] },
  });
  expect(given).toMatchObject([["resume", { by: "the admin", groups: ["admins"], scope: "all" }]]);
});

test("an order that does not count is told so", async () => {
  const body = { environment: "production", minutes: 5, reason: "incident" };
  expect(await send("approver", "writes/override", body)).toMatchObject({
    status: 403,
    body: { code: "order-refused" },
  });
});

test.each([
  ["writes/pause", {}],
  ["writes/pause", { reason: "  " }],
  ["writes/pause", { reason: "x", by: "eve" }],
  ["writes/resume", { reason: "x", groups: ["admins"] }],
  ["writes/override", { environment: "moon", minutes: 5, reason: "x" }],
  ["writes/override", { environment: "production", minutes: 100_000, reason: "x" }],
  ["writes/override", { environment: "production", minutes: 5, reason: "" }],
])("%s refuses %j, and nothing is ordered", async (path, body) => {
  expect((await send("admin", path, body)).status).toBe(422);
  expect(given).toEqual([]);
});

test("what is paused is shown by itself and with the inbox", async () => {
  isPaused = true;
  expect(await send("viewer", "writes")).toMatchObject({ status: 200, body: { pauses: [pause] } });
  expect(await send("viewer", "inbox")).toMatchObject({
    status: 200,
    body: { gates: [], writes: { pauses: [pause] } },
  });
});
