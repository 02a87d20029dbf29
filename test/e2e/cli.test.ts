/** The built program without a server: exit codes, pure JSON, places of problems, and what it refuses. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { DANGEROUS, HARMLESS, writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, MAIN, start, temporaryFolder } from "../client/cli/support/program.js";

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

afterAll(endAll);

/** A home without settings, and nothing that answers as Temporal. */
function bareHome(): { env: Record<string, string>; folder: string } {
  const folder = temporaryFolder();
  const home = join(folder, "home");
  mkdirSync(home, { mode: 0o700 });
  return { folder, env: { AUTOOPS_HOME: home, TEMPORAL_ADDRESS: "127.0.0.1:1" } };
}

test("validate accepts a good graph: exit 0 and { ok, problems, notices }", async () => {
  const { env, folder } = bareHome();
  const ended = await autoops(["validate", writeFile(folder, "g.yaml", HARMLESS), "--json"], { env });
  expect(ended.code).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: true, problems: [], notices: [] });
});

test("validate reads standard input for -", async () => {
  const { env } = bareHome();
  const ended = await autoops(["validate", "-"], { env, input: HARMLESS });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toContain("2 node(s), no gate");
});

test("validate names file, line and column of a problem: exit 1", async () => {
  const { env, folder } = bareHome();
  const file = writeFile(folder, "bad.yaml", HARMLESS.replace("type: analysis", "type: analysys"));
  const ended = await autoops(["validate", file], { env });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain(`${file}:7:`);
  expect(ended.stderr).toContain("nodes[0].type must be one of");
  expect(ended.stderr).toContain("[field-invalid]");
  expect(ended.stdout).toBe("");
});

test("validate tells every problem at once, as JSON with their places", async () => {
  const { env, folder } = bareHome();
  const text = HARMLESS.replace("tool: echo", "tool: nobody").replace("to_node_id: agree", "to_node_id: nowhere");
  const ended = await autoops(["validate", writeFile(folder, "bad.yaml", text), "--json"], { env });
  expect(ended.code).toBe(1);
  const document = JSON.parse(ended.stdout) as { ok: boolean; problems: Array<{ code: string; line?: number }> };
  expect(document.ok).toBe(false);
  const codes = document.problems.map((problem) => problem.code);
  expect(codes).toContain("unknown-tool");
  expect(codes).toContain("edge-to-nowhere");
  expect(document.problems.every((problem) => (problem.line ?? 0) > 0)).toBe(true);
});

test("validate gives 3 where the policy alone objects", async () => {
  const { env, folder } = bareHome();
  writeFile(
    env.AUTOOPS_HOME ?? "",
    "config.yaml",
    `version: "1.0"
targets:
  shop:
    kind: http
    environment: staging
    actions:
      rollback: { method: POST, url: "http://127.0.0.1:9/version", idempotency: key }
`,
  );
  const ended = await autoops(["validate", writeFile(folder, "g.yaml", DANGEROUS), "--json"], { env });
  const codes = (JSON.parse(ended.stdout) as { problems: Array<{ code: string }> }).problems.map(({ code }) => code);
  expect(codes).toContain("remediation-disabled");
  expect(ended.code).toBe(3);
});

test.each([
  ["text that is no YAML", "nodes: [", 1, "document-not-parsed"],
  ["a duplicate key", "id: a\nid: b\n", 1, "document-not-parsed"],
  ["an empty file", "", 1, "field-invalid"],
])("validate refuses %s", async (_, text, code, problem) => {
  const { env } = bareHome();
  const ended = await autoops(["validate", "-", "--json"], { env, input: text });
  expect(ended.code).toBe(code);
  const document = JSON.parse(ended.stdout) as { problems: Array<{ code: string }> };
  expect(document.problems[0]?.code).toBe(problem);
});

test("a file that does not exist is a configuration error: exit 2", async () => {
  const { env } = bareHome();
  const ended = await autoops(["validate", "/nowhere/g.yaml"], { env });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("[file-not-found]");
});

