import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_POLICY } from "../../src/core/policy.js";
import { readEnvironment, type Variables } from "../../src/platform/environment.js";
import { loadPolicy } from "../../src/platform/policy-file.js";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "policy-"));
});
afterEach(() => rm(home, { recursive: true }));

async function load(variables: Variables = {}) {
  const read = readEnvironment({ AUTOOPS_HOME: home, ...variables });
  if (!read.ok) throw new Error("the test's own variables are wrong");
  return loadPolicy(read.environment);
}

async function write(text: string, name = "safety.yaml"): Promise<string> {
  const path = join(home, name);
  await writeFile(path, text, { mode: 0o600 });
  await chmod(path, 0o600);
  return path;
}

describe("where the policy comes from", () => {
  test("without a file the defaults hold, and say so", async () => {
    const loaded = await load();
    expect(loaded).toMatchObject({ ok: true, policy: DEFAULT_POLICY });
    expect(loaded.ok && loaded.file).toBeUndefined();
    expect(loaded.ok && new Set(Object.values(loaded.origins))).toStrictEqual(new Set(["default"]));
  });

  test("the published example loads unchanged", async () => {
    const file = join(home, "safety.yaml");
    await copyFile(new URL("seed-safety.yaml", import.meta.url), file);
    await chmod(file, 0o644);
    const loaded = await load();
    expect(loaded).toMatchObject({
      ok: true,
      file,
      policy: {
        execution: { enable_remediation: false, max_concurrency: 5, rate_limit_llm_per_minute: 10 },
        tools: { blocked: ["custom_script", "service_restart"], require_approval: ["autoRCA", "browserMission"] },
        network: { allowed_hosts: ["*.internal.company.com", "api.datadog.com", "api.openai.com"] },
        approval: { timeout_seconds: 300, notify_channel: "slack:#ops-approvals" },
      },
      origins: { "execution.max_concurrency": "file", "execution.dry_run": "default" },
    });
  });

  test("variables go before the file, the file before the defaults", async () => {
    await write('version: "1.0"\nexecution: { enable_remediation: true, dry_run: true, max_concurrency: 2 }\n');
    const loaded = await load({ AUTOOPS_ENABLE_REMEDIATION: "false", AUTOOPS_REQUIRE_APPROVAL: "1" });
    expect(loaded).toMatchObject({
      ok: true,
      policy: {
        execution: { enable_remediation: false, dry_run: true, max_concurrency: 2, require_approval_all: true },
      },
      origins: {
        "execution.enable_remediation": "environment",
        "execution.require_approval_all": "environment",
        "execution.dry_run": "file",
        "execution.max_nodes_per_workflow": "default",
      },
    });
  });
});

describe("what is refused, never replaced by a default", () => {
  test("a file that is named and missing, and a link to nowhere at the default place", async () => {
    const named = join(home, "other.yaml");
    expect(await load({ AUTOOPS_SAFETY_CONFIG: named })).toMatchObject({
      ok: false,
      problems: [{ code: "file-not-found", at: named }],
    });
    await symlink(join(home, "nowhere"), join(home, "safety.yaml"));
    expect(await load()).toMatchObject({ ok: false, problems: [{ code: "file-not-found" }] });
  });

  test("a file that group or others may write, with the command that mends it", async () => {
    const path = await write('version: "1.0"\n');
    for (const mode of [0o620, 0o602, 0o666, 0o777]) {
      await chmod(path, mode);
      expect.soft(await load(), mode.toString(8)).toMatchObject({
        ok: false,
        problems: [{ code: "file-unsafe", hint: `chmod go-w ${path}` }],
      });
    }
    await chmod(path, 0o644);
    expect(await load()).toMatchObject({ ok: true });
  });

  test("a directory in its place", async () => {
    await mkdir(join(home, "safety.yaml"));
    expect(await load()).toMatchObject({ ok: false, problems: [{ code: "file-unreadable" }] });
  });

  test("each wrong key or value is told with file, line and key", async () => {
    const path = await write(
      'version: "1.0"\nexecution:\n  max_concurrency: 0\n  dry_run: "yes"\n  colour: red\ntools:\n  allowed:\n    - a\n    - 7\n',
    );
    const loaded = await load();
    const problems = loaded.ok ? [] : loaded.problems;
    expect(problems.map(({ code }) => code)).toStrictEqual(problems.map(() => "policy-invalid"));
    expect(problems.map(({ at }) => at).sort()).toStrictEqual([
      `${path}:3 execution.max_concurrency`,
      `${path}:4 execution.dry_run`,
      `${path}:5 execution.colour`,
      `${path}:9 tools.allowed[1]`,
    ]);
    expect(problems.map(({ message }) => message)).toContain(
      `${path}:4: execution.dry_run must be true or false, got "yes"`,
    );
  });

  test("a missing version, an empty file, doubled keys and what is no YAML", async () => {
    for (const text of [
      "execution: {}\n",
      "version: 1.0\n",
      "",
      "[]",
      'version: "1.0"\nversion: "1.0"\n',
      'version: "1.0"\ntools: [\n',
      'version: "1.0"\nexecution: !!js/function x\n',
      'version: "1.0"\n---\nversion: "1.0"\n',
    ]) {
      const path = await write(text);
      const loaded = await load();
      expect.soft(loaded, text).toMatchObject({ ok: false, problems: [{ code: "policy-invalid" }] });
      expect.soft(loaded.ok ? "" : loaded.problems[0]?.message, text).toContain(path);
    }
  });
});
