/** tls_probe against real TLS servers on this machine, with certificates made for the test. */
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { certificateOf } from "../../../src/activities/tools/kit/probes/certificate.js";
import { shakeHands } from "../../../src/activities/tools/kit/probes/tls-handshake.js";
import { findingsOf, verdictOf } from "../../../src/activities/tools/kit/probes/tls-verdict.js";
import { tlsProbe } from "../../../src/activities/tools/tls-probe.js";
import { redactValue } from "../../../src/core/redact.js";
import { createHostGuard } from "../../../src/platform/http/host-guard.js";
import { type Authority, createAuthority, hasOpenssl } from "../../support/certificates.js";
import { freePort } from "../../support/services.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const network = { allowed_hosts: ["shop.example", "127.0.0.1"], allowed_private: ["127.0.0.0/8"] };
const hosts = createHostGuard({ network, declaredUrls: [], lookup: async () => [{ address: "127.0.0.1", family: 4 }] });
const probe = async (params: object, parts: object = {}) =>
  tlsProbe.output.parse(
    await tlsProbe.run(tlsProbe.params.parse(params), contextOf(configOf(), { hosts, now: Date.now, ...parts })),
  );

async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => void open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}
function serve(options: TlsOptions): Promise<number> {
  const server = createServer(options, (socket) => socket.on("error", () => undefined).resume());
  server.on("tlsClientError", () => undefined);
  return listening(server);
}

describe.skipIf(!hasOpenssl)("a server's certificate (skipped where the program openssl is not installed)", () => {
  let authority: Authority;
  beforeAll(() => {
    authority = createAuthority();
  });
  afterAll(() => authority?.remove());

  test("is trusted where its chain ends in a known root, and told with names, span and key", async () => {
    const pair = authority.issue("shop.example", { names: ["DNS:shop.example", "DNS:*.shop.example"], to: 90 });
    const port = await serve({ ...pair, cert: pair.cert + authority.root });
    const addresses = [{ address: "127.0.0.1", family: 4 as const }];
    const peer = { addresses, port, serverName: "shop.example", authorities: [authority.root] };
    const shaken = await shakeHands(peer, AbortSignal.timeout(10_000));
    if (shaken.status !== "done") throw new Error(shaken.reason);
    expect(shaken).toMatchObject({ protocol: "TLSv1.3", address: "127.0.0.1" });
    const chain = shaken.chain.map((one) => certificateOf(one, Date.now(), 30));
    expect(chain).toMatchObject([
      {
        subject: "CN=shop.example",
        issuer: "CN=Test Authority",
        names: ["shop.example", "*.shop.example"],
        days_left: 89,
        key: "EC prime256v1",
        self_signed: false,
      },
      { subject: "CN=Test Authority", self_signed: true },
    ]);
    expect(verdictOf(shaken, chain)).toEqual({ status: "trusted", reason: null });
    const seen = { place: "shop", warnDays: 100, status: "trusted" as const, reason: null, chain };
    expect(findingsOf(seen).map(({ statement }) => statement)).toEqual([
      "shop: the certificate is trusted, with 89 days left",
      expect.stringMatching(/^shop: the certificate of CN=shop\.example ends in 89 days, on \d{4}-\d\d-\d\d$/),
    ]);
  });

  test("of an unknown authority is not trusted, and the output passes the redaction unharmed", async () => {
    const pair = authority.issue("shop.example", { names: ["DNS:shop.example"], to: 90 });
    const found = await probe({ host: "shop.example", port: await serve(pair) });
    expect(found).toMatchObject({
      host: "shop.example",
      address: "127.0.0.1",
      status: "untrusted",
      ok: false,
      reason: "the certificate that signed it was not sent, or is not trusted here",
      days_left: 89,
      protocol: "TLSv1.3",
    });
    expect(found.handshake_ms).toBeGreaterThanOrEqual(0);
    expect(redactValue(found as never)).toEqual(found);
  });

  test.each([
    ["self-signed", (make: Authority) => make.selfSigned("shop.example"), "its certificate is self-signed"],
    [
      "of another name",
      (make: Authority) => make.issue("other.example", { names: ["DNS:other.example"], to: 90 }),
      "its certificate does not name the server asked for (it names: other.example)",
    ],
  ])("that is %s says so", async (_, make, reason) => {
    const found = await probe({ host: "shop.example", port: await serve(make(authority)) });
    expect(found).toMatchObject({ status: "untrusted", ok: false });
    expect(found.reason).toContain(reason);
    expect(found.findings[0]).toMatchObject({ statement: expect.stringContaining("the certificate is not trusted") });
  });

  test.each([
    ["has ended", { from: -60, to: -3 }, /ended on \d{4}-\d\d-\d\d$/, -4],
    ["is about to end", { to: 5 }, /ends in 4 days/, 4],
  ])("that %s is a finding", async (_, span, statement, days_left) => {
    const pair = authority.issue("shop.example", { names: ["DNS:shop.example"], ...span });
    const found = await probe({ host: "shop.example", port: await serve(pair) });
    expect(found.days_left).toBe(days_left);
    expect(found.findings.map((one) => one.statement)).toContainEqual(expect.stringMatching(statement));
  });

  test("with a short key, over an outdated protocol, is told as such", async () => {
    const pair = authority.issue("shop.example", { names: ["DNS:shop.example"], to: 90, rsa: 1024 });
    const old = { minVersion: "TLSv1.1" as const, maxVersion: "TLSv1.1" as const, ciphers: "DEFAULT@SECLEVEL=0" };
    const found = await probe({ host: "shop.example", port: await serve({ ...pair, ...old }) });
    expect(found).toMatchObject({ protocol: "TLSv1.1", chain: [{ key: "RSA 1024" }] });
    expect(found.findings.map((one) => one.statement.replace(/^[^ ]* /, ""))).toEqual([
      "the certificate is not trusted",
      "it speaks TLSv1.1, which is outdated",
      "its key of 1024 bits is too short",
    ]);
  });

  test("is asked for by the name that is given", async () => {
    const asked: string[] = [];
    const pair = authority.issue("shop.example", { names: ["DNS:shop.example", "IP:127.0.0.1"], to: 90 });
    const SNICallback: TlsOptions["SNICallback"] = (name, done) => {
      asked.push(name);
      done(null);
    };
    const port = await serve({ ...pair, SNICallback });
    const named = await probe({ host: "127.0.0.1", port, server_name: "blue.example" });
    expect(named.reason).toContain("does not name the server asked for");
    const plain = await probe({ host: "127.0.0.1", port });
    expect(plain.reason).not.toContain("does not name");
    expect(asked).toEqual(["blue.example"]);
  });
});