test("a broken policy stops everything that relies on it: exit 2, with file and key", async () => {
  const { env, folder } = bareHome();
  const policy = writeFile(
    env.AUTOOPS_HOME ?? "",
    "safety.yaml",
    'version: "1.0"\nexecution: { enable_remediaton: true }\n',
  );
  const file = writeFile(folder, "g.yaml", HARMLESS);
  for (const words of [["validate", file], ["policy", "show"], ["tools"], ["run", file]]) {
    const ended = await autoops(words, { env });
    expect(ended.code, words.join(" ")).toBe(2);
    expect(ended.stderr).toContain("enable_remediaton");
    expect(ended.stderr).toContain(policy);
  }
});

test("a policy that others may write is refused with the command that mends it", async () => {
  const { env } = bareHome();
  const policy = writeFile(env.AUTOOPS_HOME ?? "", "safety.yaml", 'version: "1.0"\n');
  chmodSync(policy, 0o666);
  const ended = await autoops(["policy", "show"], { env });
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("[file-unsafe]");
  expect(ended.stderr).toContain("chmod");
});

test("policy show prints each value with where it came from", async () => {
  const { env } = bareHome();
  writeFile(env.AUTOOPS_HOME ?? "", "safety.yaml", 'version: "1.0"\nexecution: { max_concurrency: 3 }\n');
  const ended = await autoops(["policy", "show"], { env: { ...env, AUTOOPS_DRY_RUN: "true" } });
  expect(ended.code).toBe(0);
  expect(ended.stdout).toMatch(/execution\.max_concurrency +3 +file/);
  expect(ended.stdout).toMatch(/execution\.dry_run +true +environment/);
  expect(ended.stdout).toMatch(/execution\.enable_remediation +false +default/);
});

test("policy explain names the rule for each node, refused ones too", async () => {
  const { env, folder } = bareHome();
  const ended = await autoops(["policy", "explain", writeFile(folder, "g.yaml", DANGEROUS)], { env });
  expect(ended.code).not.toBe(0);
  expect(ended.stdout).toMatch(/refused +back/);
  expect(ended.stdout).toContain("rule: the built-in list only reads");
});

test("tools and playbooks are listed, with and without --json", async () => {
  const { env } = bareHome();
  const tools = await autoops(["tools", "--json"], { env });
  const names = (JSON.parse(tools.stdout) as { tools: Array<{ name: string }> }).tools.map(({ name }) => name);
  expect(names).toContain("log_collector");
  expect((await autoops(["tools"], { env })).stdout).toMatch(/rollback +write · gated/);
  const playbooks = await autoops(["playbooks", "--json"], { env });
  expect((JSON.parse(playbooks.stdout) as { playbooks: unknown[] }).playbooks.length).toBeGreaterThanOrEqual(3);
});

test("a goal that no playbook fits is refused, and nothing is made up", async () => {
  const { env } = bareHome();
  const ended = await autoops(["plan", "bake a cake for the team", "--json"], { env });
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, problems: [{ code: "no-playbook" }] });
});

const GOAL = "checkout returns 500s since the last deploy; find out why and roll it back";

/** A home with the demo's settings; what they declare need not be there to be planned for. */
function demoHome() {
  const { env, folder } = bareHome();
  const config = readFileSync("demo/config.yaml", "utf8")
    .replaceAll(/\$\{SHOP_URL\}/g, "http://127.0.0.1:9")
    .replaceAll(/\$\{SHOP_DIR\}/g, folder);
  writeFile(env.AUTOOPS_HOME ?? "", "config.yaml", config);
  writeFile(env.AUTOOPS_HOME ?? "", "safety.yaml", readFileSync("demo/safety.yaml", "utf8"));
  return { env, folder };
}

