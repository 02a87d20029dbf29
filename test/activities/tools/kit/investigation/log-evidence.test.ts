import { describe, expect, test } from "vitest";
import { bySign, type Log, signOf } from "../../../../../src/activities/tools/kit/investigation/log-evidence.js";
import type { KeptEntry } from "../../../../../src/activities/tools/logs/selection.js";

const NOW = Date.parse("2026-11-22T10:00:00Z");
const service = (name: string, kind: string, more = {}) => ({
  ...{ name, kinds: [kind], labels: {}, instances: [], also: [], calls: [], runs_on: [], signals: {} },
  ...more,
});
const SERVICES = [
  service("edge", "nginx", { calls: ["shop"] }),
  service("shop", "service", { also: ["10.0.0.5:8080"], calls: ["cache"] }),
  service("cache", "redis", { also: ["10.0.0.6:6379"] }),
  service("cache-proxy", "service", { calls: ["cache"] }),
];
const log = (name: string): Log => ({ source: `${name}-log`, service: name, services: SERVICES, since: "1h" });
/** Lines that end so many seconds ago, one each `every` seconds. */
const lines = (message: string, { count = 20, every = 1, endedSeconds = 2 } = {}): KeptEntry[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ timeMs: NOW - (endedSeconds + (count - 1 - index) * every) * 1_000, level: "error" as const, message },
  })) as KeptEntry[];
const tell = (message: string, name: string, more = {}) => {
  const group = lines(message, more);
  return signOf(group, group, log(name), NOW)[0];
};
const NGINX = (address: string) =>
  `[error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, request: "GET / HTTP/1.1", upstream: "http://${address}/", host: "10.0.0.1:80"`;

describe("a log line that tells of what its writer calls", () => {
  test.each([
    ["an address on the map", "edge", NGINX("10.0.0.5:8080"), "shop"],
    ["the usual port of a kind", "shop", "Error: connect ECONNREFUSED 10.1.1.1:6379", "cache"],
  ])("by %s is of that service", (_, name, message, about) => {
    expect(tell(message, name)).toMatchObject({ service: about, sign: "down", own: true });
  });

  test.each([
    ["edge", NGINX("10.0.0.5:8081"), "10.0.0.5:8081"],
    ["edge", NGINX("127.0.0.1:9"), "127.0.0.1:9"],
    ["shop", "ConnectionRefusedError: could not connect to billing.internal:9000", "billing.internal:9000"],
    ["shop", "dial tcp 10.9.9.9:4000: connect: connection refused", "10.9.9.9:4000"],
  ])("where nobody known listens blames the settings of %s", (name, message, address) => {
    const sign = tell(message, name);
    expect(sign).toMatchObject({ service: name, sign: "misconfigured", own: true });
    expect(sign?.text).toContain(address);
  });

  test.each([
    ['OperationalError: connection to server at "10.0.0.6", port 6379 failed: Connection refused', "cache"],
    [
      'could not connect to server: Connection refused. Is the server running on host "10.0.0.6" and accepting TCP/IP connections on port 6379?',
      "cache",
    ],
    ["ConnectionError: could not connect to host=10.0.0.6 port=6379", "cache"],
    ['msg="connection to server at \\"10.0.0.6\\", port 6379 failed: Connection refused"', "cache"],
  ])("finds host and port that stand apart: %s", (message, about) => {
    expect(tell(message, "shop")).toMatchObject({ service: about, sign: "down", own: true });
  });

  test.each(["GET http://10.0.0.5:8080/latest: context deadline exceeded", "http://10.0.0.5:8080/latest answered 503"])(
    "is all there is where nobody watches that: %s",
    (message) => {
      expect(tell(message, "edge")).toMatchObject({ service: "shop", own: true });
      const watched = SERVICES.map((one) => (one.name === "shop" ? { ...one, labels: { job: "shop" } } : one));
      const group = lines(message);
      expect(signOf(group, group, { ...log("edge"), services: watched }, NOW)[0]).toMatchObject({
        ...{ service: "shop", own: false },
      });
    },
  );

  test("that speaks of a server, a host or a probe means neither machines nor who watches", () => {
    const services = [...SERVICES.slice(0, 2), service("node", "node"), service("outside", "blackbox")];
    const group = lines('OperationalError: connection to server at "10.1.1.1", port 6000 failed: Connection refused');
    const told = signOf(group, group, { ...log("shop"), services }, NOW)[0];
    expect(told).toMatchObject({ service: "shop", sign: "misconfigured" });
    expect(told?.text).toContain("10.1.1.1:6000");
  });

  test("that names nobody at all tells little of its writer", () => {
    expect(tell("could not connect to the server", "shop")).toMatchObject({ service: "shop", own: false });
  });
});

