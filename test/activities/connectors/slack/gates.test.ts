/** What Slack is told of a gate, against a workspace on loopback: the question, what follows in its thread, and how it closed. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { slackMessage } from "../../../../src/activities/connectors/slack/gate-message.js";
import type { Dependencies } from "../../../../src/activities/dependencies.js";
import type { GateMessage } from "../../../../src/activities/gates/message.js";
import { tell } from "../../../../src/activities/gates/messages.js";
import type { JsonObject } from "../../../../src/schema/json.js";
import { startWorkspace, TOKEN, type Workspace } from "../../../support/slack.js";

const DIGEST = "ab".repeat(32);
const ASKED: JsonObject = {
  nodeName: "Roll back checkout",
  nodeType: "rollback",
  tool: "rollback",
  params: { version: "v41" },
  target: "shop",
  environment: "production",
  reason: "it changes what runs: always asked",
  requester: "rita",
  digest: DIGEST,
  deadline: "2026-01-02T03:04:05.000Z",
  findings: [{ node: "look", statement: "12 % of requests fail", evidence: [] }],
  preview: { before: "v42", after: "v41" },
  rule: { name: "r", groups: ["sre"], required: 2, forbidRequester: true, comment: "reject" },
};

let workspace: Workspace;
beforeAll(async () => {
  workspace = await startWorkspace();
});
afterAll(() => workspace.stop());
beforeEach(() => void workspace.sent.splice(0));

function notice(event: GateMessage["event"], details: JsonObject = ASKED, refs?: GateMessage["refs"]): GateMessage {
  return { event, run: "run-1", node: "mend", key: "k", details, ...(refs === undefined ? {} : { refs }) };
}

function told(what: GateMessage, channel = "slack:#ops", slack: object | undefined = {}) {
  const settings = { token: "env:SLACK", signing_secret: "env:SIGNING", api_url: workspace.apiUrl, ...slack };
  const config = { channels: {}, facadeUrl: "https://autoops.example.com", slack: settings };
  return tell(channel, what, { config, fetch: workspace.fetch } as unknown as Dependencies);
}

describe("a question in Slack", () => {
  test("stands in the channel with all that people need to decide, and buttons for exactly this question", async () => {
    const result = await told(notice("gate-opened"));
    const [message] = await workspace.messages();
    expect(result).toEqual({ channel: "slack:#ops", ok: true, ref: `${workspace.ops}/${message.ts}` });
    const shown = JSON.stringify(message.blocks);
    const parts = ["Approval needed: Roll back checkout", "rollback", "shop", "production", "always asked", "rita"];
    for (const part of [...parts, "v42 → v41", "12 % of requests fail", "sre", "2 must approve", "not who asked"]) {
      expect(shown).toContain(part);
    }
    expect(shown).toContain("<!date^1767323045^");
    expect(shown).toContain("<https://autoops.example.com/#/runs/run-1|");
    expect(shown).toContain(`digest ${DIGEST.slice(0, 12)} `);
    const { elements } = message.blocks.find((block: { type: string }) => block.type === "actions");
    const [approve, ...others] = elements;
    expect(approve).toMatchObject({ action_id: "autoops_approve", confirm: {} });
    expect(others).toMatchObject([{ action_id: "autoops_reject" }, { action_id: "autoops_skip" }]);
    for (const { value } of elements) expect(JSON.parse(value)).toEqual({ run: "run-1", node: "mend", digest: DIGEST });
  });

  test("the token goes out as a reference, and the client tries once", async () => {
    await told(notice("gate-opened"));
    expect(workspace.sent.map(({ authorization }) => authorization)).toEqual(["Bearer env:SLACK"]);
    expect(JSON.stringify(workspace.sent)).not.toContain(TOKEN);
  });

  test("has no buttons where nothing would take their clicks", async () => {
    await told(notice("gate-opened"), "slack:#ops", { signing_secret: undefined });
    const [message] = await workspace.messages();
    expect(message.blocks.some((block: { type: string }) => block.type === "actions")).toBe(false);
  });

  test("a reminder and further people in the same channel stand in its thread; others get a message of their own", async () => {
    const { ref = "" } = await told(notice("gate-opened"));
    const refs = { "slack:#ops": ref };
    expect(await told(notice("gate-reminder", ASKED, refs))).toEqual({ channel: "slack:#ops", ok: true });
    expect(await told(notice("gate-escalated", { ...ASKED, groups: ["leads"] }, refs))).toEqual({
      channel: "slack:#ops",
      ok: true,
    });
    const replies = await workspace.replies(ref.split("/")[1] ?? "");
    expect(replies.map(({ text }: { text: string }) => text)).toEqual([
      "Still waiting for an answer: Roll back checkout",
      "You are asked too: Roll back checkout",
    ]);
    const other = await told(notice("gate-escalated", ASKED, refs), "slack:#leads");
    expect(other).toMatchObject({ ok: true, ref: expect.stringMatching(/^C[A-Z0-9]+\/\d+\.\d+$/) });
    expect(other.ref?.startsWith(workspace.ops)).toBe(false);
  });

  test("once the gate has closed the same message says how and by whom, and has no buttons", async () => {
    const { ref = "" } = await told(notice("gate-opened"));
    const before = (await workspace.messages()).length;
    const details = { nodeName: "Roll back checkout", status: "approved", by: ["ann: approve"], digest: DIGEST };
    expect(await told(notice("gate-closed", details, { "slack:#ops": ref }))).toEqual({
      channel: "slack:#ops",
      ok: true,
    });
    const messages = await workspace.messages();
    expect(messages).toHaveLength(before);
    const changed = messages.find(({ ts }) => ts === ref.split("/")[1]);
    expect(changed.text).toBe("Roll back checkout: ✅ approved");
    const shown = JSON.stringify(changed.blocks);
    expect(shown).toContain("by ann: approve");
    expect(shown).not.toContain("autoops_approve");
  });
});

describe("a channel that cannot be told is a result that says why", () => {
  test("one that is not there", async () => {
    expect(await told(notice("gate-opened"), "slack:#nowhere")).toEqual({
      channel: "slack:#nowhere",
      ok: false,
      problem: expect.stringMatching(/channel_not_found.*check the name/),
    });
  });

  test("a Slack that does not answer, and one that the network policy does not allow", async () => {
    const away = await told(notice("gate-opened"), "slack:#ops", { api_url: "https://slack.example.com/api/" });
    expect(away).toMatchObject({ ok: false, problem: expect.stringContaining("slack.example.com") });
  });

  test("no section slack in config.yaml", async () => {
    const dependencies = { config: { channels: {} }, fetch: workspace.fetch } as unknown as Dependencies;
    const result = await tell("slack:#ops", notice("gate-opened"), dependencies);
    expect(result).toEqual({ channel: "slack:#ops", ok: false, problem: "config.yaml has no section slack" });
    expect(workspace.sent).toEqual([]);
  });
});

describe("what others wrote", () => {
  const hostile = "<!channel> <https://evil.example|look> & *bold* `x` ```\n\u202eaway *Votes* 2 of 2";
  const details = {
    ...ASKED,
    nodeName: hostile,
    reason: hostile,
    target: hostile,
    requester: hostile,
    params: { note: hostile },
    preview: { before: hostile, after: hostile },
    findings: [{ node: "look", statement: hostile, evidence: [] }],
  };

  test("mentions nobody, links nowhere, breaks out of no block and adds no line", () => {
    const { text, blocks } = slackMessage(notice("gate-opened", details), undefined, true);
    const marked: string[] = [text];
    JSON.stringify(blocks, (_, value) => {
      if (value?.type === "mrkdwn") {
        expect(value.verbatim).toBe(true);
        marked.push(value.text.replace(/<!date\^[^>]*>/g, ""));
      }
      return value;
    });
    for (const one of marked) {
      expect(one).not.toMatch(/[<>\u202e]/);
      expect([...one.matchAll(/```/g)].length % 2).toBe(0);
      expect(one.split("\n").some((row) => row.startsWith("*Votes*"))).toBe(false);
    }
    expect(marked.some((one) => one.startsWith("```") && one.indexOf("```", 3) === one.length - 3)).toBe(true);
  });

  test.each<[string, JsonObject]>([
    ["params", { params: { filler: "x".repeat(4_000), version: "6.6.6" } }],
    ["what takes it back", { undo: { tool: "rollback", params: { filler: "x".repeat(400) } } }],
    ["the change", { preview: { before: "1.0", after: "x".repeat(400) } }],
    ["the target", { target: "x".repeat(200) }],
  ])("%s that cannot be shown whole is answered elsewhere: no buttons", (_, more) => {
    const { blocks } = slackMessage(notice("gate-opened", { ...ASKED, ...more }), undefined, true);
    expect(blocks.map(({ type }) => type)).not.toContain("actions");
    expect(JSON.stringify(blocks)).toContain("Too long to be shown whole");
  });

  test("keeps within the limits of Block Kit however long it is", () => {
    const long = "&".repeat(20_000);
    const rule = { ...(ASKED.rule as JsonObject), groups: Array.from({ length: 100 }, () => long) };
    const all = { ...details, nodeName: long, reason: long, target: long, requester: long, params: { long }, rule };
    const findings = Array.from({ length: 30 }, () => ({ node: "n", statement: long, evidence: [] }));
    const undo = { tool: long, params: { long } };
    for (const event of ["gate-opened", "gate-escalated", "gate-reminder", "gate-closed"] as const) {
      const wish = { ...all, findings, undo, by: Array.from({ length: 100 }, () => long), status: "rejected" };
      const { blocks, text } = slackMessage(notice(event, wish), "https://autoops.example.com/#/runs/r", true);
      expect(text.length).toBeLessThanOrEqual(4_000);
      expect(blocks.length).toBeLessThanOrEqual(50);
      for (const block of blocks as Array<{
        type: string;
        text?: { text: string };
        elements?: Array<{ value?: string; text?: string }>;
      }>) {
        expect(block.text?.text.length ?? 0).toBeLessThanOrEqual(block.type === "header" ? 150 : 3_000);
        for (const { value = "" } of block.elements ?? []) expect(value.length).toBeLessThanOrEqual(2_000);
      }
    }
  });
});

describe("what Slack refuses with 200", () => {
  /** Answers the first calls as given, then as the workspace does. */
  function toldAfter(answers: object[]) {
    const left = [...answers];
    const fetch: Workspace["fetch"] = async (url, request) => {
      const next = left.shift();
      if (next === undefined) return workspace.fetch(url, request);
      return { status: 200, text: JSON.stringify({ ok: false, ...next }), url: String(url), headers: {} } as never;
    };
    const slack = { token: "env:SLACK", api_url: workspace.apiUrl };
    const config = { channels: {}, slack };
    return tell("slack:#ops", notice("gate-opened"), { config, fetch } as unknown as Dependencies);
  }

  test.each(["internal_error", "service_unavailable", "fatal_error", "request_timeout"])(
    "%s passes, and the message is sent once it has",
    async (error) => {
      expect(await toldAfter([{ error }])).toMatchObject({ ok: true });
      expect(await toldAfter([{ error }, { error }])).toMatchObject({ ok: true });
    },
  );

  test("one that does not pass is told after three attempts", async () => {
    const error = "internal_error";
    const result = await toldAfter([{ error }, { error }, { error }]);
    expect(result).toMatchObject({ ok: false, problem: "Slack is out of order for now: internal_error" });
  });

  test("a missing scope is named", async () => {
    const result = await toldAfter([{ error: "missing_scope", needed: "chat:write", provided: "channels:read" }]);
    expect(result.problem).toContain("Slack refused: missing_scope (needed: chat:write)");
  });

  test("what is wrong with blocks is told, each reason once", async () => {
    const why = "no more than 50 items allowed [json-pointer:/blocks]";
    const result = await toldAfter([
      { error: "invalid_blocks", errors: [why], response_metadata: { messages: [`[ERROR] ${why}`, why] } },
    ]);
    expect(result.problem).toBe(`Slack refused: invalid_blocks (${why}; [ERROR] ${why})`);
  });
});