test("plan makes a graph for the demo's goal; its YAML is what validate reads", async () => {
  const { env } = demoHome();
  const planned = await autoops(["plan", GOAL, "--yaml"], { env });
  expect(planned.code).toBe(0);
  expect((await autoops(["validate", "-"], { env, input: planned.stdout })).code).toBe(0);
  const shown = await autoops(["plan", GOAL], { env });
  expect(shown.stdout).toContain("⛔ rollback");
  expect(shown.stdout).toContain("the worker that runs it checks again");
  const again = await autoops(["plan", "-", "--json"], { env, input: GOAL });
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, advisory: true, playbook: "error-rate-after-deploy" });
  expect((await autoops(["plan", GOAL, "--mermaid"], { env })).stdout).toMatch(/^flowchart TD/);
  expect((await autoops(["plan", GOAL, "--dot"], { env })).stdout).toMatch(/^digraph/);
});

test("without a server, what needs one says so with exit 7 and never that a run has ended", async () => {
  const { env, folder } = bareHome();
  const file = writeFile(folder, "g.yaml", HARMLESS);
  const calls = [
    ["run", file],
    ["watch", "some-run"],
    ["status"],
    ["status", "some-run"],
    ["report", "some-run"],
    ["inbox"],
    ["history"],
    ["approve", "some-run", "node"],
    ["cancel", "some-run"],
  ];
  for (const words of calls) {
    const ended = await autoops([...words, "--json"], { env });
    expect(ended.code, words.join(" ")).toBe(7);
    expect(JSON.parse(ended.stdout)).toMatchObject({ ok: false, problems: [{ code: "temporal-unreachable" }] });
    expect(ended.stderr).toContain("autoops dev");
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/succeeded|finished|ended well/);
  }
});

test("plan-and-run without a terminal and without --yes shows the plan and starts nothing: exit 2", async () => {
  const { env, folder } = demoHome();
  const ended = await autoops(["plan-and-run", GOAL], { env });
  expect(ended.stdout).toContain("⛔ rollback");
  expect(ended.code).toBe(2);
  expect(ended.stderr).toContain("--yes");
  // With --yes it goes on to the server, which is not there: before, nothing had been tried.
  expect((await autoops(["plan-and-run", GOAL, "--yes"], { env, cwd: folder })).code).toBe(7);
});

test("version prints the package's own", async () => {
  const { env } = bareHome();
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect((await autoops(["version"], { env })).stdout).toContain(version);
  expect(JSON.parse((await autoops(["version", "--json"], { env })).stdout)).toMatchObject({ ok: true, version });
});

test("help and version load no Temporal, zod, express or yaml", () => {
  const { env, folder } = bareHome();
  writeFile(
    folder,
    "hooks.mjs",
    `import { appendFileSync } from "node:fs";
     export function load(url, context, next) { appendFileSync(process.env.SEEN_LOG, url + "\\n"); return next(url, context); }`,
  );
  const seen = writeFile(
    folder,
    "seen.mjs",
    'import { register } from "node:module"; register("./hooks.mjs", import.meta.url);',
  );
  for (const word of ["--help", "version"]) {
    const log = writeFile(folder, `${word}.log`, "");
    const argv = ["--import", pathToFileURL(seen).href, MAIN, word];
    const ended = spawnSync(process.execPath, argv, { env: { ...process.env, ...env, SEEN_LOG: log } });
    expect(ended.status).toBe(0);
    // From where npm put them, or from the file that the build made of each.
    const loaded = readFileSync(log, "utf8").split("\n");
    const named = loaded.map((url) => /node_modules\/((?:@[^/]+\/)?[^/]+)|\/package-([^/]+)\.js$/.exec(url));
    const packages = new Set(named.flatMap((found) => found?.[1] ?? found?.[2] ?? []));
    expect([...packages].sort()).toEqual(["commander", "picocolors"]);
  }
});

test("Ctrl-C while a server does not answer ends with 130, whatever the command fell over", async () => {
  const silent = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(silent, "listening");
  try {
    const { env } = bareHome();
    const { port } = silent.address() as AddressInfo;
    const running = start(["history", "--json"], { env: { ...env, TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
    await once(silent, "connection");
    running.signal("SIGINT");
    expect(await running.ended).toMatchObject({ code: 130 });
  } finally {
    silent.close();
  }
});