describe("a store's log", () => {
  test.each([
    'ledger_old@shop FATAL: password authentication failed for user "ledger_old"',
    'shop@shop ERROR: relation "orders" does not exist at character 15',
  ])("tells of a client as much as of itself: %s", (message) => {
    const group = lines(message);
    const told = signOf(group, group, log("cache"), NOW)[0];
    expect(told).toMatchObject({ service: "cache", own: false });
    expect(told?.sure).toBeLessThan(0.5);
  });
});

describe("whether it goes on", () => {
  test("what cannot be reached any more is over although nothing was written since; a writer that was told to stop is stopped", () => {
    const over = { endedSeconds: 600 };
    expect(tell("Error: connect ECONNREFUSED 10.1.1.1:6000", "shop", over)?.current).toBe(false);
    expect(tell("LOG: received fast shutdown request", "cache", over)?.current).toBe(true);
  });

  test.each([
    ["a line each second that stopped a minute ago is over", { endedSeconds: 60 }, false],
    ["a line each second goes on", { endedSeconds: 5 }, true],
    ["a line each ten seconds goes on after a minute", { every: 10, endedSeconds: 60 }, true],
    ["one line tells of now for two minutes", { count: 1, endedSeconds: 100 }, true],
    ["one line of long ago does not", { count: 1, endedSeconds: 200 }, false],
  ])("%s", (_, more, current) => {
    expect(tell("Error: connect ECONNREFUSED 10.0.0.6:6379", "shop", more)?.current).toBe(current);
  });
});

describe("when it began, in a log that was silent before", () => {
  const group = lines("Error: connect ECONNREFUSED 10.0.0.6:6379");
  const firstMs = group[0]?.timeMs ?? 0;
  const onset = (more: Partial<Log>) => signOf(group, group, { ...log("shop"), ...more }, NOW)[0]?.onset;

  test("is known where all of its lines were read", () => {
    expect(onset({ wholeSinceMs: NOW - 3_600_000 })).toEqual({ fromMs: firstMs - 180_000, toMs: firstMs });
  });

  test("is not known where some were left out, or where the window began just before", () => {
    expect(onset({})).toEqual({ toMs: firstMs });
    expect(onset({ wholeSinceMs: firstMs - 10_000 })).toEqual({ toMs: firstMs });
  });
});

test.each([
  ["cache", "User requested shutdown...", "Ready to accept connections"],
  ["cache", "LOG:  received fast shutdown request", "LOG:  database system is ready to accept connections"],
  ["edge", "Server shop/shop1 is DOWN, reason: Layer4 connection problem", "Server shop/shop1 is UP, reason: ok"],
])("what %s lost is over once it is back", (name, lost, back) => {
  const group = lines(lost, { count: 1, endedSeconds: 60 });
  const later = lines(back, { count: 1, endedSeconds: 30 });
  expect(signOf(group, group, log(name), NOW)[0]?.current).toBe(true);
  expect(signOf(group, [...group, ...later], log(name), NOW)[0]?.current).toBe(false);
  const other = lines("Server shop/shop2 is fine", { count: 1, endedSeconds: 58 });
  expect(signOf(group, [...group, ...other], log(name), NOW)[0]?.current).toBe(true);
});

test("a single line of what may happen once in a while tells little; of an end, or of no room, one is enough", () => {
  const sureOf = (message: string, count: number) => tell(message, "shop", { count })?.sure ?? 0;
  const pool = "Connection is not available, request timed out after 2500ms";
  expect(sureOf(pool, 1)).toBeLessThan(0.5);
  expect(sureOf(pool, 5)).toBeGreaterThan(0.6);
  expect(sureOf("FATAL: out of memory", 1)).toBeGreaterThan(0.6);
  expect(sureOf("received SIGTERM, gracefully shutting down", 1)).toBeGreaterThan(0.5);
});

test("a writer that says at once that it begins is not stopped, however little it writes since", () => {
  const stopped = lines("LOG:  received fast shutdown request", { count: 1, endedSeconds: 300 });
  const begun = lines("LOG:  database system is ready to accept connections", { count: 1, endedSeconds: 299 });
  expect(signOf(stopped, [...stopped, ...begun], log("cache"), NOW)[0]?.current).toBe(false);
});

test("of templates that tell the same, what goes on is told and not what was more and is over", () => {
  const found = (message: string, more: Parameters<typeof lines>[1]) => {
    const group = lines(message, more);
    return signOf(group, group, log("edge"), NOW);
  };
  const over = found("connect() failed to 10.1.1.1:6000: Connection refused", { count: 200, endedSeconds: 400 });
  const now = found("recv() failed: Connection reset by peer from 10.1.1.2:6000", { count: 4 });
  expect(bySign([...over, ...now])).toHaveLength(1);
  expect(bySign([...over, ...now])[0]).toMatchObject({ current: true, lines: 4 });
  expect(bySign([...over, ...now])[0]?.onset).toEqual(now[0]?.onset);
});

