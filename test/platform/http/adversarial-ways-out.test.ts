/** The same set of hostile URLs against the other ways out: the browser's proxy and the fetch of MCP servers. */
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { mcpFetch } from "../../../src/activities/connectors/mcp/http.js";
import { toolFailure } from "../../../src/platform/failure.js";
import { type BrowserProxy, startBrowserProxy } from "../../../src/platform/http/browser-proxy.js";
import type { NetworkRules } from "../../../src/platform/http/check-url.js";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";
import { createHostGuard } from "../../../src/platform/http/host-guard.js";
import type { Hop } from "../../../src/platform/http/send.js";
import { hasSsrfRows, lookupOf, type SsrfRow, ssrfPolicies, ssrfRows, wanted } from "../../support/ssrf-rows.js";

const COLUMNS = [
  ["policy", "expect"],
  ["policy_open", "expect_open"],
] as const;

/** Sends one request as it stands and reads until the proxy closes. */
function speak({ server }: BrowserProxy, lines: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server).port), "127.0.0.1", () => socket.end(lines));
    let answer = "";
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

/** What the proxy lets through of a row, as a browser would ask for it and as it stands; nothing is connected to. */
async function admitted(row: SsrfRow, network: NetworkRules, everyAnswer: string | undefined): Promise<string[][]> {
  const guard = createHostGuard({ network, declaredUrls: [], lookup: lookupOf(row, everyAnswer) });
  let passed: string[] = [];
  const proxy = await startBrowserProxy({
    hosts: {
      async resolve(host, port, call) {
        const place = await guard.resolve(host, port, call);
        passed.push(...place.addresses.map(({ address }) => address));
        throw toolFailure("source-unreachable", "this test connects to nothing");
      },
    },
    isNamed: () => true,
    signal: new AbortController().signal,
  });
  const sign = `proxy-authorization: Basic ${Buffer.from(`autoops:${proxy.password}`).toString("base64")}\r\n`;
  const tried: string[][] = [];
  const ask = async (head: string): Promise<void> => {
    passed = [];
    await speak(proxy, `${head}\r\nhost: x\r\n${sign}connection: close\r\n\r\n`);
    tried.push(passed);
  };
  let base = row.url;
  for (const text of [row.url, ...(row.chain ?? []).map(({ location }) => location)]) {
    if (!URL.canParse(text, base)) {
      // A browser asks for nothing; whoever speaks to the proxy itself may.
      await ask(`GET ${text} HTTP/1.1`);
      continue;
    }
    const url = new URL(text, base);
    base = url.href;
    const port = url.port || (url.protocol === "https:" ? "443" : "80");
    if (url.protocol === "https:") await ask(`CONNECT ${url.hostname}:${port} HTTP/1.1`);
    else await ask(`GET ${url.href} HTTP/1.1`);
  }
  await proxy.close();
  return tried;
}

/** Spellings that the URL itself is refused for, and that no browser's proxy ever sees: a user, another scheme. */
const isPlain = (row: SsrfRow): boolean => {
  if (!URL.canParse(row.url)) return false;
  const { username, password, protocol } = new URL(row.url);
  return username === "" && password === "" && /^https?:$/.test(protocol) && !/@/.test(row.url.split(/[?#]/)[0] ?? "");
};

describe.skipIf(!hasSsrfRows)("the browser's proxy (skipped where ../shared/data is absent)", () => {
  const policies = ssrfPolicies();
  test.each(COLUMNS)("lets no URL through that %s denies, and every one that it allows", async (name, column) => {
    const wrong: string[] = [];
    for (const row of ssrfRows()) {
      const { deny, allow, everyAnswer } = wanted(row, column);
      const tried = await admitted(row, policies[name] ?? {}, everyAnswer);
      const passes = tried.every((addresses) => addresses.length > 0);
      if (deny && passes && isPlain(row)) wrong.push(`${row.id} ${row.url} came through to ${tried.join(" then ")}`);
      if (allow && !passes) wrong.push(`${row.id} ${row.url} did not`);
    }
    expect(wrong).toEqual([]);
  });

  test("who does not know its password, or asks for what is no place, gets nothing", async () => {
    const asked: string[] = [];
    const proxy = await startBrowserProxy({
      hosts: {
        async resolve(host) {
          asked.push(host);
          throw toolFailure("host-not-allowed", "no");
        },
      },
      isNamed: () => true,
      signal: new AbortController().signal,
    });
    expect(await speak(proxy, "GET http://a.example/ HTTP/1.1\r\nhost: a\r\n\r\n")).toContain("407");
    expect(await speak(proxy, "CONNECT a.example:443 HTTP/1.1\r\nhost: a\r\n\r\n")).toContain("407");
    const sign = `proxy-authorization: Basic ${Buffer.from(`autoops:${proxy.password}`).toString("base64")}`;
    for (const head of [
      "GET / HTTP/1.1",
      "GET ftp://a.example/ HTTP/1.1",
      "CONNECT user@a.example:443 HTTP/1.1",
      "CONNECT a.example HTTP/1.1",
    ]) {
      expect(await speak(proxy, `${head}\r\nhost: a\r\n${sign}\r\n\r\n`), head).toContain("403");
    }
    expect(asked).toEqual([]);
    expect(await speak(proxy, `CONNECT a.example:443 HTTP/1.1\r\nhost: a\r\n${sign}\r\n\r\n`)).toContain(
      "x-autoops-refused: host-not-allowed",
    );
    expect(asked).toEqual(["a.example"]);
    await proxy.close();
  });
});

describe.skipIf(!hasSsrfRows)("the fetch of MCP servers (skipped where ../shared/data is absent)", () => {
  const policies = ssrfPolicies();
  test.each(COLUMNS)("asks no URL that %s denies, and follows no redirect", async (name, column) => {
    const wrong: string[] = [];
    for (const row of ssrfRows()) {
      const { deny, allow, everyAnswer } = wanted(row, column);
      const hops: Hop[] = [];
      const guarded = createGuardedFetch({
        network: policies[name] ?? {},
        declaredUrls: [],
        resolveSecret: () => "",
        lookup: lookupOf(row, everyAnswer),
        send: async (hop) => {
          const redirect = row.chain?.[hops.length];
          hops.push(hop);
          const headers: Record<string, string> = redirect === undefined ? {} : { location: redirect.location };
          return { status: redirect?.status ?? 200, headers, text: "{}" };
        },
      });
      const server = { transport: "http" as const, url: row.url, tools: {} };
      try {
        const fetch = mcpFetch(server, guarded, new AbortController().signal, () => undefined);
        await fetch(new URL(row.url), { method: "POST", body: "{}" });
      } catch {
        // Refused; that nothing was sent is looked at below.
      }
      const isChain = row.chain !== undefined;
      if (deny && !isChain && hops.length > 0) wrong.push(`${row.id} ${row.url} was asked`);
      if ((allow || isChain) && hops.length !== 1) wrong.push(`${row.id} ${row.url}: ${hops.length} requests`);
    }
    expect(wrong).toEqual([]);
  });
});
