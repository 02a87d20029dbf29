/** Attempts as Temporal makes them: the same key for each, the vendor's pause between them, one ticket in the end. */

import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createToolActivity } from "../../../src/activities/acting/tool-activity.js";
import type { Dependencies } from "../../../src/activities/dependencies.js";
import { createDefaultRegistry } from "../../../src/activities/registry.js";
import { ticketCreate } from "../../../src/activities/tools/ticket-create.js";
import { DEFAULT_POLICY } from "../../../src/core/policy.js";
import type { Tracker } from "../../../src/schema/config/tickets.js";
import { callerStub, recordsStub } from "../../support/approvals.js";
import { auditStub } from "../../support/audit.js";
import { ledgerStub } from "../../support/ledger.js";
import { reachingContext } from "../../support/local-server.js";
import { type Lossy, lossyWay } from "../../support/lossy.js";
import { API_KEY, type PagerDuty, startPagerDuty } from "../../support/pagerduty.js";
import { configOf } from "../../support/tool-context.js";

let pagerduty: PagerDuty;
let way: Lossy;
beforeAll(async () => {
  pagerduty = await startPagerDuty();
  way = await lossyWay(pagerduty.url);
});
afterAll(async () => {
  await way.stop();
  await pagerduty.stop();
});
beforeEach(() => void pagerduty.incidents.splice(0));

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

function dependencies(): Dependencies {
  const incidents: Tracker = {
    kind: "pagerduty",
    url: way.url,
    token: "env:PD",
    service: "PSHOP01",
    from: "oncall@example.com",
  };
  const config = configOf({ trackers: { incidents } });
  const { fetch, secret, blobs } = reachingContext(config, {}, { PD: API_KEY });
  const policy = {
    ...DEFAULT_POLICY,
    tools: { allowed: ["ticket_create"], blocked: [], require_approval: [] },
    node_types: { allowed: ["ticket_create"], blocked: [] },
  };
  const unused = (): never => {
    throw new Error("not used here");
  };
  return {
    config,
    registry: createDefaultRegistry(config),
    policy: async () => ({ ok: true, policy }),
    checkUrl: () => undefined,
    fetch,
    secret,
    blobs,
    reports: { put: unused, get: unused },
    signer: { verify: unused, verifyOrder: unused },
    ledger: ledgerStub(),
    records: recordsStub(),
    askCaller: callerStub(),
    audit: auditStub(),
    draft: unused,
    log: silent,
    now: () => Date.now(),
  };
}

async function attempt(count: number): Promise<unknown> {
  const environment = new MockActivityEnvironment({
    activityId: "open",
    activityType: "ticket_create",
    attempt: count,
    workflowExecution: { workflowId: "shop-ab12", runId: "r" },
    startToCloseTimeoutMs: 20_000,
  });
  // biome-ignore lint/suspicious/noExplicitAny: as in the registry
  const activity = createToolActivity(ticketCreate as any, "ticket_create", dependencies());
  const params = { tracker: "incidents", title: "Checkout fails" };
  return environment.run(activity, { params, requester: "rita", runKey: "run-key", retries: 2 });
}

test("an attempt whose answers are lost fails so that it is tried again, and the next finds the ticket", async () => {
  way.loseAnswer("POST", /\/incidents$/);
  way.answerInstead("GET", /\/incidents/, { status: 200, body: '{"incidents":[]}' });
  way.answerInstead("GET", /\/incidents/, { status: 503 });
  await expect(attempt(1)).rejects.toMatchObject({ type: "source-unreachable", nonRetryable: false });
  expect(await attempt(2)).toMatchObject({ created: false, ticket: pagerduty.incidents[0]?.id });
  expect(pagerduty.incidents).toHaveLength(1);
});

test("a vendor that wants a pause gets it before the next attempt", async () => {
  way.answerInstead("GET", /\/incidents/, { status: 429, headers: { "retry-after": "17" } });
  await expect(attempt(1)).rejects.toMatchObject({ type: "source-busy", nonRetryable: false, nextRetryDelay: 17_000 });
  expect(pagerduty.incidents).toEqual([]);
});

test("what no attempt could mend is not tried again", async () => {
  way.answerInstead("GET", /\/incidents/, { status: 403, body: "{}" });
  await expect(attempt(1)).rejects.toMatchObject({ type: "source-forbidden", nonRetryable: true });
});