test("a port where nothing listens, and a server that does not speak TLS, are results", async () => {
  expect(await probe({ host: "shop.example", port: await freePort() })).toMatchObject({
    status: "unreachable",
    ok: false,
    reason: "the connection was refused",
    chain: [],
  });
  const port = await listening(
    createTcpServer((socket) => socket.on("error", () => undefined).end("220 smtp.example ready\r\n")),
  );
  expect(await probe({ host: "shop.example", port })).toMatchObject({
    status: "handshake-failed",
    reason: "it does not speak TLS",
  });
});

test("a server that is silent runs into the time-out", async () => {
  const port = await listening(createTcpServer((socket) => void socket.on("error", () => undefined)));
  expect(await probe({ host: "shop.example", port, timeout_seconds: 1 })).toMatchObject({ status: "timed-out" });
  const signal = AbortSignal.abort();
  expect((await failureOf(probe({ host: "shop.example", port }, { signal }))).code).toBe("cancelled");
});

test("what the policy does not allow is not connected to", async () => {
  let connections = 0;
  const port = await listening(createTcpServer(() => void connections++));
  for (const [host, code] of [
    ["other.example", "host-not-allowed"],
    ["10.0.0.1", "host-not-allowed"],
  ]) {
    expect((await failureOf(probe({ host, port }))).code).toBe(code);
  }
  const closed = createHostGuard({
    network: { allowed_hosts: ["*"] },
    declaredUrls: [],
    lookup: async () => [{ address: "127.0.0.1", family: 4 }],
  });
  expect((await failureOf(probe({ host: "shop.example", port }, { hosts: closed }))).code).toBe("address-not-allowed");
  expect(connections).toBe(0);
  expect(tlsProbe.reach?.({ host: "shop.example" }, configOf(), "params").urls).toEqual(["tcp://shop.example:443"]);
  expect(tlsProbe.reach?.({ host: "{{ a.host }}", port: 1 }, configOf(), "params").urls).toEqual([]);
});
