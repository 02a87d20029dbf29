/** Tickets as issues of GitHub, against a stateful double of its interface: one for one key, whatever gets lost. */
import { createEmulator } from "emulate";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ticketCreate } from "../../../../src/activities/tools/ticket-create.js";
import { ticketUpdate } from "../../../../src/activities/tools/ticket-update.js";
import type { Tracker } from "../../../../src/schema/config/tickets.js";
import { factsOf } from "../../../../src/vocabulary/problems.js";
import { reachingContext } from "../../../support/local-server.js";
import { type Lossy, lossyWay } from "../../../support/lossy.js";
import { configOf, failureOf } from "../../../support/tool-context.js";

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Any = any;

let emulator: { url: string; close(): Promise<void> };
let way: Lossy;
beforeAll(async () => {
  emulator = await createEmulator({
    service: "github",
    port: 20_000 + Math.floor(Math.random() * 20_000),
    seed: {
      tokens: { "gh-token-of-the-test": { login: "octo", scopes: ["repo"] } },
      github: {
        users: [{ login: "octo" }],
        repos: [
          { owner: "octo", name: "shop" },
          { owner: "octo", name: "full" },
        ],
      },
    },
  });
  way = await lossyWay(emulator.url.replace("localhost", "127.0.0.1"));
});
afterAll(async () => {
  await way.stop();
  await emulator.close();
});
beforeEach(() => void way.seen.splice(0));

let keys = 0;
const newKey = (): string => `run-key..open-${keys++}`;

function context(idempotencyKey: string, parts: { attempt?: number; repository?: string; token?: string } = {}) {
  const { attempt = 1, repository = "octo/shop", token = "gh-token-of-the-test" } = parts;
  const tracker: Tracker = { kind: "github", url: way.url, token: "env:GH", repository, labels: ["from-autoops"] };
  const config = configOf({ trackers: { issues: tracker }, facadeUrl: "https://autoops.example.com" });
  return reachingContext(config, { idempotencyKey, attempt, runId: "shop-ab12", nodeId: "open" }, { GH: token });
}

async function ask(path: string): Promise<Any> {
  const response = await fetch(`${way.url}${path}`, { headers: { authorization: "Bearer gh-token-of-the-test" } });
  return response.json();
}
const open = (params: object, of: ReturnType<typeof context>) =>
  ticketCreate.run(ticketCreate.params.parse({ tracker: "issues", ...params }) as never, of);
const change = (params: object, of: ReturnType<typeof context>) =>
  ticketUpdate.run(ticketUpdate.params.parse({ tracker: "issues", ...params }) as never, of);
const titled = async (title: string) =>
  (await ask("/repos/octo/shop/issues?state=all&per_page=100")).filter((issue: Any) => issue.title === title);

