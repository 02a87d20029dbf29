/** Messages to a channel in Slack, against a workspace on loopback: one for one key, and nothing that others wrote pings. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sectionsOf } from "../../../../src/activities/connectors/slack/text.js";
import type { ToolContext } from "../../../../src/activities/define-tool.js";
import { notification } from "../../../../src/activities/tools/notification.js";
import type { Channel } from "../../../../src/schema/config/tickets.js";
import { reachingContext } from "../../../support/local-server.js";
import { type Lossy, lossyWay } from "../../../support/lossy.js";
import { startWorkspace, TOKEN, type Workspace } from "../../../support/slack.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

let workspace: Workspace;
let way: Lossy;
beforeAll(async () => {
  workspace = await startWorkspace();
  way = await lossyWay(new URL(workspace.apiUrl).origin);
});
afterAll(async () => {
  await way.stop();
  await workspace.stop();
});
beforeEach(() => void way.seen.splice(0));

let keys = 0;
const newKey = (): string => `run-key..tell-${keys++}`;

function contextOf(key: string, { attempt = 1, channel = "#ops", slack = true } = {}): ToolContext {
  const chat: Channel = { kind: "slack", channel };
  const settings = { slack: { token: "env:SLACK", api_url: `${way.url}/api/` } };
  const config = configOf({ channels: { chat }, ...(slack ? settings : {}), facadeUrl: "https://autoops.example.com" });
  const parts = { idempotencyKey: key, attempt, runId: "shop-ab12", nodeId: "tell" };
  return reachingContext(config, parts, { SLACK: TOKEN });
}
const say = (params: object, context: ToolContext) =>
  notification.run(notification.params.parse({ channel: "chat", ...params }) as never, context);
const standing = async (title: string) => (await workspace.messages()).filter(({ text }) => text === title);
const refused = (error: string) => ({ status: 200, body: JSON.stringify({ ok: false, error }) });

describe("a message in Slack", () => {
  test("stands in the channel with its title, its text and a link to the run", async () => {
    const output = await say(
      { title: "Checkout fails", message: "**12 %** of `POST /pay`\n\n- one\n- two" },
      contextOf(newKey()),
    );
    const [message] = await standing("Checkout fails");
    expect(output).toMatchObject({
      kind: "slack",
      kept_to_one_by: "search",
      repeated: false,
      ref: `${workspace.ops}/${message.ts}`,
    });
    expect(notification.output.safeParse(output).success).toBe(true);
    const shown = JSON.stringify(message.blocks);
    expect(shown).toContain("*12 %* of `POST /pay`\\n• one\\n• two");
    expect(shown).toContain("<https://autoops.example.com/#/runs/shop-ab12|look at it>");
  });

  test("is not sent again by a second attempt, by the channel's name or its id", async () => {
    const key = newKey();
    const first = await say({ title: "Told once", message: "x" }, contextOf(key));
    const second = await say({ title: "Told once", message: "x" }, contextOf(key, { attempt: 2 }));
    const third = await say(
      { title: "Told once", message: "x" },
      contextOf(key, { attempt: 3, channel: workspace.ops }),
    );
    expect([second, third]).toMatchObject([
      { repeated: true, ref: first.ref },
      { repeated: true, ref: first.ref },
    ]);
    expect(await standing("Told once")).toHaveLength(1);
  });

  test("whose answer is lost after Slack took it stands there once", async () => {
    way.loseAnswer("POST", /chat\.postMessage/);
    const output = await say({ title: "Lost", message: "x" }, contextOf(newKey()));
    expect(output.delivered).toBe(true);
    expect(await standing("Lost")).toHaveLength(1);
  });

  test("that arrives late is told as a double", async () => {
    const key = newKey();
    await say({ title: "Late", message: "x" }, contextOf(key));
    way.answerInstead("POST", /conversations\.history/, { status: 200, body: '{"ok":true,"messages":[]}' });
    const output = await say({ title: "Late", message: "x" }, contextOf(key));
    expect(output.findings[0]?.evidence.join()).toContain("it stands there 2 times");
  });

  test("is sent all the same where the app may not read the channel, and the output says so", async () => {
    for (let at = 0; at < 2; at++) way.answerInstead("POST", /conversations\.history/, refused("missing_scope"));
    const output = await say({ title: "Unread", message: "x" }, contextOf(newKey()));
    expect(output.kept_to_one_by).toBe("nothing");
    expect(output.findings[0]?.evidence.join()).toContain("missing_scope");
    expect(await standing("Unread")).toHaveLength(1);
  });
});

describe("what Slack refuses is told apart", () => {
  test.each([
    ["invalid_auth", "source-denied"],
    ["restricted_action", "source-forbidden"],
    ["channel_not_found", "source-not-found"],
    ["msg_too_long", "source-refused"],
  ])("%s is %s", async (error, code) => {
    way.answerInstead("POST", /chat\.postMessage/, refused(error));
    expect(await failureOf(say({ title: `Refused ${error}`, message: "x" }, contextOf(newKey())))).toMatchObject({
      code,
    });
    expect(await standing(`Refused ${error}`)).toEqual([]);
  });

  test("too many requests, with the time to wait", async () => {
    way.answerInstead("POST", /chat\.postMessage/, { status: 429, headers: { "retry-after": "9" } });
    const failure = await failureOf(say({ message: "x" }, contextOf(newKey())));
    expect(failure).toMatchObject({ code: "source-busy", retryAfterMs: 9_000 });
  });

  test("a config.yaml without the section slack", async () => {
    const failure = await failureOf(say({ message: "x" }, contextOf(newKey(), { slack: false })));
    expect(failure.code).toBe("source-not-configured");
    expect(way.seen).toEqual([]);
  });
});

describe("the text of a message", () => {
  const textsOf = (markdown: string) =>
    sectionsOf(markdown).blocks.map(({ text }) => text as { text: string; verbatim: boolean });

  test("mentions nobody, hides no address and ends no block, whatever others wrote", () => {
    const hostile =
      "<!channel> <@U123> <https://evil.example|look> @here\n[here](https://evil.example/a|b)\n\n```\n``` <!here>\n```";
    for (const { text, verbatim } of textsOf(hostile)) {
      expect(verbatim).toBe(true);
      expect(text.replaceAll("<https://evil.example/a%7Cb>", "")).not.toMatch(/[<>]/);
      expect([...text.matchAll(/```/g)].length % 2).toBe(0);
    }
  });

  test("keeps within Block Kit's bounds however long it is, and says that it was cut", () => {
    const kinds = [
      "&".repeat(9_000),
      `\`\`\`\n${"`x`\n".repeat(3_000)}\`\`\``,
      "- **a** & b\n".repeat(3_000),
      `# ${"<".repeat(9_000)}`,
    ];
    for (const markdown of kinds) {
      const { blocks } = sectionsOf(markdown);
      expect(blocks.length).toBeLessThanOrEqual(9);
      for (const { text } of textsOf(markdown)) expect(text.length).toBeLessThanOrEqual(3_000);
    }
    expect(sectionsOf("- **a** & b\n".repeat(3_000)).truncated).toBe(true);
  });
});
