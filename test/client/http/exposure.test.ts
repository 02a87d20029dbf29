/** Where the façade starts and where it refuses to, and how it is reached by TLS and behind a proxy. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { get as getTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import supertest from "supertest";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { dangersOf } from "../../../src/client/http/access/exposure.js";
import type { FacadeOptions } from "../../../src/client/http/options.js";
import { startFacade } from "../../../src/client/http/server.js";
import { createLog } from "../../../src/platform/log.js";
import { bearer, type Serving, stagedRuns, startServing } from "./support/staged.js";

let serving: Serving;
beforeEach(async () => {
  serving = await startServing();
});
afterEach(() => serving.stop());

const PEM = { cert: "-", key: "-" };

async function start(host: string, more: Partial<FacadeOptions> = {}) {
  const common = { operator: "ann", staticDir: "/nonexistent", log: createLog("fatal"), access: serving.access };
  const started = await startFacade({ ...common, runs: stagedRuns([]), host, port: 0, ...more });
  if (started.ok) onTestFinished(() => started.facade.stop());
  return started;
}

describe("a start", () => {
  const IN = { isRequired: true, hasRoles: true };
  const NONE = { isRequired: false, hasRoles: false };
  test.each<[string, Parameters<typeof dangersOf>, string[]]>([
    ["on loopback without anything", [{ host: "127.0.0.1" }, NONE], []],
    ["on loopback by IPv6", [{ host: "::1" }, NONE], []],
    ["on localhost with sign-in", [{ host: "localhost" }, IN], []],
    ["on all addresses with sign-in and TLS", [{ host: "0.0.0.0", tls: PEM }, IN], []],
    ["on all addresses with sign-in behind a TLS proxy", [{ host: "::", tlsProxy: true }, IN], []],
    ["on all addresses without anything", [{ host: "0.0.0.0" }, NONE], ["sign-in", "tls"]],
    ["on one address without sign-in", [{ host: "192.0.2.1", tls: PEM }, NONE], ["sign-in"]],
    ["on all addresses without TLS", [{ host: "0.0.0.0" }, IN], ["tls"]],
    ["by a name that only begins like loopback", [{ host: "127.0.0.1.evil.example" }, NONE], ["sign-in", "tls"]],
    ["on loopback behind a declared proxy without sign-in", [{ host: "127.0.0.1", tlsProxy: true }, NONE], ["sign-in"]],
    [
      "with sign-in and no group that has a role",
      [{ host: "127.0.0.1" }, { isRequired: true, hasRoles: false }],
      ["roles"],
    ],
  ])("%s", (_what, [exposure, access], refused) => {
    const problems = dangersOf(exposure, access);
    expect(problems.map(({ at }) => at)).toEqual(refused);
    for (const { code, message, hint } of problems) {
      expect(code).toBe("facade-unsafe");
      expect(message).toMatch(/must|sign-in/);
      expect(hint).toBeDefined();
    }
  });

  test("that is refused listens nowhere", async () => {
    const started = await start("0.0.0.0");
    expect(started).toMatchObject({ ok: false, problems: [{ code: "facade-unsafe", at: "sign-in" }, { at: "tls" }] });
  });

  test("with a certificate that is none is refused with the setting's name", async () => {
    await serving.key("ann", "viewers");
    const started = await start("127.0.0.1", { exposure: { tls: { cert: "no PEM", key: "no PEM" } } });
    expect(started).toMatchObject({ ok: false, problems: [{ code: "config-invalid", at: "facade.tls" }] });
  });
});

describe("by TLS", () => {
  const openssl = spawnSync("openssl", ["version"]).status === 0;
  const tlsTest = test.skipIf(!openssl);
  const without = openssl ? "" : " (skipped: there is no openssl)";

  tlsTest(`it serves only TLS, promises it for a year, and takes keys${without}`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "autoops-tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const files = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost"];
    expect(
      spawnSync("openssl", [...words, ...files, "-addext", "subjectAltName=IP:127.0.0.1"], { cwd: folder }).status,
    ).toBe(0);
    const [cert, pem] = ["cert.pem", "key.pem"].map((file) => readFileSync(join(folder, file), "utf8"));
    const key = await serving.key("ann", "viewers");
    const started = await start("127.0.0.1", { exposure: { tls: { cert: cert ?? "", key: pem ?? "" } } });
    if (!started.ok) throw new Error(started.problems[0]?.message);
    expect(started.facade.signsIn).toBe(true);
    const { port } = new URL(started.facade.url);
    const { status, headers } = await new Promise<{ status?: number; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const options = { ca: cert, headers: bearer(key) };
        getTls(`https://127.0.0.1:${port}/api/v1/runs`, options, (response) => {
          response.resume().once("end", () => resolve({ status: response.statusCode, headers: response.headers }));
        }).once("error", reject);
      },
    );
    expect(status).toBe(200);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
    await expect(fetch(`http://127.0.0.1:${port}/api/v1/runs`)).rejects.toThrow();
  });
});

describe("behind a declared proxy", () => {
  beforeEach(async () => {
    await serving.stop();
    serving = await startServing({ exposure: { tlsProxy: true, publicUrl: "https://autoops.example.com" } });
  });
  const ask = (path: string) => supertest(serving.server).get(path).set("Host", "autoops.example.com");

  test("the public name and origin are answered, others are not", async () => {
    const key = await serving.key("ann", "viewers");
    const good = (origin: string) =>
      ask("/api/v1/runs").set("X-Forwarded-Proto", "https").set("Origin", origin).set(bearer(key));
    expect((await good("https://autoops.example.com")).status).toBe(200);
    for (const origin of [
      "http://autoops.example.com",
      "https://evil.example",
      "https://autoops.example.com.evil.example",
    ]) {
      expect((await good(origin)).status, origin).toBe(403);
    }
    const other = await good("https://autoops.example.com").set("Host", "other.example.com");
    expect(other.status).toBe(403);
    expect((await good("https://autoops.example.com")).headers["access-control-allow-origin"]).toBeUndefined();
  });

  test("what did not come by TLS is refused, probes apart, and no key is looked at", async () => {
    const key = await serving.key("ann", "viewers");
    for (const proto of [undefined, "http"]) {
      const plain = ask("/api/v1/runs").set(bearer(key));
      expect((await (proto === undefined ? plain : plain.set("X-Forwarded-Proto", proto))).status).toBe(403);
    }
    expect((await ask("/livez")).status).toBe(200);
    expect(serving.calls).toEqual([]);
  });

  test("addresses are those that the proxy tells, the last one alone", async () => {
    await serving.key("ann", "viewers");
    await ask("/api/v1/runs")
      .set("X-Forwarded-Proto", "https")
      .set("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
      .set("Authorization", "Bearer wrong");
    expect(serving.audited).toMatchObject([{ event: "login-refused", details: { from: "198.51.100.7" } }]);
  });
});

test("without a declared proxy, what a caller says of addresses and TLS is not believed", async () => {
  await serving.key("ann", "viewers");
  const headers = { ...bearer("wrong"), "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" };
  await fetch(`${serving.url}/api/v1/runs`, { headers });
  expect(serving.audited).toMatchObject([{ details: { from: "127.0.0.1" } }]);
});

test("a declared address is answered only where callers sign in", async () => {
  const exposure = { publicUrl: "http://autoops.example.com" };
  const statusAt = async (url: string) =>
    (await supertest(url).get("/api/v1/runs").set("Host", "autoops.example.com")).status;
  const open = await start("127.0.0.1", { exposure });
  if (!open.ok) throw new Error(open.problems[0]?.message);
  expect(await statusAt(open.facade.url)).toBe(403);
  await serving.key("ann", "viewers");
  const closed = await start("127.0.0.1", { exposure });
  if (!closed.ok) throw new Error(closed.problems[0]?.message);
  expect(await statusAt(closed.facade.url)).toBe(401);
});
