/** `autoops serve` as a process: where it refuses to start, and keys that are made and revoked beside it while it runs. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import { writeFile } from "../client/cli/support/graphs.js";
import { autoops, endAll, start, temporaryFolder } from "../client/cli/support/program.js";
import { AUDIENCE, startIssuer } from "../support/issuer.js";
import { startTestDevServer } from "../support/temporal.js";

// Each command is a process of its own, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000 });
afterAll(endAll);

const ROLES = 'version: "1.0"\nroles: { sre: [operator, approver], everyone: viewer }\n';

function bareHome(policy?: string): Record<string, string> {
  const home = join(temporaryFolder(), "home");
  mkdirSync(home, { mode: 0o700 });
  if (policy !== undefined) writeFile(home, "safety.yaml", policy);
  return { AUTOOPS_HOME: home, TEMPORAL_ADDRESS: "127.0.0.1:1", AUTOOPS_LOG_LEVEL: "warn" };
}
const call = async (env: Record<string, string>, ...words: string[]) => {
  const ended = await autoops([...words, "--json"], { env });
  return { code: ended.code, ...JSON.parse(ended.stdout) };
};

describe("serve does not start", () => {
  test("for others without sign-in and TLS; nothing is connected to", async () => {
    const refused = await call(bareHome(), "serve", "--host", "0.0.0.0", "--port", "0");
    expect(refused).toMatchObject({ code: 2, problems: [{ code: "facade-unsafe", at: "sign-in" }, { at: "tls" }] });
    const listening = await call(bareHome(), "serve", "--host", "192.0.2.1", "--port", "0");
    expect(listening.problems).toHaveLength(2);
  });

  test("for others with sign-in but without TLS, and with sign-in that lets nobody do anything", async () => {
    const env = bareHome(ROLES);
    await call(env, "api-keys", "create", "--subject", "ann", "--group", "sre");
    const plain = await call(env, "serve", "--host", "0.0.0.0", "--port", "0");
    expect(plain).toMatchObject({ code: 2, problems: [{ code: "facade-unsafe", at: "tls" }] });
    writeFile(env.AUTOOPS_HOME ?? "", "safety.yaml", 'version: "1.0"\n');
    const idle = await call(env, "serve", "--port", "0");
    expect(idle).toMatchObject({ code: 2, problems: [{ code: "facade-unsafe", at: "roles" }] });
  });

  test("behind a proxy that was declared, without sign-in", async () => {
    const env = bareHome(ROLES);
    writeFile(env.AUTOOPS_HOME ?? "", "config.yaml", 'version: "1.0"\nfacade: { tls_proxy: true }\n');
    const refused = await call(env, "serve", "--port", "0");
    expect(refused).toMatchObject({ code: 2, problems: [{ code: "facade-unsafe", at: "sign-in" }] });
  });

  test("with a private key that others may read", async () => {
    const env = bareHome(ROLES);
    const home = env.AUTOOPS_HOME ?? "";
    writeFile(home, "cert.pem", "certificate");
    chmodSync(writeFile(home, "key.pem", "key"), 0o644);
    writeFile(home, "config.yaml", 'version: "1.0"\nfacade: { tls: { cert: cert.pem, key: key.pem } }\n');
    const refused = await call(env, "serve", "--port", "0");
    expect(refused).toMatchObject({ code: 2, problems: [{ code: "file-unsafe", at: join(home, "key.pem") }] });
  });
});

test("a running façade takes new keys and drops revoked ones; the audit log tells of both and of who was refused", async () => {
  const server = await startTestDevServer();
  try {
    const env = { ...bareHome(ROLES), TEMPORAL_ADDRESS: server.address, TEMPORAL_NAMESPACE: server.namespace };
    const serve = start(["serve", "--port", "0", "--json"], { env });
    await serve.until(/\n\}\n/);
    const ready = JSON.parse(serve.stdout()) as { url: string; signsIn: boolean };
    expect(ready.signsIn).toBe(false);
    const status = async (key?: string) => {
      const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
      return (await fetch(`${ready.url}/api/v1/runs`, { headers })).status;
    };
    expect(await status()).toBe(200);
    const first = await call(env, "api-keys", "create", "--subject", "ann", "--group", "everyone");
    expect(await status()).toBe(401);
    expect(await status(first.key)).toBe(200);
    const second = await call(env, "api-keys", "create", "--subject", "ann", "--group", "everyone");
    expect((await call(env, "api-keys", "revoke", first.prefix)).code).toBe(0);
    expect([await status(first.key), await status(second.key)]).toEqual([401, 200]);

    const { stdout } = await autoops(["audit", "export"], { env });
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; actor?: string; channel: string });
    expect(events.map(({ event }) => event)).toEqual([
      "api-key-created",
      "api-key-created",
      "api-key-revoked",
      "login-refused",
      // Itself.
      "export",
    ]);
    expect(events[3]).toMatchObject({ actor: first.prefix, channel: "http" });
    for (const key of [first.key, second.key]) expect(`${stdout}${serve.stderr()}`).not.toContain(key);
    expect((await call(env, "audit", "verify")).code).toBe(0);
    serve.signal("SIGINT");
    expect((await serve.ended).code).toBe(0);
  } finally {
    await server.stop();
  }
});

test("a running façade takes tokens of the issuer that config.yaml names, beside keys", async () => {
  const [server, issuer] = await Promise.all([startTestDevServer(), startIssuer()]);
  try {
    const env: Record<string, string> = {
      ...bareHome(ROLES),
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
    };
    const home = env.AUTOOPS_HOME ?? "";
    const made = await call(env, "api-keys", "create", "--subject", "ann", "--group", "everyone");
    writeFile(
      home,
      "config.yaml",
      `version: "1.0"\nfacade: { oidc: { issuer: "${issuer.url}", audience: ${AUDIENCE}, groups_claim: teams } }\n`,
    );
    const serve = start(["serve", "--port", "0", "--json"], { env });
    await serve.until(/\n\}\n/);
    const ready = JSON.parse(serve.stdout()) as { url: string; signsIn: boolean };
    expect(ready.signsIn).toBe(true);
    const status = async (credential: string, init: RequestInit = {}) =>
      (await fetch(`${ready.url}/api/v1/runs`, { ...init, headers: { authorization: `Bearer ${credential}` } })).status;
    expect(await status(await issuer.token({ teams: ["everyone"] }))).toBe(200);
    expect(await status(await issuer.token({ teams: ["everyone"] }), { method: "POST" })).toBe(403);
    expect(await status(await issuer.token({ teams: ["everyone"], aud: "other" }))).toBe(401);
    expect(await status(made.key)).toBe(200);
    serve.signal("SIGINT");
    expect((await serve.ended).code).toBe(0);
  } finally {
    await Promise.all([server.stop(), issuer.stop()]);
  }
});
