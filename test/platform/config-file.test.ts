import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/platform/config-file.js";
import { readEnvironment, type Variables } from "../../src/platform/environment.js";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "config-"));
});
afterEach(() => rm(home, { recursive: true }));

async function load(text?: string, variables: Variables = {}) {
  if (text !== undefined) await writeFile(join(home, "config.yaml"), text, { mode: 0o600 });
  const read = readEnvironment({ AUTOOPS_HOME: home, ...variables });
  if (!read.ok) throw new Error("the test's own variables are wrong");
  return loadConfig(read.environment);
}

describe("the configuration", () => {
  test("without a file nothing is declared, but a file that is named must exist", async () => {
    expect(await load()).toStrictEqual({
      ok: true,
      config: { files: { roots: [] }, sources: {}, targets: {}, channels: {} },
    });
    expect(await load(undefined, { AUTOOPS_CONFIG: join(home, "no.yaml") })).toMatchObject({
      ok: false,
      problems: [{ code: "file-not-found", at: join(home, "no.yaml") }],
    });
  });

  test("relative paths start at the file's directory, others stay", async () => {
    const loaded = await load(`
version: "1.0"
files: { roots: [logs, /var/log] }
sources:
  shop: { kind: files, path: logs/shop*.log }
  deploys: { kind: deployments, path: /srv/deploys.json }
targets:
  shop:
    kind: command
    actions:
      rollback: { argv: [./back.sh, ./x], idempotency: probe, state: { argv: [bin/state], done_when: a } }
      service_restart: { argv: [systemctl, restart, shop] }
facade_url: http://127.0.0.1:8080
`);
    const file = join(home, "config.yaml");
    expect(loaded).toMatchObject({
      ok: true,
      file,
      config: {
        files: { roots: [join(home, "logs"), "/var/log"] },
        sources: { shop: { path: join(home, "logs/shop*.log") }, deploys: { path: "/srv/deploys.json" } },
        targets: {
          shop: {
            actions: {
              rollback: { argv: [join(home, "back.sh"), "./x"], state: { argv: [join(home, "bin/state")] } },
              service_restart: { argv: ["systemctl", "restart", "shop"] },
            },
          },
        },
        facadeUrl: "http://127.0.0.1:8080",
      },
    });
  });

  test("headers that sign in hold references", async () => {
    const loaded = await load(`
version: "1.0"
sources:
  prom:
    kind: prometheus
    url: https://prom.example.com
    headers: { Authorization: "Bearer env:PROM_TOKEN", X-Api-Key: "env:PROM_KEY", X-Scope-OrgID: shop }
`);
    expect(loaded).toMatchObject({ ok: true, config: { sources: { prom: { headers: { "X-Scope-OrgID": "shop" } } } } });
  });

  test("a secret in the file is refused with file, line and key, and shown nowhere", async () => {
    const loaded = await load(`version: "1.0"
sources:
  prom:
    kind: prometheus
    url: https://bob:hunter2@prom.example.com
    headers:
      Authorization: Bearer hunter2
      X-Api-Key: hunter2
      Cookie: hunter2
      Private-Token: "{{ hunter2 }}"
targets:
  shop:
    kind: command
    actions:
      rollback:
        argv: [back.sh, --password=hunter2]
        env: { DB_PASSWORD: hunter2, MODE: fast, DB_TOKEN: "env:DB_TOKEN" }
`);
    const file = join(home, "config.yaml");
    const problems = loaded.ok ? [] : loaded.problems;
    expect(problems.map(({ at }) => at).sort()).toStrictEqual(
      [
        `${file}:5 sources.prom.url`,
        `${file}:7 sources.prom.headers.Authorization`,
        `${file}:8 sources.prom.headers.X-Api-Key`,
        `${file}:9 sources.prom.headers.Cookie`,
        `${file}:10 sources.prom.headers.Private-Token`,
        `${file}:16 targets.shop.actions.rollback.argv[1]`,
        `${file}:17 targets.shop.actions.rollback.env.DB_PASSWORD`,
      ].sort(),
    );
    expect(new Set(problems.map(({ code }) => code))).toStrictEqual(new Set(["config-invalid"]));
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  test("a wrong value is told with file, line and key, and not shown", async () => {
    const loaded = await load(
      'version: "1.0"\nsources:\n  shop.db:\n    kind: prometheus\n    url: ftp://hunter2\n  b:\n    kind: abacus\ncolour: hunter2\n',
    );
    const file = join(home, "config.yaml");
    expect(loaded.ok ? [] : loaded.problems.map(({ at }) => at).sort()).toStrictEqual([
      `${file}:5 sources.shop.db.url`,
      `${file}:7 sources.b.kind`,
      `${file}:8 colour`,
    ]);
    expect(JSON.stringify(loaded)).toContain("must be one of files, prometheus, exposition, deployments");
    expect(JSON.stringify(loaded)).not.toContain("hunter2");
  });

  test("a file that others may write is refused", async () => {
    await load('version: "1.0"\n');
    await chmod(join(home, "config.yaml"), 0o664);
    expect(await load()).toMatchObject({ ok: false, problems: [{ code: "file-unsafe" }] });
  });
});