describe("opening an issue", () => {
  test("makes it with labels, a link to the run and its mark, and tells how it is kept to one", async () => {
    const output = await open(
      { title: "Checkout fails", description: "**12 %** of `POST /pay` fail", labels: ["sev2"] },
      context("k1"),
    );
    expect(output).toMatchObject({
      tracker: "issues",
      kind: "github",
      created: true,
      duplicates: [],
      kept_to_one_by: "search",
    });
    const issue = await ask(`/repos/octo/shop/issues/${output.ticket}`);
    expect(issue.title).toBe("Checkout fails");
    expect(issue.labels.map((label: Any) => label.name).sort()).toEqual(["autoops", "from-autoops", "sev2"]);
    expect(issue.body).toContain("**12 %** of `POST /pay` fail");
    expect(issue.body).toContain("<https://autoops.example.com/#/runs/shop-ab12>");
    expect(issue.body).toMatch(/<!-- autoops-[0-9a-f]{24} -->$/);
    expect(ticketCreate.output.safeParse(output).success).toBe(true);
  });

  test("a second attempt finds it and opens none", async () => {
    const key = newKey();
    const first = await open({ title: "Opened once" }, context(key));
    const second = await open({ title: "Opened once" }, context(key, { attempt: 2 }));
    expect(second).toMatchObject({ ticket: first.ticket, created: false });
    expect(await titled("Opened once")).toHaveLength(1);
  });

  test("an answer that is lost after GitHub took the issue leaves one issue, which the same attempt finds", async () => {
    way.loseAnswer("POST", /\/issues$/);
    const output = await open({ title: "Answer lost" }, context(newKey()));
    expect(output.created).toBe(true);
    expect(await titled("Answer lost")).toHaveLength(1);
  });

  test("an attempt that can look for nothing any more fails so that the next one finds the issue", async () => {
    const key = newKey();
    way.loseAnswer("POST", /\/issues$/);
    way.answerInstead("GET", /labels=autoops/, { status: 200, body: "[]" });
    way.answerInstead("GET", /\/issues\?state/, { status: 200, body: "[]" });
    way.answerInstead("GET", /labels=autoops/, { status: 503 });
    expect(await failureOf(open({ title: "Lost twice" }, context(key)))).toMatchObject({ code: "source-unreachable" });
    expect(await open({ title: "Lost twice" }, context(key, { attempt: 2 }))).toMatchObject({ created: false });
    expect(await titled("Lost twice")).toHaveLength(1);
  });

  test("a request of a lost attempt that arrives late is told as a double", async () => {
    const key = newKey();
    const first = await open({ title: "Late" }, context(key));
    // What looks before finds nothing yet, as where the first request is still on its way.
    way.answerInstead("GET", /labels=autoops/, { status: 200, body: "[]" });
    way.answerInstead("GET", /\/issues\?state/, { status: 200, body: "[]" });
    const second = await open({ title: "Late" }, context(key, { attempt: 2 }));
    expect(second.duplicates.map(({ ticket }) => ticket)).toEqual([first.ticket]);
    expect(second.findings.map(({ statement }) => statement).join()).toContain(
      `doubles of ticket ${second.ticket}: ${first.ticket}`,
    );
  });

  test("another key opens another", async () => {
    await open({ title: "Two keys" }, context(newKey()));
    await open({ title: "Two keys" }, context(newKey()));
    expect(await titled("Two keys")).toHaveLength(2);
  });

  test("a person who quotes the mark in an issue of their own keeps no ticket from being opened", async () => {
    const key = newKey();
    const probe = await open({ title: "Original" }, context(key));
    const { body } = await ask(`/repos/octo/shop/issues/${probe.ticket}`);
    const other = newKey();
    const quoted = body.replace(/autoops-[0-9a-f]{24}/, "autoops-000000000000000000000000");
    const headers = { authorization: "Bearer gh-token-of-the-test", "content-type": "application/json" };
    const json = JSON.stringify({ title: "Quote", body: `${quoted}\n\nsaid somebody`, labels: ["autoops"] });
    await fetch(`${way.url}/repos/octo/shop/issues`, { method: "POST", headers, body: json });
    expect(await open({ title: "Mine" }, context(other))).toMatchObject({ created: true });
  });

  test("what others wrote mentions nobody, refers to nothing, loads nothing and holds no HTML", async () => {
    const hostile =
      "@octo/admins #1 GH-2 octo/shop#3 <img src=x> ![x](https://evil.example/p.png) [here](https://evil.example) `code`";
    const { ticket } = await open({ title: "Hostile", description: hostile }, context(newKey()));
    const { body } = await ask(`/repos/octo/shop/issues/${ticket}`);
    expect(body).not.toMatch(/@octo|#1|#3|GH-2|<img|!\[|\]\(http/);
    expect(body).toContain("here (<https://evil.example>)");
  });

  test("secrets in the text are taken out, and a text beyond GitHub's bound is cut and says so", async () => {
    const description = `token ghp_${"a1B2".repeat(9)}\n\n${"`*`".repeat(10_000)}`;
    const output = await open({ title: "x".repeat(900), description }, context(newKey()));
    const { title, body } = await ask(`/repos/octo/shop/issues/${output.ticket}`);
    expect(output.truncated).toBe(true);
    expect(title.length).toBe(256);
    expect(body.length).toBeLessThanOrEqual(65_536);
    expect(body).not.toContain("ghp_a1B2");
  });
});

describe("what GitHub refuses is told apart, and nothing is opened", () => {
  test.each([
    [401, {}, "source-denied", false],
    [403, {}, "source-forbidden", false],
    [404, {}, "source-not-found", false],
    [422, {}, "source-refused", false],
    [429, { "retry-after": "7" }, "source-busy", true],
    [403, { "x-ratelimit-remaining": "0", "retry-after": "30" }, "source-busy", true],
    [503, {}, "source-error", true],
  ])("%d %j is %s", async (status, headers, code, retryable) => {
    way.answerInstead("GET", /\/issues/, { status, headers, body: "{}" });
    const failure = await failureOf(open({ title: `Refused ${status}` }, context(newKey())));
    expect(failure.code).toBe(code);
    const wait = (headers as Record<string, string>)["retry-after"];
    expect(failure.retryAfterMs).toBe(wait === undefined ? undefined : Number(wait) * 1_000);
    expect(factsOf(failure.code).retryable).toBe(retryable);
    expect(way.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  test("an hourly limit that is used up, until the second that GitHub names", async () => {
    const now = new Date();
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.floor(now.getTime() / 1_000) + 45),
      date: now.toUTCString(),
    };
    way.answerInstead("GET", /\/issues/, { status: 403, headers, body: "{}" });
    const failure = await failureOf(open({ title: "Used up" }, context(newKey())));
    expect(failure).toMatchObject({ code: "source-busy", retryAfterMs: 45_000 });
  });

  test("an answer that is not GitHub's", async () => {
    way.answerInstead("GET", /\/issues/, { status: 200, body: "<html>sign in</html>" });
    const failure = await failureOf(open({ title: "Garbage" }, context(newKey())));
    expect(failure.code).toBe("source-answer-invalid");
    expect(way.seen.filter(({ method }) => method === "POST")).toEqual([]);
  });

  test("a repository that is not there, and a tracker that is not declared", async () => {
    const away = await failureOf(open({ title: "x" }, context(newKey(), { repository: "octo/none" })));
    expect(away.code).toBe("source-not-found");
    const failure = await failureOf(open({ tracker: "isues", title: "x" }, context(newKey())));
    expect(failure).toMatchObject({ code: "source-not-configured", hint: "declared trackers: issues" });
  });
});

describe("changing an issue", () => {
  test("comments once, labels and closes it; what is so already stays", async () => {
    const { ticket } = await open({ title: "To change", labels: ["sev2"] }, context(newKey()));
    const key = newKey();
    const wish = {
      ticket,
      comment: "_mended_ by @octo",
      status: "closed",
      add_labels: ["mended"],
      remove_labels: ["sev2"],
    };
    const first = await change(wish, context(key));
    expect(first.changed).toEqual(["comment", "label mended", "no label sev2", "status closed"]);
    const again = await change(wish, context(key, { attempt: 2 }));
    expect(again).toMatchObject({ changed: [], already: first.changed });
    const comments = await ask(`/repos/octo/shop/issues/${ticket}/comments`);
    expect(comments).toHaveLength(1);
    expect(comments[0].body).toContain("*mended* by @\u200bocto");
    const issue = await ask(`/repos/octo/shop/issues/${ticket}`);
    expect(issue).toMatchObject({ state: "closed", state_reason: "completed" });
    expect(issue.labels.map((label: Any) => label.name).sort()).toEqual(["autoops", "from-autoops", "mended"]);
  });

  test("a comment whose answer is lost stands there once", async () => {
    const { ticket } = await open({ title: "To comment" }, context(newKey()));
    way.loseAnswer("POST", /\/comments$/);
    const output = await change({ ticket, comment: "noted" }, context(newKey()));
    expect(output.changed).toEqual(["comment"]);
    expect(await ask(`/repos/octo/shop/issues/${ticket}/comments`)).toHaveLength(1);
  });

  test("a name that is no issue's, a status that GitHub has not, an empty wish", async () => {
    const { ticket } = await open({ title: "Odd wishes" }, context(newKey()));
    expect(await failureOf(change({ ticket: "OPS-1", comment: "x" }, context(newKey())))).toMatchObject({
      code: "params-invalid",
    });
    expect(await failureOf(change({ ticket, comment: "x", status: "In Review" }, context(newKey())))).toMatchObject({
      code: "params-invalid",
    });
    expect(ticketUpdate.params.safeParse({ tracker: "issues", ticket }).success).toBe(false);
    expect(way.seen.filter(({ method, path }) => method !== "GET" && path.includes(`/issues/${ticket}`))).toEqual([]);
  });
});
