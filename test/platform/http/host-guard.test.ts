/** Hosts spoken to in another protocol than HTTP: the same verdicts as for URLs, and the addresses that were checked. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkName, checkReach, examineHost } from "../../../src/platform/http/check-reach.js";
import { checkUrl, type NetworkRules } from "../../../src/platform/http/check-url.js";
import { createHostGuard } from "../../../src/platform/http/host-guard.js";
import type { Lookup } from "../../../src/platform/http/resolve.js";
import { createWaysOut } from "../../../src/platform/http/ways-out.js";
import { publicData } from "../../support/public-data.js";
import { failureOf } from "../../support/tool-context.js";

const answering =
  (...addresses: string[]): Lookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

interface Parts {
  network?: NetworkRules;
  declared?: string[];
  lookup?: Lookup;
}
function guard({ network = {}, declared = [], lookup = answering("93.184.215.14") }: Parts = {}) {
  const asked: string[] = [];
  const noted: Lookup = (host) => {
    asked.push(host);
    return lookup(host);
  };
  return { asked, ...createHostGuard({ network, declaredUrls: declared, lookup: noted }) };
}

describe("a host and a port", () => {
  test("that the policy names become the addresses to connect to, in one spelling", async () => {
    const { resolve } = guard({
      network: { allowed_hosts: ["*.example.com"] },
      lookup: answering("93.184.215.14", "2606:2800:21f:cb07::1"),
    });
    expect(await resolve("Mail.Example.com.", 587)).toEqual({
      host: "mail.example.com",
      port: 587,
      isAddress: false,
      addresses: [
        { address: "93.184.215.14", family: 4 },
        { address: "2606:2800:21f:cb07::1", family: 6 },
      ],
    });
  });

  test.each([
    ["a host that no list names", { allowed_hosts: ["mail.example.com"] }, "other.example.com", "host-not-allowed"],
    ["a blocked host", { allowed_hosts: ["*"], blocked_hosts: ["*.example.com"] }, "a.example.com", "host-not-allowed"],
    ["an undeclared host, with no list", {}, "mail.example.com", "host-not-allowed"],
    ["loopback", { allowed_hosts: ["*"] }, "127.0.0.1", "address-not-allowed"],
    ["loopback as one number", { allowed_hosts: ["*"] }, "2130706433", "address-not-allowed"],
    ["loopback in hex", { allowed_hosts: ["*"] }, "0x7f.1", "address-not-allowed"],
    ["loopback in wide digits", { allowed_hosts: ["*"] }, "１２７.0.0.1", "address-not-allowed"],
    ["loopback in IPv6", { allowed_hosts: ["*"] }, "[::ffff:127.0.0.1]", "address-not-allowed"],
    ["IPv6 without brackets", { allowed_hosts: ["*"] }, "::1", "address-not-allowed"],
    ["this machine's name", { allowed_hosts: ["*"] }, "LOCALHOST", "address-not-allowed"],
    ["a metadata service", { allowed_hosts: ["*"] }, "metadata.google.internal", "address-not-allowed"],
    ["a private address", { allowed_hosts: ["*"] }, "10.0.0.7", "address-not-allowed"],
    ["a URL", { allowed_hosts: ["*"] }, "http://mail.example.com", "url-invalid"],
    ["a user's name", { allowed_hosts: ["*"] }, "ann@mail.example.com", "url-invalid"],
    ["a port in the host", { allowed_hosts: ["*"] }, "mail.example.com:25", "url-invalid"],
    ["a path", { allowed_hosts: ["*"] }, "mail.example.com/x", "url-invalid"],
    ["percent signs", { allowed_hosts: ["*"] }, "loc%61lhost", "url-invalid"],
    ["a zone", { allowed_hosts: ["*"] }, "fe80::1%eth0", "url-invalid"],
    ["nothing", { allowed_hosts: ["*"] }, "", "url-invalid"],
  ])("are refused for %s, and DNS is not asked", async (_, network, host, code) => {
    const { resolve, asked } = guard({ network });
    expect((await failureOf(resolve(host, 587))).code).toBe(code);
    expect(asked).toEqual([]);
  });

  test.each([0, -1, 65_536, 2.5, Number.NaN])("need a port, which %s is not", async (port) => {
    const failure = await failureOf(guard({ network: { allowed_hosts: ["*"] } }).resolve("mail.example.com", port));
    expect(failure).toMatchObject({ code: "url-invalid", message: "the port must be from 1 to 65535" });
  });

  test("are refused whole where one of the addresses is not public", async () => {
    const { resolve } = guard({
      network: { allowed_hosts: ["mail.example.com"] },
      lookup: answering("93.184.215.14", "169.254.169.254"),
    });
    expect((await failureOf(resolve("mail.example.com", 25))).code).toBe("address-not-allowed");
  });

  test("pass with a private address where the policy holds its range", async () => {
    const network = { allowed_hosts: ["mail.example.com"], allowed_private: ["10.0.0.0/8"] };
    const { resolve } = guard({ network, lookup: answering("10.1.2.3") });
    expect((await resolve("mail.example.com", 25)).addresses).toEqual([{ address: "10.1.2.3", family: 4 }]);
  });

  test("on loopback pass where config.yaml declares this host with this port, in whatever scheme", async () => {
    const { resolve } = guard({ declared: ["smtp://127.0.0.1:2525", "https://[::1]"] });
    expect((await resolve("127.0.0.1", 2525)).addresses).toEqual([{ address: "127.0.0.1", family: 4 }]);
    expect((await resolve("::1", 443)).addresses).toEqual([{ address: "::1", family: 6 }]);
    expect((await failureOf(resolve("127.0.0.1", 2526))).code).toBe("address-not-allowed");
    expect((await failureOf(resolve("127.0.0.2", 2525))).code).toBe("host-not-allowed");
  });

  test("that no resolver knows are unreachable", async () => {
    const lookup = () => Promise.reject(Object.assign(new Error(), { code: "ENOTFOUND" }));
    const { resolve } = guard({ network: { allowed_hosts: ["*"] }, lookup });
    expect(await failureOf(resolve("gone.example.com", 25))).toMatchObject({
      code: "source-unreachable",
      message: "gone.example.com has no address: no such name",
    });
  });

  test("end in time, and with the node", async () => {
    const { resolve } = guard({ network: { allowed_hosts: ["*"] }, lookup: () => new Promise(() => undefined) });
    expect((await failureOf(resolve("slow.example.com", 25, { timeoutMs: 20 }))).code).toBe("timed-out");
    const signal = AbortSignal.abort();
    expect((await failureOf(resolve("slow.example.com", 25, { signal }))).code).toBe("cancelled");
  });
});

describe("a name that is only asked of DNS", () => {
  test("needs the policy's lists alone: nothing is connected to", () => {
    const network = { allowed_hosts: ["*.internal", "_sip._tcp.example.com"], blocked_hosts: ["secret.internal"] };
    expect(checkName("db.internal", network, []).ok).toBe(true);
    expect(checkName("_SIP._tcp.example.com.", network, []).ok).toBe(true);
    for (const [name, code] of [
      ["secret.internal", "host-not-allowed"],
      ["stolen-data.evil.test", "host-not-allowed"],
      ["10.0.0.1", "url-invalid"],
      ["a b.internal", "url-invalid"],
    ] as const) {
      expect.soft(checkName(name, network, []), name).toMatchObject({ ok: false, problem: { code } });
    }
  });

  test("may be a declared host", () => {
    expect(checkName("shop.example.com", {}, ["https://shop.example.com/x"]).ok).toBe(true);
    expect(checkName("other.example.com", {}, ["https://shop.example.com/x"]).ok).toBe(false);
  });
});

test("what a tool would reach is checked before it runs, by its kind", () => {
  const network = { allowed_hosts: ["shop.example.com", "*.internal"] };
  expect(checkReach("tcp://shop.example.com:8443", network).ok).toBe(true);
  expect(checkReach("tcp://::1:8443", { allowed_hosts: ["*"] }).ok).toBe(false);
  expect(checkReach("tcp://db.internal:5432", network).ok).toBe(false);
  expect(checkReach("tcp://shop.example.com", network).ok).toBe(false);
  expect(checkReach("dns:db.internal", network).ok).toBe(true);
  expect(checkReach("gopher://shop.example.com/", network).ok).toBe(false);
  expect(checkReach("https://shop.example.com/", network).ok).toBe(true);
});

test("a worker's guard follows the policy as it is at the call, and lets nothing out where that is broken", async () => {
  let policy: { ok: true; policy: { network: NetworkRules } } | { ok: false } = { ok: false };
  const { hosts } = createWaysOut(
    async () => policy,
    [],
    () => "",
  );
  expect((await failureOf(hosts.resolve("192.0.2.1", 25))).code).toBe("host-not-allowed");
  policy = { ok: true, policy: { network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] } } };
  expect((await hosts.resolve("127.0.0.1", 25)).addresses).toHaveLength(1);
  await expect(hosts.checkName("shop.example.com")).rejects.toMatchObject({ code: "host-not-allowed" });
});

const ROWS = publicData("adversarial/ssrf.jsonl");
test.skipIf(!existsSync(ROWS))("hosts of hostile URLs get the verdict of the URL check (skipped: no data)", () => {
  const network = { allowed_hosts: ["*"] };
  let compared = 0;
  for (const line of readFileSync(ROWS, "utf8").trim().split("\n")) {
    const { url } = JSON.parse(line) as { url: string };
    if (!URL.canParse(url) || !/^https?:\/\/[^@\\%]*$/.test(url)) continue;
    const { hostname, port } = new URL(url);
    if (hostname === "" || port === "0" || !checkUrl(`http://${hostname}/`, network).ok) continue;
    expect.soft(examineHost(hostname, Number(port || 80), network, []).ok, url).toBe(true);
    compared++;
  }
  for (const line of readFileSync(ROWS, "utf8").trim().split("\n")) {
    const { url } = JSON.parse(line) as { url: string };
    const host = /^https?:\/\/([^/?#\\@]+?)(?::\d*)?(?:[/?#]|$)/.exec(url)?.[1];
    if (host === undefined || checkUrl(`http://${host}/`, network).ok) continue;
    expect.soft(examineHost(host, 80, network, []).ok, url).toBe(false);
    compared++;
  }
  expect(compared).toBeGreaterThan(40);
});