describe("lines of an earlier trouble", () => {
  const message = "Error: connect ECONNREFUSED 10.0.0.6:6379";
  const onsetSeconds = (group: KeptEntry[]) => {
    const [sign] = signOf(group, group, log("shop"), NOW);
    return Math.round((NOW - (sign?.onset?.toMs ?? 0)) / 1_000);
  };

  test("that came every second and paused for a minute do not make the new one begin with them", () => {
    const earlier = lines(message, { count: 60, endedSeconds: 100 });
    expect(onsetSeconds([...earlier, ...lines(message, { count: 30 })])).toBe(31);
  });

  test("belong to it where lines come seldom, or the pause is a short one", () => {
    expect(onsetSeconds(lines(message, { count: 10, every: 60 }))).toBe(2 + 9 * 60);
    const shortly = lines(message, { count: 60, endedSeconds: 60 });
    expect(onsetSeconds([...shortly, ...lines(message, { count: 30 })])).toBe(60 + 59);
  });
});

test("errors that fit no pattern say less of a machine than of a service", () => {
  const message = 'level=error msg="collector failed" name=units duration_seconds=9.2';
  const services = [...SERVICES, service("box", "node")];
  const group = lines(message);
  const sure = (name: string) => signOf(group, group, { ...log(name), services }, NOW)[0]?.sure ?? 0;
  expect(sure("shop")).toBeGreaterThan(0.4);
  expect(sure("box")).toBeLessThan(0.25);
});

describe("a crash that is told again and again", () => {
  const panics = lines("panic: assignment to entry in nil map", { every: 2 });
  const among = (message: string) => {
    const others = lines(message, { count: 40, every: 1 });
    const all = [...panics, ...others].sort((a, b) => a.timeMs - b.timeMs);
    return signOf(panics, all, log("shop"), NOW)[0];
  };

  test("by a writer that goes on in between is a fault of its code", () => {
    expect(among("order 17 taken")).toMatchObject({ code: "own-code", sign: "errors", own: true, current: true });
  });

  test("by one that is started anew in between, or says nothing else, is a crash", () => {
    expect(among("server started on port 80")).toMatchObject({ code: "crashed", sign: "down" });
    expect(signOf(panics, panics, log("shop"), NOW)[0]).toMatchObject({ code: "crashed", sign: "down" });
  });
});

test.each([
  'level=ERROR msg="cannot fetch rates" err="GET https://fx.example/latest: unexpected status 429 Too Many Requests"',
  "requests.exceptions.HTTPError: 429 Client Error: Too Many Requests for url: https://maps.example",
  "ThrottlingException: Rate exceeded",
  "provider answered with 429",
  "monthly quota exceeded for key ***",
  "rpc error: code = ResourceExhausted desc = RESOURCE_EXHAUSTED",
  "rate limit exceeded, retry in 60 s",
])("a limit that others set is told as such: %s", (message) => {
  expect(tell(message, "shop")).toMatchObject({ service: "shop", code: "rate-limited", sign: "refusing", own: true });
});

describe("a limit that is reached", () => {
  test.each([
    'level=error msg="call of cache failed" detail="cache answered 429"',
    "GET http://10.0.0.6:6379/rate: unexpected status 429 Too Many Requests",
    "429 Client Error: Too Many Requests for url: http://cache.internal/rate",
  ])("is of who sets it, where the writer calls that: %s", (message) => {
    expect(tell(message, "shop")).toMatchObject({ service: "cache", code: "rate-limited", own: true, teller: "shop" });
  });

  test.each(["rate limit exceeded for client 10.0.0.5:8080", "429 Too Many Requests sent to shop"])(
    "is the writer's own where it names its clients: %s",
    (message) => {
      expect(tell(message, "cache-proxy")).toMatchObject({ service: "cache-proxy", code: "rate-limited", own: true });
    },
  );
});

describe("a certificate that is not accepted", () => {
  test.each([
    'Get "https://10.0.0.6:6379/rate": tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
    "call to cache failed: CERT_HAS_EXPIRED certificate has expired",
  ])("is of what is called, where the line names it: %s", (message) => {
    expect(tell(message, "shop")).toMatchObject({ service: "cache", code: "certificate" });
  });

  test("is the writer's matter where it names nobody that is known", () => {
    const message = "x509: certificate has expired: https://pay.example/charge";
    expect(tell(message, "shop")).toMatchObject({ service: "shop", code: "certificate" });
  });
});
