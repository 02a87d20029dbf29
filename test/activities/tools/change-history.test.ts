/** The change history: Git and deployment records as one list, what a source that fails does to it, and its caps. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkSource } from "../../../src/activities/connectors/check-source.js";
import { belongsTo } from "../../../src/activities/connectors/kit/change.js";
import { changeHistory } from "../../../src/activities/tools/change-history.js";
import type { Source } from "../../../src/schema/config.js";
import { configOf, contextOf, failureOf, NOW } from "../../support/tool-context.js";

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "changes-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const iso = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();

function commit(name: string, secondsAgo: number, subject: string, file = "file"): string {
  const repository = join(dir, name);
  const env = {
    PATH: process.env.PATH,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: "Amy",
    GIT_AUTHOR_EMAIL: "amy@example.com",
    GIT_COMMITTER_NAME: "Bob",
    GIT_COMMITTER_EMAIL: "bob@example.com",
    GIT_AUTHOR_DATE: `@${(NOW - secondsAgo * 1_000) / 1_000} +0000`,
    GIT_COMMITTER_DATE: `@${(NOW - secondsAgo * 1_000) / 1_000} +0000`,
  };
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { env, encoding: "utf8" }).trim();
  mkdirSync(repository, { recursive: true });
  git("init", "-q", "-b", "main");
  mkdirSync(join(repository, file, ".."), { recursive: true });
  writeFileSync(join(repository, file), subject);
  git("add", ".");
  git("commit", "-q", "-m", subject);
  return git("rev-parse", "HEAD");
}

function record(name: string, deployments: object[]): string {
  const path = join(dir, `${name}.json`);
  writeFileSync(path, JSON.stringify({ deployments }));
  return path;
}

const git = (name: string, more = {}): Source => ({ kind: "git", path: join(dir, name), ref: "HEAD", ...more });
const contextWith = (sources: Record<string, Source>) => contextOf(configOf({ files: { roots: [dir] }, sources }));

async function read(params: object, context: ReturnType<typeof contextOf>) {
  return changeHistory.output.parse(await changeHistory.run(changeHistory.params.parse(params), context));
}

test("changes of several sources are one list, newest first, with what was asked of each", async () => {
  const first = commit("shop", 7_200, "Reserve stock before payment");
  const second = commit("shop", 600, "Raise the pool to 50\n\nand more");
  const path = record("deployments", [
    { version: "2", deployed_at: iso(300), by: "pipeline", url: "https://ci.example.com/7", notes: "pool" },
    { version: "1", deployed_at: iso(90_000) },
  ]);
  const context = contextWith({
    code: git("shop", { ui_url: "https://git.example.com/shop/commit/{commit}" }),
    deploys: { kind: "deployments", path },
  });
  const output = await read({ sources: ["code", "deploys"] }, context);
  expect(output.changes).toEqual([
    {
      time: iso(300),
      kind: "deployment",
      what: "Version 2 was deployed: pool",
      version: "2",
      previous: "1",
      by: "pipeline",
      where: "deploys",
      link: "https://ci.example.com/7",
      source: "deploys",
    },
    {
      time: iso(600),
      kind: "commit",
      what: "Raise the pool to 50",
      version: second.slice(0, 12),
      previous: first.slice(0, 12),
      by: "Amy",
      where: `HEAD of ${join(dir, "shop")}`,
      link: `https://git.example.com/shop/commit/${second}`,
      source: "code",
    },
    expect.objectContaining({ time: iso(7_200), version: first.slice(0, 12), what: "Reserve stock before payment" }),
  ]);
  expect(output).toMatchObject({ total: 3, truncated: false, unreadable: [], since: iso(86_400), until: iso(0) });
  expect(output.sources.map(({ source, kind, found }) => [source, kind, found])).toEqual([
    ["code", "git", 2],
    ["deploys", "deployments", 1],
  ]);
  expect(output.sources[0]?.query).toContain(`git -C ${join(dir, "shop")} log --since=@${NOW / 1_000 - 86_400}`);
  expect(output.sources[1]?.query).toContain(path);
  expect(output.findings[0]?.statement).toBe(
    `3 changes since ${iso(86_400)}; the newest 5 minutes ago: Version 2 was deployed: pool`,
  );
  const lines = (await context.blobs.get(output.blob)).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { time: string }).time)).toEqual([iso(7_200), iso(600), iso(300)]);
});

test("since, until and limit bound the list, and what is left out is told", async () => {
  for (const [index, ago] of [50, 40, 30, 20, 10].entries()) commit("shop", ago, `change ${index}`);
  const context = contextWith({ code: git("shop") });
  const output = await read({ source: "code", since: "45s", until: "15s", limit: 2 }, context);
  expect(output.changes.map(({ what }) => what)).toEqual(["change 3", "change 2"]);
  expect(output).toMatchObject({ total: 3, truncated: true });
  expect(output.findings.at(-1)?.statement).toBe("Of 3 changes the newest 2 are listed");
  expect((await failureOf(read({ source: "code", since: "15s", until: "45s" }, context))).code).toBe("params-invalid");
});

test("a list that would not fit into history is cut to its newest part", async () => {
  const deployments = Array.from({ length: 300 }, (_, index) => ({
    version: `${index}-${"v".repeat(150)}`,
    deployed_at: iso(index),
    notes: "n".repeat(190),
  }));
  const context = contextWith({ deploys: { kind: "deployments", path: record("many", deployments) } });
  const output = await read({ source: "deploys", limit: 200 }, context);
  expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(64_000);
  expect(output).toMatchObject({ total: 300, truncated: true });
  expect(output.changes.length).toBeGreaterThan(20);
  expect(output.changes[0]?.version).toMatch(/^0-v/);
  expect((await context.blobs.get(output.blob)).trim().split("\n")).toHaveLength(300);
});

test("of a record that tells services apart, only those of the service are listed", async () => {
  const path = record("deployments", [
    { version: "5", deployed_at: iso(10), service: "search" },
    { version: "4", deployed_at: iso(20), service: "checkout-worker", by: "amy" },
    { version: "3", deployed_at: iso(30), service: "checkout" },
    { version: "2", deployed_at: iso(40), service: "checkout" },
    { version: "1", deployed_at: iso(50) },
  ]);
  const context = contextWith({ deploys: { kind: "deployments", path } });
  const { changes } = await read({ source: "deploys", service: "checkout" }, context);
  expect(changes.map(({ version, previous }) => [version, previous])).toEqual([
    ["4", undefined],
    ["3", "2"],
    ["2", undefined],
    ["1", undefined],
  ]);
  expect([belongsTo("Checkout_api", "checkout"), belongsTo("checkout2", "checkout")]).toEqual([true, false]);
});

test("a source that cannot be read is told, and leaves the others as they are", async () => {
  commit("shop", 60, "one");
  const context = contextWith({
    code: git("shop"),
    gone: { kind: "deployments", path: join(dir, "absent.json") },
    none: git("."),
  });
  const output = await read({ sources: ["code", "gone", "none"] }, context);
  expect(output.changes.map(({ what }) => what)).toEqual(["one"]);
  expect(output.truncated).toBe(true);
  expect(output.unreadable.map(({ source, code }) => [source, code])).toEqual([
    ["gone", "file-not-found"],
    ["none", "source-answer-invalid"],
  ]);
  expect(output.findings[1]?.statement).toBe("gone: it could not be read");
  expect((await failureOf(read({ sources: ["gone", "none"] }, context))).code).toBe("file-not-found");
});

test("an address that refuses, fails or answers with garbage is a problem of its own", async () => {
  const url = "http://127.0.0.1:9/deployments";
  const answering = (status: number, text: string) => ({
    ...contextWith({ deploys: { kind: "deployments", url } }),
    fetch: () => Promise.resolve({ status, headers: {}, text, ms: 1, url }),
  });
  const codeOf = async (status: number, text = "") =>
    (await failureOf(read({ source: "deploys" }, answering(status, text)))).code;
  expect(await codeOf(401)).toBe("source-denied");
  expect(await codeOf(404)).toBe("source-refused");
  expect(await codeOf(500)).toBe("source-error");
  expect(await codeOf(200, "<html>")).toBe("source-answer-invalid");
});

test("no change is a finding, too, and names of sources are checked before anything is read", async () => {
  commit("shop", 7_200, "old");
  const context = contextWith({ code: git("shop"), logs: { kind: "journald" } });
  const output = await read({ source: "code", since: "1h" }, context);
  expect(output).toMatchObject({ changes: [], total: 0, truncated: false });
  expect(output.findings[0]?.statement).toMatch(/^No change was reported between/);
  expect((await failureOf(read({ source: "logs" }, context))).code).toBe("source-not-configured");
  const reach = changeHistory.reach?.({ sources: ["code", "logs", "absent"] }, context.config, "params");
  expect(reach?.problems.map(({ code, at }) => [code, at])).toEqual([
    ["source-not-configured", "params.sources[1]"],
    ["source-not-configured", "params.sources[2]"],
  ]);
  expect(reach?.environment).toBe("production");
});

test.each([
  ["neither source nor sources", {}],
  ["both", { source: "a", sources: ["b"] }],
  ["no sources", { sources: [] }],
  ["a service that is an option", { source: "a", service: "--all" }],
  ["a limit of none", { source: "a", limit: 0 }],
  ["a time that is none", { source: "a", since: "yesterday" }],
])("params with %s are refused", (_, params) => {
  expect(changeHistory.params.safeParse(params).success).toBe(false);
});

test("secrets in a commit's subject and in a link are not told", async () => {
  commit("shop", 60, "Set password=hunter2hunter2 for now");
  const path = record("deployments", [
    { version: "1", deployed_at: iso(10), url: "https://amy:hunter2hunter2@ci.example.com/" },
  ]);
  const context = contextWith({ code: git("shop"), deploys: { kind: "deployments", path } });
  const output = await read({ sources: ["code", "deploys"] }, context);
  expect(JSON.stringify(output)).not.toContain("hunter2");
  expect(await context.blobs.get(output.blob)).not.toContain("hunter2");
  expect(output.changes[0]?.link).toBeUndefined();
});

test("the check of a repository tells its newest commit", async () => {
  const hash = commit("shop", 90_000, "old");
  const source = git("shop");
  expect(await checkSource("code", source, contextWith({ code: source }))).toEqual({
    ok: true,
    says: `the newest commit is ${hash.slice(0, 12)} of ${iso(90_000)}`,
  });
  const wrong = git("shop", { ref: "release" });
  expect(await checkSource("code", wrong, contextWith({ code: wrong }))).toMatchObject({
    ok: false,
    problem: { code: "source-refused", at: "sources.code" },
  });
});
