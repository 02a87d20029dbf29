/** dns_probe against a name server of the test, over UDP. */
import { describe, expect, test } from "vitest";
import { checkSource } from "../../../src/activities/connectors/check-source.js";
import { dnsProbe } from "../../../src/activities/tools/dns-probe.js";
import { declaredUrls } from "../../../src/app/declared-urls.js";
import { createHostGuard } from "../../../src/platform/http/host-guard.js";
import type { Config, Source } from "../../../src/schema/config.js";
import { address4, dnsServer, number16, number32, wireName, type Zone } from "../../support/dns-server.js";
import { freePort } from "../../support/services.js";
import { configOf, contextOf, failureOf } from "../../support/tool-context.js";

const resolverAt = (port: number, server = "127.0.0.1"): Config =>
  configOf({ sources: { inner: { kind: "dns", server, port } satisfies Source } });
function contextAt(config: Config, network = { allowed_hosts: ["*.shop.example", "shop.example", "127.0.0.1"] }) {
  return contextOf(config, { hosts: createHostGuard({ network, declaredUrls: declaredUrls(config) }) });
}
const ask = async (params: object, config: Config) =>
  dnsProbe.output.parse(await dnsProbe.run(dnsProbe.params.parse({ resolver: "inner", ...params }), contextAt(config)));
const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);

const ZONE: Zone = {
  "shop.example A": [
    { type: "A", ttl: 60, data: address4("203.0.113.7") },
    { type: "A", ttl: 60, data: address4("10.0.0.7") },
  ],
  "shop.example AAAA": [],
  "shop.example MX": [{ type: "MX", ttl: 300, data: Buffer.concat([number16(10), wireName("mail.shop.example")]) }],
  "shop.example TXT": [{ type: "TXT", ttl: 300, data: text("v=spf1 -all") }],
  "shop.example CAA": [
    { type: "CAA", ttl: 300, data: Buffer.concat([Buffer.from([0]), text("issue"), Buffer.from("ca.example")]) },
  ],
  "_sip._tcp.shop.example SRV": [
    {
      type: "SRV",
      ttl: 300,
      data: Buffer.concat([number16(1), number16(5), number16(5060), wireName("sip.shop.example")]),
    },
  ],
  "www.shop.example CNAME": [{ type: "CNAME", ttl: 300, data: wireName("shop.example") }],
  "shop.example NS": [{ type: "NS", ttl: 300, data: wireName("ns1.shop.example") }],
  "shop.example SOA": [
    {
      type: "SOA",
      ttl: 300,
      data: Buffer.concat([
        wireName("ns1.shop.example"),
        wireName("ops.shop.example"),
        ...[7, 3600, 600, 86400, 60].map(number32),
      ]),
    },
  ],
  "broken.shop.example A": "servfail",
  "closed.shop.example A": "refused",
  "slow.shop.example A": "silent",
  "odd.shop.example A": "garbage",
  " NS": [{ type: "NS", ttl: 300, data: wireName("a.root.example") }],
};

