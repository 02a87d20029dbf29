/** Clicks in Slack, as signed requests: who may decide by them, what is refused, and that what is refused decides nothing. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { SlackAnswers } from "../../../src/client/http/slack/answers.js";
import type { Runs } from "../../../src/client/runs.js";
import { createSlack } from "../../../src/platform/slack/client.js";
import { click, SIGNING_SECRET, signed, startWorkspace, submission, type Workspace } from "../../support/slack.js";
import { ROLE_GROUPS, type Serving, startServing } from "./support/staged.js";

const QUESTION = { run: "run-1", node: "mend", digest: "ab".repeat(32) };
const PATH = "/api/v1/slack/interactions";

let workspace: Workspace;
let serving: Serving;
let offsetMs = 0;
beforeAll(async () => {
  workspace = await startWorkspace();
});
afterAll(() => workspace.stop());
beforeEach(async () => {
  offsetMs = 0;
  workspace.sent.splice(0);
  serving = await serve();
});
afterEach(() => serving.stop());

async function serve(runs: Partial<Runs> = {}, policy?: Awaited<ReturnType<SlackAnswers["people"]>>): Promise<Serving> {
  const { ann = "", bob = "", mel = "" } = workspace.users;
  const users = {
    [ann]: { name: "ann", groups: ["approvers"] },
    [bob]: { name: "bob", groups: ["approvers"] },
    [mel]: { name: "mel", groups: ["operators"] },
  };
  const slack: SlackAnswers = {
    signingSecret: () => SIGNING_SECRET,
    slack: createSlack({ token: "env:SLACK", api_url: workspace.apiUrl }, workspace.fetch),
    people: async () => policy ?? { roles: ROLE_GROUPS, slack: { users } },
    audit: { note: async (entry) => void started.audited.push(entry) },
    now: () => Date.now() + offsetMs,
  };
  const started = await startServing({ slack, runs });
  // As in real use: from the first key on others must sign in, and Slack's signature is the sign-in here.
  await started.key("someone", "viewers");
  return started;
}

const send = (request: ReturnType<typeof signed>) => fetch(`${serving.url}${PATH}`, request);
const idOf = (who: string) => (Object.hasOwn(workspace.users, who) ? (workspace.users[who] ?? "") : who);
const press = (
  who: string,
  action: "approve" | "reject",
  more: { trigger?: string; salt?: string } = {},
  value: object = QUESTION,
) => click(idOf(who), action, value, { channel: workspace.ops, ...more });
const decisions = () => serving.calls.filter(([name]) => name === "decide").map(([, wish]) => wish);
const toldTo = (who: string) => vi.waitUntil(() => workspace.whispers(idOf(who))[0], { timeout: 10_000 });

describe("a click", () => {
  test("approves in the name that the policy gives to the person, for exactly the question of the message", async () => {
    const response = await send(signed(press("ann", "approve")));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
    expect(await toldTo("ann")).toBe("Your approval of mend counts.");
    expect(decisions()).toEqual([
      {
        runId: "run-1",
        node: "mend",
        decision: "approve",
        digest: QUESTION.digest,
        comment: undefined,
        approver: "ann",
        groups: ["approvers"],
        channel: "slack",
        decisionId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ]);
  });

  test("is answered before the decision is made: Slack waits no longer than three seconds", async () => {
    await serving.stop();
    let let_go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      let_go = resolve;
    });
    serving = await serve({
      decide: async ({ runId, node }) => {
        await held;
        return { ok: true, value: { runId, node, counted: true, result: "accepted" } };
      },
    });
    expect((await send(signed(press("ann", "approve")))).status).toBe(200);
    expect(workspace.sent).toEqual([]);
    let_go();
    expect(await toldTo("ann")).toContain("counts");
  });

  test("to reject opens a form, and only the form decides, with its comment", async () => {
    const trigger = await workspace.trigger(workspace.users.ann ?? "");
    await send(signed(press("ann", "reject", { trigger })));
    const opened = await vi.waitUntil(() => workspace.sent.find(({ method }) => method === "views.open"));
    expect(decisions()).toEqual([]);
    const view = JSON.parse(opened.body.view ?? "");
    expect(view.private_metadata.length).toBeLessThan(3_000);
    await send(signed(submission(workspace.users.ann ?? "", view, "not during the sale")));
    expect(await toldTo("ann")).toBe("Your rejection of mend counts.");
    expect(decisions()).toMatchObject([
      {
        decision: "reject",
        comment: "not during the sale",
        approver: "ann",
        digest: QUESTION.digest,
        channel: "slack",
      },
    ]);
  });

  test("to approve opens it too where the rule wants a comment", async () => {
    const trigger = await workspace.trigger(workspace.users.ann ?? "");
    await send(signed(press("ann", "approve", { trigger }, { ...QUESTION, comment: "always" })));
    const opened = await vi.waitUntil(() => workspace.sent.find(({ method }) => method === "views.open"));
    expect(decisions()).toEqual([]);
    const view = JSON.parse(opened.body.view ?? "");
    expect(view.blocks.at(-1)).toMatchObject({ type: "input", optional: false });
    await send(signed(submission(workspace.users.ann ?? "", view, "seen the graphs")));
    await toldTo("ann");
    expect(decisions()).toMatchObject([{ decision: "approve", comment: "seen the graphs" }]);
  });

  test("whose form does not open says what else to do, and decides nothing", async () => {
    await send(signed(press("ann", "reject", { trigger: "long.gone" })));
    expect(await toldTo("ann")).toMatch(/Nothing was decided yet.*autoops reject run-1 mend --comment/);
    expect(decisions()).toEqual([]);
  });

  test.each([
    ["late", /does not count: mend was not decided in time/],
    ["stale-digest", /asks about another action/],
    ["already-decided", /was decided before/],
    ["comment-required", /wants a comment.*autoops approve run-1 mend --comment/],
    ["not-allowed", /may not be decided by you/],
  ] as const)("that does not count, %s, says so to the person alone", async (result, says) => {
    await serving.stop();
    serving = await serve({
      decide: async ({ runId, node }) => ({ ok: true, value: { runId, node, counted: true, result } }),
    });
    await send(signed(press("ann", "approve")));
    expect(await toldTo("ann")).toMatch(says);
    expect(workspace.whispers(workspace.users.bob ?? "")).toEqual([]);
  });
});

describe("nothing is decided by", () => {
  afterEach(() => expect(decisions()).toEqual([]));

  test.each([
    ["with another secret", () => signed(press("ann", "approve"), { secret: "guessed" })],
    ["of six minutes ago", () => signed(press("ann", "approve"), { atMs: Date.now() - 360_000 })],
    ["dated six minutes ahead", () => signed(press("ann", "approve"), { atMs: Date.now() + 360_000 })],
    [
      "whose body was changed",
      () => ({ ...signed(press("ann", "approve")), body: signed(press("bob", "approve")).body }),
    ],
    [
      "whose time was changed",
      () => {
        const request = signed(press("ann", "approve"), { atMs: Date.now() - 360_000 });
        request.headers["x-slack-request-timestamp"] = String(Math.floor(Date.now() / 1_000));
        return request;
      },
    ],
    [
      "without a signature",
      () => {
        const { method, body, headers } = signed(press("ann", "approve"));
        return { method, body, headers: { "content-type": headers["content-type"] ?? "" } };
      },
    ],
  ])("a request %s: 401, and a line in the audit log", async (_, make) => {
    const response = await send(make());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: "not-signed-in" });
    expect(serving.audited).toMatchObject([{ event: "login-refused", channel: "slack", code: "not-signed-in" }]);
    expect(workspace.sent).toEqual([]);
  });

  test("an API key instead of a signature", async () => {
    const key = await serving.key("root", "admins");
    const { body, headers } = signed(press("ann", "approve"), { secret: "guessed" });
    const response = await send({ method: "POST", body, headers: { ...headers, authorization: `Bearer ${key}` } });
    expect(response.status).toBe(401);
  });

  test("a GET, whatever it carries", async () => {
    const { headers, body } = signed(press("ann", "approve"));
    const response = await fetch(`${serving.url}${PATH}?${body}`, { headers });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });

  test("somebody whom the policy does not know: they are told, and it is recorded", async () => {
    await send(signed(press("zed", "approve")));
    expect(await toldTo("zed")).toMatch(/Nothing was decided: you are not known here.*slack\.users/);
    expect(serving.audited).toMatchObject([
      {
        event: "access-refused",
        actor: `slack:${workspace.users.zed}`,
        channel: "slack",
        code: "not-signed-in",
        run: "run-1",
      },
    ]);
  });

  test("somebody named like a property of every object", async () => {
    await send(signed(press("constructor", "approve")));
    await vi.waitUntil(() => serving.audited.length > 0);
    expect(serving.audited).toMatchObject([{ event: "access-refused", actor: "slack:constructor" }]);
  });

  test("somebody without the role: they are told, and it is recorded", async () => {
    await send(signed(press("mel", "approve")));
    expect(await toldTo("mel")).toMatch(/one must be approver or admin; mel is neither/);
    expect(serving.audited).toMatchObject([
      { event: "access-refused", actor: "mel", channel: "slack", code: "role-missing" },
    ]);
  });

  test("a form that somebody without the role sends off", async () => {
    const metadata = JSON.stringify({ ...QUESTION, decision: "reject", channel: workspace.ops });
    const view = { callback_id: "autoops_comment", private_metadata: metadata };
    await send(signed(submission(workspace.users.mel ?? "", view, "no")));
    expect(await toldTo("mel")).toContain("is neither");
  });

  test("buttons of another app, and values that are none of ours", async () => {
    const foreign = press("ann", "approve") as { actions: Array<{ action_id: string; value: string }> };
    const [action] = foreign.actions;
    if (action !== undefined) action.action_id = "deploy";
    expect((await send(signed(foreign))).status).toBe(200);
    const wrong = [
      { ...QUESTION, digest: undefined },
      { ...QUESTION, node: "../x" },
      { ...QUESTION, more: 1 },
      { run: 1 },
    ];
    for (const value of wrong) expect((await send(signed(press("ann", "approve", {}, value)))).status).toBe(200);
    expect((await send(signed({ type: "shortcut", user: { id: "U1" } }))).status).toBe(200);
    expect(workspace.sent).toEqual([]);
  });

  test("a body over the limit", async () => {
    const response = await send(signed({ ...press("ann", "approve"), padding: "x".repeat(300_000) }));
    expect(response.status).toBe(413);
  });
});

test("while the policy cannot be read nobody decides", async () => {
  await serving.stop();
  serving = await serve({}, { roles: {} });
  await send(signed(press("ann", "approve")));
  expect(await toldTo("ann")).toContain("you are not known here");
  expect(decisions()).toEqual([]);
});

describe("the same request again", () => {
  test("decides once, and stands in the audit log", async () => {
    const request = signed(press("ann", "approve"));
    expect((await send(request)).status).toBe(200);
    await toldTo("ann");
    expect((await send(request)).status).toBe(200);
    await vi.waitUntil(() => serving.audited.length > 0);
    expect(serving.audited).toMatchObject([
      { event: "decision-refused", channel: "slack", details: { reason: "the request came before" } },
    ]);
    expect(decisions()).toHaveLength(1);
  });

  test("in another façade it is the same decision, by its id", async () => {
    const request = signed(press("ann", "approve"));
    await send(request);
    await toldTo("ann");
    const first = decisions();
    await serving.stop();
    workspace.sent.splice(0);
    serving = await serve();
    await send(request);
    await toldTo("ann");
    expect(decisions()).toEqual(first);
  });

  test("after the window is too old", async () => {
    const request = signed(press("ann", "approve"));
    await send(request);
    await toldTo("ann");
    offsetMs = 301_500;
    expect((await send(request)).status).toBe(401);
    expect(decisions()).toHaveLength(1);
  });

  test("a second click is a request of its own, for the gate to judge", async () => {
    await send(signed(press("ann", "approve", { salt: "1" })));
    await send(signed(press("ann", "approve", { salt: "2" })));
    await vi.waitUntil(() => workspace.whispers(workspace.users.ann ?? "").length === 2);
    const ids = decisions().map((wish) => (wish as { decisionId: string }).decisionId);
    expect(new Set(ids).size).toBe(2);
  });
});

test("without a signing secret in config.yaml there is nothing to talk to", async () => {
  await serving.stop();
  serving = await startServing();
  const response = await send(signed(press("ann", "approve")));
  expect(response.status).toBe(404);
  expect(decisions()).toEqual([]);
});
