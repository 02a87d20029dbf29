/** Git as a source of changes, on real repositories: which commits, where they may lie, and that nothing else is run. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gitChanges, logArguments } from "../../../../src/activities/connectors/git/changes.js";
import { seeingRootsAlone } from "../../../../src/activities/tools/kit/sandbox/roots-alone.js";
import { type Source, sourceSchema } from "../../../../src/schema/config.js";
import { configOf, contextOf, failureOf, NOW } from "../../../support/tool-context.js";

const confines = (await seeingRootsAlone([])).length > 0;
const exchanges = spawnSync("python3", ["-c", "import ctypes; ctypes.CDLL(None).renameat2"]).status === 0;

let top: string;
let dir: string;
let repository: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "git-")));
  dir = join(top, "root");
  mkdirSync(dir);
  repository = join(dir, "shop");
  mkdirSync(repository);
  git(repository, "init", "-q", "-b", "main");
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: "/dev/null" };
  const person = ["-c", "user.name=Amy", "-c", "user.email=amy@example.com", "-c", "protocol.file.allow=always"];
  return execFileSync("git", ["-C", folder, ...person, ...args], { env, encoding: "utf8", stdio: "pipe" }).trim();
}

function commit(subject: string, file = "file", folder = repository): string {
  mkdirSync(join(folder, file, ".."), { recursive: true });
  writeFileSync(join(folder, file), subject);
  git(folder, "add", ".");
  git(folder, "commit", "-q", "-m", subject);
  return git(folder, "rev-parse", "HEAD");
}

type GitSource = Extract<Source, { kind: "git" }>;
const source = (more: object = {}): GitSource & { name: string } => ({
  ...(sourceSchema.parse({ kind: "git", path: repository, ...more }) as GitSource),
  name: "code",
});
const context = (roots = [dir]) => contextOf(configOf({ files: { roots } }));
const question = { sinceMs: 0, untilMs: Date.now() + 3_600_000, limit: 100 };
const subjects = async (more: object = {}, asked = question) =>
  (await gitChanges(source(more), asked, context())).changes.map(({ what }) => what);

test("each value is an argument of its own, and none of them can be an option", () => {
  const asked = logArguments(
    { ref: "main", paths: ["src/a b", "docs"] },
    { sinceMs: NOW - 1_500, untilMs: NOW, limit: 9 },
  );
  const values = ["--end-of-options", "main", "--", "src/a b", "docs"];
  const since = `--since=@${NOW / 1_000 - 2}`;
  expect(asked).toEqual([since, `--until=@${NOW / 1_000}`, "--max-count=10", "--first-parent", ...values]);
});

test.each([
  ["a ref that is an option", { ref: "--output=/tmp/x" }],
  ["a ref that is a range", { ref: "a..b" }],
  ["a ref of the reflog", { ref: "main@{1}" }],
  ["a ref with a space", { ref: "main --all" }],
  ["a path with magic", { paths: [":(glob)**"] }],
  ["a path out of the repository", { paths: ["../other"] }],
  ["an absolute path", { paths: ["/etc"] }],
  ["a link with a placeholder in its host", { ui_url: "https://{commit}.example.com/" }],
])("a source with %s is refused", (_, more) => {
  expect(sourceSchema.safeParse({ kind: "git", path: repository, ...more }).success).toBe(false);
});

test("merges stand for what they brought in, tags are versions, and paths narrow the list", async () => {
  const first = commit("first", "src/a");
  git(repository, "tag", "v1.0");
  git(repository, "checkout", "-q", "-b", "topic");
  commit("on a branch", "docs/b");
  git(repository, "checkout", "-q", "main");
  git(repository, "merge", "-q", "--no-ff", "-m", "Merge topic", "topic");
  const { changes } = await gitChanges(source(), question, context());
  expect(changes.map(({ what, version }) => [what, version])).toEqual([
    ["Merge topic", git(repository, "rev-parse", "HEAD").slice(0, 12)],
    ["first", `v1.0 (${first.slice(0, 12)})`],
  ]);
  expect(await subjects({ ref: "topic" })).toEqual(["on a branch", "first"]);
  expect(await subjects({ paths: ["src"] })).toEqual(["first"]);
  expect(await subjects({ paths: ["*"] })).toEqual([]);
});

test("of more commits than are wanted the newest come, and the rest is told to be there", async () => {
  for (const subject of ["a", "b", "c", "d"]) commit(subject);
  const reading = await gitChanges(source(), { ...question, limit: 2 }, context());
  expect(reading.cut).toBe(true);
  expect(reading.changes[0]?.what).toBe("d");
});

test("bare repositories, worktrees, submodules and those of another user are read", async () => {
  commit("one");
  const bare = join(dir, "bare.git");
  git(dir, "clone", "-q", "--bare", repository, bare);
  expect(await subjects({ path: bare })).toEqual(["one"]);
  git(repository, "worktree", "add", "-q", "-b", "side", join(dir, "side"));
  commit("two", "file", join(dir, "side"));
  expect(await subjects({ path: join(dir, "side") })).toEqual(["two", "one"]);
  const outer = join(dir, "outer");
  mkdirSync(outer);
  git(outer, "init", "-q");
  git(outer, "submodule", "--quiet", "add", repository, "inner");
  expect(await subjects({ path: join(outer, "inner") })).toEqual(["one"]);
  expect(await subjects({ path: join(outer, "inner"), paths: ["file"] })).toEqual(["one"]);
  if (process.getuid?.() === 0) {
    for (const path of [bare, join(bare, "HEAD"), join(bare, "config")]) chownSync(path, 65_534, 65_534);
    expect(await subjects({ path: bare })).toEqual(["one"]);
  }
});

test("no program that a repository's configuration names is run, and nothing is fetched", async () => {
  commit("one");
  const signed = git(repository, "cat-file", "commit", "HEAD").replace(
    "\n\n",
    "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n -----END PGP SIGNATURE-----\n\n",
  );
  writeFileSync(join(top, "commit"), `${signed}\n`);
  const hash = git(repository, "hash-object", "-t", "commit", "-w", join(top, "commit"));
  git(repository, "update-ref", "refs/heads/main", hash);
  const marker = join(top, "was-run");
  const program = join(top, "program.sh");
  writeFileSync(program, `#!/bin/sh\ntouch ${marker}\nexit 0\n`);
  chmodSync(program, 0o755);
  const settings: Record<string, string> = {
    "log.showSignature": "true",
    "gpg.program": program,
    "core.pager": program,
    "pager.log": program,
    "core.fsmonitor": program,
    "core.sshCommand": program,
    "core.askPass": program,
    "diff.external": program,
    "core.hooksPath": top,
    "alias.log": `!${program}`,
    "credential.helper": `!${program}`,
    "extensions.partialClone": "origin",
    "remote.origin.promisor": "true",
    "remote.origin.url": `ext::${program}`,
    "protocol.ext.allow": "always",
    "protocol.allow": "always",
  };
  for (const [name, value] of Object.entries(settings)) git(repository, "config", name, value);
  // What the settings can do is seen first: a plain log runs the program.
  execFileSync("git", ["-C", repository, "log"], { env: { PATH: process.env.PATH }, stdio: "pipe" });
  expect(existsSync(marker)).toBe(true);
  rmSync(marker);
  const { changes } = await gitChanges(source({ paths: ["file"] }), question, context());
  expect(changes.map(({ what }) => what)).toEqual(["one"]);
  // A tree that is missing would be fetched by a partial clone.
  const tree = git(repository, "rev-parse", "HEAD^{tree}");
  rmSync(join(repository, ".git/objects", tree.slice(0, 2), tree.slice(2)));
  const failure = await failureOf(gitChanges(source({ paths: ["file"] }), question, context()));
  expect(failure.code).toBe("source-error");
  expect(existsSync(marker)).toBe(false);
});

test.each<[string, (outside: string) => void]>([
  ["the repository itself lies", (outside) => rmAndLink(outside, repository)],
  ["its Git folder lies", (outside) => rmAndLink(join(outside, ".git"), join(repository, ".git"))],
  [
    "its .git file leads",
    (outside) => {
      rmSync(join(repository, ".git"), { recursive: true });
      writeFileSync(join(repository, ".git"), `gitdir: ${join(outside, ".git")}\n`);
    },
  ],
  ["its objects lie", (outside) => rmAndLink(join(outside, ".git/objects"), join(repository, ".git/objects"))],
  [
    "its borrowed objects lie",
    (outside) => writeFileSync(join(repository, ".git/objects/info/alternates"), join(outside, ".git/objects")),
  ],
  ["a file of refs lies", (outside) => symlinkSync(join(outside, "file"), join(repository, ".git/packed-refs"))],
  ["its common folder lies", (outside) => writeFileSync(join(repository, ".git/commondir"), join(outside, ".git"))],
])("where %s outside the roots, nothing is read", async (_, arrange) => {
  const outside = join(top, "outside");
  mkdirSync(outside);
  git(outside, "init", "-q", "-b", "main");
  commit("hidden", "file", outside);
  commit("one");
  arrange(outside);
  const failure = await failureOf(gitChanges(source(), question, context()));
  expect(failure.code).toBe("path-not-allowed");
  expect(failure.message).not.toContain("hidden");
});

function rmAndLink(target: string, path: string): void {
  rmSync(path, { recursive: true });
  symlinkSync(target, path);
}

test("no repository, no commit, no such ref and no root are told apart", async () => {
  const codeOf = async (more: object, roots = [dir]) =>
    (await failureOf(gitChanges(source(more), question, context(roots)))).code;
  mkdirSync(join(dir, "plain"));
  expect(await codeOf({ path: join(dir, "plain") })).toBe("source-answer-invalid");
  expect(await codeOf({ path: join(dir, "absent") })).toBe("file-not-found");
  expect(await codeOf({})).toBe("source-refused");
  commit("one");
  expect(await codeOf({ ref: "absent" })).toBe("source-refused");
  expect(await codeOf({}, [])).toBe("path-not-allowed");
});

test("a call that is cancelled ends as such", async () => {
  commit("one");
  const cancelled = { ...context(), signal: AbortSignal.abort() };
  expect((await failureOf(gitChanges(source(), question, cancelled))).code).toBe("cancelled");
});

test.skipIf(!confines)(
  "a link deep in the repository leads nowhere outside the roots (skipped: needs bubblewrap)",
  async () => {
    const elsewhere = join(top, "elsewhere");
    mkdirSync(elsewhere);
    git(elsewhere, "init", "-q", "-b", "main");
    const hash = commit("not for you", "file", elsewhere);
    // The folder of one object's hash is too deep for a check by name.
    for (const name of readdirSync(join(elsewhere, ".git/objects")).filter((one) => one.length === 2)) {
      rmSync(join(repository, ".git/objects", name), { recursive: true, force: true });
      symlinkSync(join(elsewhere, ".git/objects", name), join(repository, ".git/objects", name));
    }
    mkdirSync(join(repository, ".git/refs/heads"), { recursive: true });
    writeFileSync(join(repository, ".git/refs/heads/main"), `${hash}\n`);
    const read = await subjects().catch((error: Error) => error.message);
    expect(JSON.stringify(read)).not.toContain("not for you");
  },
);

test.skipIf(!confines || !exchanges)(
  "objects exchanged with a link while Git reads: nothing outside is read (skipped: needs bubblewrap and python3)",
  async () => {
    commit("inside");
    const elsewhere = join(top, "elsewhere");
    mkdirSync(elsewhere);
    git(elsewhere, "init", "-q", "-b", "main");
    commit("not for you", "file", elsewhere);
    symlinkSync(join(elsewhere, ".git"), join(repository, "link"));
    const racer = spawn("python3", ["test/support/exchange.py", join(repository, ".git"), join(repository, "link")], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(racer.stdout, "data");
    const seen = new Set<string>();
    try {
      for (let at = 0; at < 60; at++) {
        const read = await subjects().catch((error: Error) => [error.message]);
        for (const subject of read) seen.add(subject);
      }
      expect(racer.exitCode).toBeNull();
    } finally {
      racer.kill();
      await once(racer, "exit");
    }
    expect([...seen]).not.toContain("not for you");
    expect(seen.size).toBeGreaterThan(0);
  },
);
