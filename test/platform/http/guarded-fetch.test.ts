/** The guarded fetch against real servers on this machine: pinning, redirects, secrets, limits, failures. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { HttpFailure } from "../../../src/platform/http/failure.js";
import { createGuardedFetch, type GuardedFetchOptions } from "../../../src/platform/http/guarded-fetch.js";
import { createSecretResolver } from "../../../src/platform/secrets.js";
import { RESPONSE_MAX_BYTES } from "../../../src/vocabulary/limits.js";

const closing: Array<() => Promise<void>> = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

interface Served {
  url: string;
  port: number;
  requests: Array<{ method: string; url: string; headers: IncomingMessage["headers"]; body: string }>;
}

async function serve(answer: RequestListener): Promise<Served> {
  const requests: Served["requests"] = [];
  const server: Server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, requests };
}

const secrets = createSecretResolver((name) => ({ TOKEN: "s3cr3t-value", PAIR: "ann:pass", BROKEN: "a\nb" })[name]);
const make = (options: Partial<GuardedFetchOptions> = {}) =>
  createGuardedFetch({ network: {}, declaredUrls: [], resolveSecret: secrets, ...options });

async function failure(work: Promise<unknown>): Promise<HttpFailure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error as HttpFailure;
}

describe("what is reached", () => {
  test("a declared place on loopback answers, with its status, headers, text and time", async () => {
    const server = await serve((_, response) => response.writeHead(404, { "x-a": "b" }).end("nothing"));
    const answer = await make({ declaredUrls: [server.url] })(`${server.url}/x?y=1`);
    expect(answer).toMatchObject({ status: 404, text: "nothing", url: `${server.url}/x?y=1` });
    expect(answer.headers["x-a"]).toBe("b");
    expect(answer.ms).toBeGreaterThanOrEqual(0);
    expect(server.requests.map((request) => request.url)).toEqual(["/x?y=1"]);
  });

  test("an undeclared place on loopback is refused, and nothing arrives there", async () => {
    const server = await serve((_, response) => response.end());
    const refused = await failure(make({ network: { allowed_hosts: ["*"] } })(server.url));
    expect(refused).toMatchObject({ code: "address-not-allowed", sent: false });
    expect(server.requests).toEqual([]);
  });

  test("a name is resolved once, all its answers are checked, and the connection goes to the checked one", async () => {
    const server = await serve((request, response) => response.end(request.headers.host));
    let asked = 0;
    const fetch = make({
      network: { allowed_hosts: ["shop.example"], allowed_private: ["127.0.0.1/32"] },
      lookup: async () => (asked++ === 0 ? [{ address: "127.0.0.1", family: 4 }] : [{ address: "9.9.9.9", family: 4 }]),
    });
    const answer = await fetch(`http://shop.example:${server.port}/`);
    expect(answer.text).toBe(`shop.example:${server.port}`);
    expect(asked).toBe(1);
  });

  test("a name with one private answer among public ones is refused whole", async () => {
    let sends = 0;
    const fetch = make({
      network: { allowed_hosts: ["shop.example"] },
      lookup: async () => [
        { address: "93.184.215.14", family: 4 },
        { address: "::ffff:10.0.0.1", family: 6 },
      ],
      send: async () => {
        sends++;
        return { status: 200, headers: {}, text: "" };
      },
    });
    expect(await failure(fetch("http://shop.example/"))).toMatchObject({ code: "address-not-allowed", sent: false });
    expect(sends).toBe(0);
  });

  test("a declared name that resolves to a private address is refused: a name is never enough", async () => {
    const fetch = make({
      declaredUrls: ["http://shop.example/"],
      lookup: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    expect((await failure(fetch("http://shop.example/"))).code).toBe("address-not-allowed");
  });

  test("a blocked address is refused under whatever name it stands", async () => {
    const fetch = make({
      network: { allowed_hosts: ["*"], blocked_hosts: ["93.184.215.14"] },
      lookup: async () => [{ address: "93.184.215.14", family: 4 }],
    });
    expect((await failure(fetch("http://shop.example/"))).code).toBe("host-not-allowed");
  });
});

describe("redirects", () => {
  test("are followed within one origin, with the method that HTTP asks for", async () => {
    const server = await serve((request, response) => {
      const status = Number(request.url?.slice(1));
      if (status > 0) response.writeHead(status, { location: "/end" }).end();
      else response.end("done");
    });
    const fetch = make({ declaredUrls: [server.url] });
    for (const [status, method] of [
      [301, "GET"],
      [302, "GET"],
      [303, "GET"],
      [307, "POST"],
      [308, "POST"],
    ]) {
      server.requests.length = 0;
      const headers = { "content-type": "application/json", authorization: "Bearer env:TOKEN" };
      const answer = await fetch(`${server.url}/${status}`, { method: "POST", body: "{}", headers });
      expect(answer.url).toBe(`${server.url}/end`);
      const last = server.requests[1];
      expect(last).toMatchObject({ method, body: method === "POST" ? "{}" : "" });
      expect(last?.headers.authorization).toBe("Bearer s3cr3t-value");
      expect(last?.headers["content-type"]).toBe(method === "POST" ? "application/json" : undefined);
    }
  });

  test("to another origin take no secret and no header of ours along", async () => {
    const other = await serve((_, response) => response.end("other"));
    const first = await serve((_, response) => response.writeHead(302, { location: other.url }).end());
    const fetch = make({
      network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] },
      declaredUrls: [first.url],
    });
    const headers = { authorization: "Bearer env:TOKEN", "X-Plain": "kept at home", accept: "text/plain" };
    expect((await fetch(first.url, { headers })).text).toBe("other");
    expect(first.requests[0]?.headers).toMatchObject({
      authorization: "Bearer s3cr3t-value",
      "x-plain": "kept at home",
    });
    const received = other.requests[0]?.headers ?? {};
    expect(received.accept).toBe("text/plain");
    expect(received.authorization).toBeUndefined();
    expect(received["x-plain"]).toBeUndefined();
  });

  test("to a private address are refused, and nothing arrives there", async () => {
    const inner = await serve((_, response) => response.end("inner"));
    const first = await serve((_, response) => response.writeHead(302, { location: `${inner.url}/admin` }).end());
    const refused = await failure(make({ declaredUrls: [first.url] })(first.url));
    expect(refused).toMatchObject({ code: "address-not-allowed", sent: true });
    expect(inner.requests).toEqual([]);
  });

  test("from outside to a declared place on loopback are refused: only its own caller may reach it", async () => {
    const inner = await serve((_, response) => response.end("inner"));
    const fetch = make({
      declaredUrls: [inner.url, "https://outside.example/"],
      lookup: async () => [{ address: "93.184.215.14", family: 4 }],
      send: async () => ({ status: 302, headers: { location: inner.url }, text: "" }),
    });
    expect((await failure(fetch("https://outside.example/"))).code).toBe("address-not-allowed");
    expect(inner.requests).toEqual([]);
    expect((await make({ declaredUrls: [inner.url] })(inner.url)).text).toBe("inner");
  });

  test("that go round end after five, and one that is refused is returned as it is", async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: "/again" }).end());
    const fetch = make({ declaredUrls: [server.url] });
    expect((await failure(fetch(server.url))).code).toBe("source-answer-invalid");
    expect(server.requests).toHaveLength(6);
    expect((await fetch(server.url, { redirect: "refuse" })).status).toBe(302);
    expect(server.requests).toHaveLength(7);
  });

  test("to another scheme or to a repaired URL are refused", async () => {
    for (const location of ["file:///etc/passwd", "http:/\\evil.example", "ftp://127.0.0.1/"]) {
      const server = await serve((_, response) => response.writeHead(302, { location }).end());
      expect((await failure(make({ declaredUrls: [server.url] })(server.url))).code).toBe("url-invalid");
    }
  });
});

describe("secrets", () => {
  test("are resolved into the header, encoded behind Basic, and stand in no answer", async () => {
    const server = await serve((_, response) => response.end());
    const fetch = make({ declaredUrls: [server.url] });
    await fetch(server.url, { headers: { authorization: "Basic env:PAIR", "x-key": "env:TOKEN" } });
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ann:pass").toString("base64")}`);
    expect(server.requests[0]?.headers["x-key"]).toBe("s3cr3t-value");
  });

  test("do not go over plain HTTP to another machine", async () => {
    let sends = 0;
    const fetch = make({
      network: { allowed_hosts: ["shop.example"] },
      lookup: async () => [{ address: "93.184.215.14", family: 4 }],
      send: async () => {
        sends++;
        return { status: 200, headers: {}, text: "" };
      },
    });
    const headers = { authorization: "Bearer env:TOKEN" };
    const refused = await failure(fetch("http://shop.example/", { headers }));
    expect(refused.code).toBe("secret-over-http");
    expect(refused.message).not.toContain("s3cr3t");
    expect(sends).toBe(0);
    await fetch("https://shop.example/", { headers });
    expect(sends).toBe(1);
  });

  test("that are not set or cannot stand in a header are named and not shown, and nothing is sent", async () => {
    const server = await serve((_, response) => response.end());
    const fetch = make({ declaredUrls: [server.url] });
    expect(await failure(fetch(server.url, { headers: { a: "env:ABSENT" } }))).toMatchObject({
      code: "secret-missing",
    });
    const broken = await failure(fetch(server.url, { headers: { a: "Bearer env:BROKEN" } }));
    expect(broken.message).toContain("env:BROKEN");
    expect(broken.message).not.toContain("a\nb");
    expect(server.requests).toEqual([]);
  });
});

describe("limits and failures", () => {
  test("an answer over the limit is cut off while it streams", async () => {
    const chunk = Buffer.alloc(1_000_000);
    const server = await serve((_, response) => {
      const write = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", write);
      write();
    });
    const refused = await failure(make({ declaredUrls: [server.url] })(server.url));
    expect(refused).toMatchObject({ code: "response-too-large", sent: true });
    expect(refused.message).toContain(String(RESPONSE_MAX_BYTES));
  });

  test("a server that never answers is timed out, and a cancelled request ends as cancelled", async () => {
    const arrived: Array<() => void> = [];
    const server = await serve(() => arrived.shift()?.());
    const fetch = make({ declaredUrls: [server.url] });
    const late = await failure(fetch(`${server.url}/?key=hidden`, { timeoutMs: 50 }));
    expect(late).toMatchObject({ code: "timed-out", sent: true });
    expect(late.message).not.toContain("hidden");
    const abort = new AbortController();
    arrived.push(() => abort.abort());
    const ended = await failure(fetch(server.url, { signal: abort.signal }));
    expect(ended).toMatchObject({ code: "cancelled", sent: true });
  });

  test("a refused connection was not sent, a reset one may have been", async () => {
    const closed = await serve((_, response) => response.end());
    await Promise.all(closing.splice(0).map((close) => close()));
    const refused = await failure(make({ declaredUrls: [closed.url] })(`${closed.url}/path?key=hidden`));
    expect(refused).toMatchObject({ code: "source-unreachable", sent: false });
    expect(refused.message).toContain(`127.0.0.1:${closed.port}`);
    expect(refused.message).not.toContain("hidden");

    const server = createTcpServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closing.push(async () => void (await new Promise((resolve) => server.close(resolve))));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const lost = await failure(make({ declaredUrls: [url] })(url, { method: "POST", body: "{}" }));
    expect(lost).toMatchObject({ code: "source-unreachable", sent: true });
  });

  test("a name without an address and a resolver that fails are told", async () => {
    const network = { allowed_hosts: ["shop.example"] };
    const none = make({ network, lookup: async () => [] });
    expect((await failure(none("http://shop.example/"))).code).toBe("source-unreachable");
    const broken = make({
      network,
      lookup: () => Promise.reject(Object.assign(new Error("x"), { code: "ENOTFOUND" })),
    });
    expect((await failure(broken("http://shop.example/"))).message).toContain("no such name");
  });

  test("a proxy that the environment names is not used", async () => {
    const proxy = await serve((_, response) => response.end("proxied"));
    const server = await serve((_, response) => response.end("direct"));
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NODE_USE_ENV_PROXY: "1" });
    try {
      expect((await make({ declaredUrls: [server.url] })(server.url)).text).toBe("direct");
    } finally {
      process.env = before;
    }
    expect(proxy.requests).toEqual([]);
  });

  test("a failure is always an HttpFailure where the network is concerned", async () => {
    expect(await failure(make()("http://shop.example/"))).toBeInstanceOf(HttpFailure);
  });
});
