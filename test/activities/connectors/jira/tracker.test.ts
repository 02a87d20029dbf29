/** Tickets in Jira: Data Center as `jira820` plays it, and Cloud by a double of its third version. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { textOfAdf } from "../../../../src/activities/connectors/jira/adf.js";
import type { ToolContext } from "../../../../src/activities/define-tool.js";
import { ticketCreate } from "../../../../src/activities/tools/ticket-create.js";
import { ticketUpdate } from "../../../../src/activities/tools/ticket-update.js";
import type { Tracker } from "../../../../src/schema/config/tickets.js";
import { type JiraCloud, startJiraCloud } from "../../../support/jira-cloud.js";
import { hasJira, startJira } from "../../../support/jira-data-center.js";
import { reachingContext } from "../../../support/local-server.js";
import { type Lossy, lossyWay } from "../../../support/lossy.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Any = any;
type Edition = "cloud" | "data_center";

let keys = 0;
const newKey = (): string => `run-key..jira-${keys++}`;
let way: Lossy;

function contextOf(edition: Edition, key: string, { attempt = 1, login = "bot@example.com:token" } = {}): ToolContext {
  const authorization = edition === "cloud" ? "Basic env:JIRA" : "Bearer env:JIRA";
  const jira: Tracker = {
    kind: "jira",
    edition,
    url: way.url,
    headers: { authorization },
    project: "OPS",
    issue_type: "Task",
    labels: ["oncall"],
  };
  const config = configOf({ trackers: { jira }, facadeUrl: "https://autoops.example.com" });
  const parts = { idempotencyKey: key, attempt, runId: "shop-ab12", nodeId: "open" };
  return reachingContext(config, parts, { JIRA: edition === "cloud" ? login : "dc-token-of-the-test" });
}
const open = (params: object, context: ToolContext) =>
  ticketCreate.run(ticketCreate.params.parse({ tracker: "jira", ...params }) as never, context);
const change = (params: object, context: ToolContext) =>
  ticketUpdate.run(ticketUpdate.params.parse({ tracker: "jira", ...params }) as never, context);
const creations = () => way.seen.filter(({ method, path }) => method === "POST" && path.endsWith("/issue"));

const HOSTILE =
  "[~admin] {code}x{code} !https://evil.example/p.png! {html:script=1} @admin h1. no\n[here](https://evil.example)";

describe.skipIf(!hasJira())(
  `Data Center, version 2${hasJira() ? "" : " (skipped: jira820 is absent, run npm run provide:jira)"}`,
  () => {
    let stop: () => Promise<void>;
    beforeAll(async () => {
      const jira = await startJira();
      stop = jira.stop;
      way = await lossyWay(jira.url);
    }, 40_000);
    afterAll(async () => {
      await way.stop();
      await stop();
    });
    beforeEach(() => void way.seen.splice(0));
    const ask = async (path: string): Promise<Any> => (await fetch(`${way.url}/rest/api/2/${path}`)).json();
    const count = async (summary: string): Promise<number> =>
      (await ask(`search?jql=${encodeURIComponent(`summary ~ "${summary}"`)}`)).total;

    test("an issue is opened with labels and a link to the run, and a second attempt finds it", async () => {
      const key = newKey();
      const wish = { title: "Checkout fails", description: "**12 %** fail\n\n- `POST /pay`", labels: ["sev2"] };
      const first = await open(wish, contextOf("data_center", key));
      expect(first).toMatchObject({ kind: "jira", created: true, kept_to_one_by: "search", duplicates: [] });
      expect(first.url).toBe(`${way.url}/browse/${first.ticket}`);
      const { fields } = await ask(`issue/${first.ticket}`);
      expect(fields.summary).toBe("Checkout fails");
      expect(fields.labels).toEqual(expect.arrayContaining(["autoops", "oncall", "sev2"]));
      expect(fields.description).toContain("*12 %* fail\n\n* {{POST /pay}}");
      expect(fields.description).toContain("[https://autoops.example.com/#/runs/shop-ab12]");
      const second = await open(wish, contextOf("data_center", key, { attempt: 2 }));
      expect(second).toMatchObject({ ticket: first.ticket, created: false });
      expect(creations()).toHaveLength(1);
    });

    test("an answer that is lost after Jira took the issue leaves one issue", async () => {
      way.loseAnswer("POST", /\/issue$/);
      const output = await open({ title: "Lostanswer" }, contextOf("data_center", newKey()));
      expect(output.created).toBe(true);
      expect(await count("Lostanswer")).toBe(1);
    });

    test("a request that arrives late is told as a double", async () => {
      const key = newKey();
      const first = await open({ title: "Late" }, contextOf("data_center", key));
      way.answerInstead("GET", /search/, { status: 200, body: '{"issues":[]}' });
      const second = await open({ title: "Late" }, contextOf("data_center", key));
      expect(second.duplicates.map(({ ticket }) => ticket)).toEqual([first.ticket]);
    });

    test("what others wrote runs no macro, mentions nobody and embeds nothing", async () => {
      const { ticket } = await open({ title: "Hostile", description: HOSTILE }, contextOf("data_center", newKey()));
      const { description } = (await ask(`issue/${ticket}`)).fields;
      expect(description).not.toMatch(/(?<!\\)(?:\[~|\{code|\{html|!http)/);
      expect(description).toContain("here ([https://evil.example])");
    });

    test("an issue is commented on once and moved on by the name of a status or by its category", async () => {
      const { ticket } = await open({ title: "To change" }, contextOf("data_center", newKey()));
      const key = newKey();
      way.loseAnswer("POST", /\/comment$/);
      const first = await change(
        { ticket, comment: "{code}mended", status: "in progress" },
        contextOf("data_center", key),
      );
      expect(first.changed).toEqual(["comment", "status In Progress"]);
      const again = await change(
        { ticket, comment: "{code}mended", status: "in progress" },
        contextOf("data_center", key, { attempt: 2 }),
      );
      expect(again).toMatchObject({ changed: [], already: first.changed });
      const { comments } = await ask(`issue/${ticket}/comment`);
      expect(comments.map(({ body }: Any) => body)).toEqual([
        expect.stringMatching(/^\\\{code\\\}mended\n.*autoops-[0-9a-f]{24}$/s),
      ]);
      expect((await change({ ticket, status: "resolved" }, contextOf("data_center", newKey()))).changed).toEqual([
        "status Done",
      ]);
      expect((await ask(`issue/${ticket}`)).fields.status.name).toBe("Done");
    });

    test("a status that the issue cannot go to, an issue of another project, one that is not there", async () => {
      const { ticket } = await open({ title: "Odd wishes" }, contextOf("data_center", newKey()));
      const odd = await failureOf(
        change({ ticket, comment: "x", status: "Shipped" }, contextOf("data_center", newKey())),
      );
      expect(odd).toMatchObject({ code: "params-invalid", message: expect.stringContaining("In Progress") });
      expect((await ask(`issue/${ticket}/comment`)).comments).toEqual([]);
      const foreign = await failureOf(change({ ticket: "PAY-1", comment: "x" }, contextOf("data_center", newKey())));
      expect(foreign).toMatchObject({ code: "params-invalid", message: expect.stringContaining("project OPS") });
      const away = await failureOf(change({ ticket: "OPS-99999", comment: "x" }, contextOf("data_center", newKey())));
      expect(away.code).toBe("source-not-found");
    });
  },
);

describe("Cloud, version 3", () => {
  let cloud: JiraCloud;
  beforeAll(async () => {
    cloud = await startJiraCloud("bot@example.com:token");
    way = await lossyWay(cloud.url);
  });
  afterAll(async () => {
    await way.stop();
    await cloud.stop();
  });
  beforeEach(() => {
    way.seen.splice(0);
    cloud.lag = 0;
  });
  const issueOf = (ticket: string) => cloud.issues.find(({ key }) => key === ticket) as Any;

  test("a description is a document that Atlassian's format allows, with all that was written", async () => {
    const description =
      "# What\nfirst **bold** _em_ `code` https://metrics.example.com/a?b=1.\nsecond\n\n> said\n> twice\n\n1. one\n   - below\n2. two\n\n```sh\nls {x}\n```\n\n| a | b |\n\n---\n[UI](https://ui.example.com)";
    const { ticket } = await open({ title: "All kinds", description }, contextOf("cloud", newKey()));
    const document = issueOf(ticket).description;
    const kinds = document.content.map(({ type }: Any) => type);
    expect(kinds.slice(0, 7)).toEqual([
      "heading",
      "paragraph",
      "blockquote",
      "orderedList",
      "codeBlock",
      "codeBlock",
      "rule",
    ]);
    const shown = textOfAdf(document);
    for (const part of [
      "first bold em code https://metrics.example.com/a?b=1.\nsecond",
      "below",
      "ls {x}",
      "UI (https://ui.example.com)",
    ]) {
      expect(shown).toContain(part);
    }
  });

  test("what others wrote stays text: no mention, no macro, no link that hides where it leads", async () => {
    const { ticket } = await open({ title: "Hostile", description: HOSTILE }, contextOf("cloud", newKey()));
    const { description } = issueOf(ticket);
    expect(textOfAdf(description)).toContain("[~admin] {code}x{code} !https://evil.example/p.png!");
    JSON.stringify(description, (_, value) => {
      for (const mark of value?.marks ?? []) if (mark.type === "link") expect(value.text).toBe(mark.attrs.href);
      return value;
    });
  });

  test("an answer that is lost leaves one issue although the search knows of it only later", async () => {
    cloud.lag = 2;
    way.loseAnswer("POST", /\/issue$/);
    const key = newKey();
    const before = cloud.issues.length;
    const output = await open({ title: "Lost" }, contextOf("cloud", key));
    expect(output.created).toBe(true);
    expect(await open({ title: "Lost" }, contextOf("cloud", key, { attempt: 2 }))).toMatchObject({ created: false });
    expect(cloud.issues).toHaveLength(before + 1);
  });

  test("what was opened just now is no double of itself, and an older one is told", async () => {
    const key = newKey();
    const first = await open({ title: "Late" }, contextOf("cloud", key));
    way.answerInstead("GET", /search/, { status: 200, body: '{"issues":[]}' });
    cloud.lag = 5;
    const second = await open({ title: "Late" }, contextOf("cloud", key));
    expect(second.duplicates.map(({ ticket }) => ticket)).toEqual([first.ticket]);
  });

  test("labels are added and taken away, a comment stands once, and closed finds the one way to done", async () => {
    const { ticket } = await open({ title: "To change" }, contextOf("cloud", newKey()));
    const key = newKey();
    const wish = { ticket, comment: "**mended**", status: "closed", add_labels: ["mended"], remove_labels: ["oncall"] };
    way.loseAnswer("POST", /\/comment$/);
    const first = await change(wish, contextOf("cloud", key));
    expect(first.changed).toEqual(["comment", "label mended", "no label oncall", "status Done"]);
    const again = await change(wish, contextOf("cloud", key, { attempt: 2 }));
    expect(again).toMatchObject({ changed: [], already: first.changed });
    expect(issueOf(ticket)).toMatchObject({ status: { name: "Done" } });
    expect(issueOf(ticket).comments).toHaveLength(1);
    expect(issueOf(ticket).labels).toEqual(expect.arrayContaining(["autoops", "mended"]));
  });

  test("a long text is cut to what Jira takes, and says so", async () => {
    const description = Array.from({ length: 700 }, (_, at) => `- line ${at} of *many* lines`).join("\n");
    const output = await open({ title: "Long", description }, contextOf("cloud", newKey()));
    expect(output.truncated).toBe(true);
    const { description: document } = issueOf(output.ticket);
    expect(JSON.stringify(document).length).toBeLessThanOrEqual(32_767);
    expect(textOfAdf(document)).toContain("the rest was left out");
  });

  test("wrong credentials, a refusal and a page in Jira's place are told apart", async () => {
    const wrong = await failureOf(
      open({ title: "x" }, contextOf("cloud", newKey(), { login: "bot@example.com:other" })),
    );
    expect(wrong.code).toBe("source-denied");
    way.answerInstead("POST", /\/issue$/, { status: 400, body: '{"errors":{"issuetype":"not valid"}}' });
    const refused = await failureOf(open({ title: "x" }, contextOf("cloud", newKey())));
    expect(refused).toMatchObject({ code: "source-refused", message: expect.stringContaining("not valid") });
    way.answerInstead("GET", /search/, { status: 200, body: "<html>" });
    expect(await failureOf(open({ title: "x" }, contextOf("cloud", newKey())))).toMatchObject({
      code: "source-answer-invalid",
    });
  });
});