describe("a name", () => {
  test("gives its addresses with their times to live, private ones too: nothing is connected to", async () => {
    const { port, asked } = await dnsServer(ZONE);
    const found = await ask({ name: "shop.example" }, resolverAt(port));
    expect(found).toMatchObject({
      status: "answered",
      ok: true,
      resolver: "inner",
      answers: [
        { value: "203.0.113.7", ttl: 60 },
        { value: "10.0.0.7", ttl: 60 },
      ],
      findings: [{ statement: "shop.example has 2 A records" }],
    });
    expect(found.ms).toBeGreaterThanOrEqual(0);
    expect(asked).toEqual(["shop.example A"]);
  });

  test.each([
    ["MX", "shop.example", "10 mail.shop.example"],
    ["TXT", "shop.example", "v=spf1 -all"],
    ["CAA", "shop.example", "0 issue ca.example"],
    ["SRV", "_sip._tcp.shop.example", "1 5 5060 sip.shop.example"],
    ["CNAME", "www.shop.example", "shop.example"],
    ["NS", "shop.example", "ns1.shop.example"],
    ["SOA", "shop.example", "ns1.shop.example ops.shop.example 7 3600 600 86400 60"],
  ])("gives records of type %s as text", async (type, name, value) => {
    const { port } = await dnsServer(ZONE);
    expect((await ask({ name, type }, resolverAt(port))).answers).toEqual([{ value, ttl: null }]);
  });

  test.each([
    ["gone.shop.example", "no-such-name", "does not exist (NXDOMAIN)"],
    ["broken.shop.example", "server-failure", "SERVFAIL"],
    ["closed.shop.example", "refused", "refused"],
    ["slow.shop.example", "timed-out", "no answer in time"],
    ["odd.shop.example", "malformed", "cannot be read"],
  ])("%s ends as %s, which is a result", async (name, status, words) => {
    const { port } = await dnsServer(ZONE);
    const found = await ask({ name, timeout_seconds: 1 }, resolverAt(port));
    expect(found).toMatchObject({ status, ok: false, answers: [] });
    expect(found.findings[0]?.statement).toContain(words);
  });

  test("without a record of the type is told apart from one that does not exist", async () => {
    const { port } = await dnsServer(ZONE);
    expect((await ask({ name: "shop.example", type: "AAAA" }, resolverAt(port))).status).toBe("no-record");
  });

  test("that does not have what was expected says what is missing", async () => {
    const { port } = await dnsServer(ZONE);
    const found = await ask({ name: "shop.example", expect: ["203.0.113.7", "203.0.113.8"] }, resolverAt(port));
    expect(found).toMatchObject({
      ok: false,
      findings: [{ evidence: expect.arrayContaining(["missing: 203.0.113.8"]) }],
    });
    expect((await ask({ name: "shop.example", expect: ["203.0.113.7"] }, resolverAt(port))).ok).toBe(true);
  });
});

test("a resolver that does not listen is a result", async () => {
  const found = await ask({ name: "shop.example", timeout_seconds: 1 }, resolverAt(await freePort()));
  expect(["unreachable", "timed-out"]).toContain(found.status);
});

test("a name that the policy does not allow is not asked", async () => {
  const { port, asked } = await dnsServer(ZONE);
  const config = resolverAt(port);
  for (const name of ["secret-data.evil.test", "shop.example.evil.test"]) {
    expect((await failureOf(ask({ name }, config))).code).toBe("host-not-allowed");
  }
  expect(asked).toEqual([]);
  expect(dnsProbe.reach?.({ name: "shop.example", resolver: "inner" }, config, "params")).toMatchObject({
    urls: ["dns:shop.example"],
    problems: [],
  });
  expect(dnsProbe.reach?.({ name: "shop.example", resolver: "other" }, config, "params").problems).toMatchObject([
    { code: "source-not-configured", at: "params.resolver" },
  ]);
});

test("a resolver at an address that the policy does not allow is not asked", async () => {
  const config = configOf({ sources: { inner: { kind: "dns", server: "metadata.google.internal", port: 53 } } });
  expect((await failureOf(ask({ name: "shop.example" }, config))).code).toBe("host-not-allowed");
});

describe("sources check of a resolver", () => {
  test("says that it answers", async () => {
    const { port } = await dnsServer(ZONE);
    const config = resolverAt(port);
    const verdict = await checkSource("inner", config.sources.inner as Source, contextAt(config));
    expect(verdict).toMatchObject({ ok: true, says: expect.stringMatching(/^it answered in \d+ ms$/) });
  });

  test("says that it does not", async () => {
    const { port } = await dnsServer({ " NS": "silent" });
    const config = resolverAt(port);
    const verdict = await checkSource("inner", config.sources.inner as Source, contextAt(config));
    expect(verdict).toMatchObject({ ok: false, problem: { code: "timed-out", at: "sources.inner" } });
  });
});
