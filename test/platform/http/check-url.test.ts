/** The network policy's verdict on URLs: schemes, hosts, patterns, addresses, declared places. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { declaredUrls } from "../../../src/app/declared-urls.js";
import { checkUrl, type NetworkRules } from "../../../src/platform/http/check-url.js";

const OPEN: NetworkRules = { allowed_hosts: ["*"] };
const codeOf = (url: string, network: NetworkRules = OPEN, declared: string[] = []): string => {
  const verdict = checkUrl(url, network, declared);
  return verdict.ok ? "ok" : verdict.problem.code;
};

describe("what a URL must look like", () => {
  test.each([
    ["ftp://example.com/", "another scheme"],
    ["example.com", "no scheme"],
    ["http:example.com", "a scheme without slashes"],
    ["http:///example.com", "an empty host"],
    ["http://user@example.com/", "a user name"],
    ["http://:@example.com/", "empty user information"],
    ["http://example.com:0/", "port 0"],
    ["http://example.com:99999/", "a port too high"],
    ["http://example.com\\@evil.example/", "a backslash"],
    [" http://example.com/", "a blank"],
    ["http://exa\tmple.com/", "a tab"],
    ["http://a..example.com/", "an empty label"],
    ["http://*.example.com/", "a star"],
    [`http://${"a".repeat(64)}.com/`, "a label too long"],
    [`http://example.com/${"a".repeat(9_000)}`, "too many characters"],
    ["http://[fe80::1%25eth0]/", "a zone id"],
  ])("%s is refused for %s", (url) => {
    expect(codeOf(url)).toBe("url-invalid");
  });

  test("an ordinary URL passes, with capitals, a final dot, a port, a query and a fragment", () => {
    for (const url of [
      "https://example.com",
      "HTTPS://Example.COM./a?b=c#d",
      "http://example.com:8080/x@y",
      "https://example.com/q?query=up{job='x'}",
      "https://bücher.example/",
    ]) {
      expect(codeOf(url), url).toBe("ok");
    }
  });

  test("no text makes the check throw", () => {
    fc.assert(fc.property(fc.string(), (text) => ["ok", "url-invalid"].includes(codeOf(text)) || text.includes("://")));
    fc.assert(fc.property(fc.webUrl({ withFragments: true }), (url) => typeof codeOf(url) === "string"));
  });
});

describe("the lists of hosts", () => {
  const listed: NetworkRules = {
    allowed_hosts: ["*.shop.example", "api-*.vendor.example", "plain.example", "1.1.1.1"],
    blocked_hosts: ["bad.shop.example", "*.evil.shop.example"],
  };
  test.each([
    ["http://a.shop.example/", "ok"],
    ["http://a.b.shop.example/", "ok"],
    ["http://shop.example/", "host-not-allowed"],
    ["http://notshop.example/", "host-not-allowed"],
    ["http://shop.example.evil/", "host-not-allowed"],
    ["http://api-eu.vendor.example/", "ok"],
    ["http://api-eu.x.vendor.example/", "host-not-allowed"],
    ["http://PLAIN.example./", "ok"],
    ["http://bad.shop.example/", "host-not-allowed"],
    ["http://bad.shop.example./", "host-not-allowed"],
    ["http://b%61d.shop.example/", "host-not-allowed"],
    ["http://x.evil.shop.example/", "host-not-allowed"],
    ["http://1.1.1.1/", "ok"],
    ["http://0x01.1.1.1/", "ok"],
    ["http://1.1.1.2/", "host-not-allowed"],
  ])("%s is %s", (url, code) => {
    expect(codeOf(url, listed)).toBe(code);
  });

  test("an empty allow list allows nothing, and blocking beats allowing", () => {
    expect(codeOf("http://example.com/", { allowed_hosts: [] })).toBe("host-not-allowed");
    expect(codeOf("http://example.com/", { allowed_hosts: ["*"], blocked_hosts: ["*"] })).toBe("host-not-allowed");
  });

  test("without an allow list only the hosts of declared places are allowed", () => {
    const declared = ["https://metrics.example/api"];
    expect(codeOf("https://metrics.example/other", {}, declared)).toBe("ok");
    expect(codeOf("https://other.example/", {}, declared)).toBe("host-not-allowed");
    expect(codeOf("https://metrics.example/", {})).toBe("host-not-allowed");
  });

  test("an allow list that leaves out a declared host keeps it out", () => {
    expect(codeOf("https://a.example/", { allowed_hosts: ["b.example"] }, ["https://a.example/"])).toBe(
      "host-not-allowed",
    );
  });
});

describe("addresses", () => {
  test.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0/",
    "http://10.1.2.3/",
    "http://100.100.100.200/",
    "http://169.254.169.254/latest/",
    "http://168.63.129.16/",
    "http://192.0.2.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[2620:1::5efe:a00:1]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[4000::1]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://a.localhost/",
    "http://metadata.google.internal/",
    "http://printer.local/",
  ])("%s is refused however open the list of hosts is", (url) => {
    expect(codeOf(url)).toBe("address-not-allowed");
  });

  test.each(["http://93.184.215.14/", "http://172.32.0.1/", "http://[2606:4700::1111]/", "http://[64:ff9b::808:808]/"])(
    "%s is public",
    (url) => {
      expect(codeOf(url)).toBe("ok");
    },
  );

  test("a private range may be opened, and opens nothing else", () => {
    const network = { ...OPEN, allowed_private: ["10.0.0.0/8", "fd00::/8"] };
    expect(codeOf("http://10.9.9.9/", network)).toBe("ok");
    expect(codeOf("http://[::ffff:10.9.9.9]/", network)).toBe("ok");
    expect(codeOf("http://[fd12::1]/", network)).toBe("ok");
    expect(codeOf("http://192.168.0.1/", network)).toBe("address-not-allowed");
    expect(codeOf("http://127.0.0.1/", network)).toBe("address-not-allowed");
    expect(codeOf("http://localhost/", network)).toBe("address-not-allowed");
    expect(codeOf("http://localhost/", { ...OPEN, allowed_private: ["127.0.0.0/8"] })).toBe("ok");
  });

  test("a declared place on loopback is implied for its own scheme, host and port alone", () => {
    const declared = ["http://127.0.0.1:9090/metrics"];
    expect(codeOf("http://127.0.0.1:9090/api", {}, declared)).toBe("ok");
    expect(codeOf("http://127.0.0.1:9091/", {}, declared)).toBe("address-not-allowed");
    expect(codeOf("https://127.0.0.1:9090/", {}, declared)).toBe("address-not-allowed");
    expect(codeOf("http://localhost:9090/", {}, declared)).toBe("host-not-allowed");
  });

  test("a declared metadata address is not implied: only loopback and private ones are", () => {
    expect(codeOf("http://169.254.169.254/", {}, ["http://169.254.169.254/"])).toBe("address-not-allowed");
  });
});

test("the declared URLs are those of sources, targets, their states and channels", () => {
  const urls = declaredUrls({
    files: { roots: [] },
    sources: {
      a: { kind: "prometheus", url: "http://a/" },
      b: { kind: "files", path: "/x", format: "json", time_field: "t", level_field: "l", message_field: "m" },
    },
    targets: {
      t: {
        kind: "http",
        actions: {
          rollback: {
            method: "POST",
            url: "http://t/",
            expect_status: [200],
            idempotency: "none",
            state: { url: "http://s/", read: "v", done_when: "1" },
          },
        },
      },
    },
    channels: { c: { kind: "webhook", url: "http://c/" } },
  });
  expect(urls.sort()).toEqual(["http://a/", "http://c/", "http://s/", "http://t/"]);
});
