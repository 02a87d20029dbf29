import { describe, expect, test } from "vitest";
import { promqlFault } from "../../../../../src/activities/connectors/prometheus/promql.js";
import {
  healthFiles,
  kindsOf,
  logSignOf,
  logSigns,
  queryOf,
  sentenceOf,
  startLine,
} from "../../../../../src/activities/tools/kit/investigation/health-rules.js";

const SIGNALS = { requests: "sum(rate(r[$w]))", errors: "sum(rate(e[$w]))", latency: "sum(l)", in_flight: "sum(f)" };
const service = (labels: Record<string, string>, signals = {}) => ({
  ...{ name: "x", kinds: [], labels, instances: [], also: [], calls: [], runs_on: [], signals },
});

describe("the health rules", () => {
  test("are many kinds, each with rules of its own codes", () => {
    expect(healthFiles().length).toBeGreaterThanOrEqual(25);
    expect(healthFiles().flatMap(({ rules }) => rules).length).toBeGreaterThanOrEqual(250);
    for (const { kind, rules } of healthFiles()) {
      const codes = rules.map(({ code }) => code);
      expect([kind, codes.filter((code, index) => codes.indexOf(code) !== index)]).toEqual([kind, []]);
    }
  });

  test("are PromQL once the names of a stack stand in them", () => {
    const faults = healthFiles().flatMap(({ kind, rules }) =>
      rules.flatMap((rule) => {
        const query = queryOf(rule, service({ job: "x" }, SIGNALS), "60s") ?? "";
        const fault = promqlFault(query);
        return fault === undefined ? [] : [{ kind, code: rule.code, fault }];
      }),
    );
    expect(faults).toEqual([]);
  });

  test("every rule is bound to the service that it is asked for", () => {
    const loose = healthFiles().flatMap(({ kind, rules }) =>
      rules
        .filter(({ expr }) => !/\$(?:me|requests|errors|latency|in_flight)\b/.test(expr))
        .map(({ code }) => `${kind} ${code}`),
    );
    expect(loose).toEqual([]);
  });

  test("a rule over a signal that the service does not give is not asked", () => {
    const rule = healthFiles().find(({ kind }) => kind === "service")?.rules[0];
    expect(rule && queryOf(rule, service({ job: "x" }), "60s")).toBeUndefined();
    expect(rule && queryOf(rule, service({}, SIGNALS), "60s")).toBeUndefined();
  });

  test("a time that is no number, of a span without requests, spoils no rule about latency", () => {
    const rules = healthFiles().flatMap(({ rules: own }) => own.filter(({ expr }) => expr.includes("$latency")));
    expect(rules.length).toBeGreaterThanOrEqual(2);
    for (const rule of rules) {
      const query = queryOf(rule, service({ job: "x" }, SIGNALS), "60s") ?? "";
      expect(query.split("(sum(l)) >= 0").length).toBe(rule.expr.split("$latency").length);
    }
  });

  test("what was slow for a while before does not hide that it is slow again: the middle of the time before counts", () => {
    const codes = ["slow", "slower", "requests-pile-up"];
    const rules = healthFiles()
      .find(({ kind }) => kind === "service")
      ?.rules.filter(({ code }) => codes.includes(code));
    expect(rules?.map(({ expr }) => /quantile_over_time\(0\.5, /.test(expr))).toEqual([true, true, true]);
  });

  test("a kind is told by its metrics, the thing before what it is made of", () => {
    expect(kindsOf(new Set(["redis_up", "process_start_time_seconds", "go_info"]))[0]).toBe("redis");
    expect(kindsOf(new Set(["up"]))).toEqual([]);
  });

  test("fills labels and values into its sentence", () => {
    expect(sentenceOf("{{a}} has {{value|percent}} and {{value|bytes}}", { a: "x" }, 0.5)).toBe("x has 50 % and 0.5 B");
  });
});

describe("the signs of log lines", () => {
  test.each([
    [
      'connection to server at "127.0.0.1", port 5432 failed: FATAL:  sorry, too many clients already',
      "connections-full",
    ],
    ["connect ECONNREFUSED 127.0.0.1:6379", "cannot-connect"],
    ["OOM command not allowed when used memory > 'maxmemory'.", "refuses-writes"],
    ["OutOfMemoryError: command not allowed when used memory > 'maxmemory'.", "refuses-writes"],
    ["AuthenticationError: invalid username-password pair or user is disabled.", "auth-fails"],
    ["java.lang.OutOfMemoryError: Java heap space", "out-of-memory"],
    ["*7 client prematurely closed connection while sending request to upstream", "client-left"],
    ["LOG:  received fast shutdown request", "shuts-down"],
    ["TypeError: Cannot read properties of undefined (reading 'price')", "own-code"],
    ["could not write to file: No space left on device", "disk-full"],
    ['FATAL:  password authentication failed for user "app"', "auth-fails"],
    ["upstream timed out (110: Connection timed out) while reading response header", "times-out"],
  ])("%s", (line, code) => {
    expect(logSigns().find(({ test: fits }) => fits.test(line))?.code).toBe(code);
  });

  test("what the first line says counts before what follows it", () => {
    const follows = "\nTraceback (most recent call last):\nConnectionResetError: Connection reset by peer";
    expect(logSignOf(`ERROR pricing answered 500 for quote${follows}`)?.code).toBe("answers-5xx");
    expect(logSignOf(`ERROR it failed${follows}`)?.code).toBe("cannot-connect");
  });

  test.each(["self.raw_requestline = self.rfile.readline(65537)", "self.wfile.write(body)"])(
    "a client that left is nobody's trouble: %s",
    (frame) => {
      const trace = `Traceback (most recent call last):\n    ${frame}\nConnectionResetError: [Errno 104] Connection reset by peer`;
      expect(logSignOf(trace)?.code).toBe("client-left");
    },
  );

  test.each([
    "LOG:  database system is ready to accept connections",
    "Ready to accept connections tcp",
    "shop 2.1.0 listening on 3100",
    "Started BookingApplication in 3.2 seconds: server started",
  ])("a line of a beginning: %s", (line) => expect(startLine().test(line)).toBe(true));

  test.each([
    ["DB instance ran out of storage space.", "disk-full"],
    ["DB instance storage is critically low. Free storage space: 0.8 GB remaining.", "disk-full"],
    ["DB instance orders is approaching max_connections limit. Current connections: 469 of 500.", "connections-full"],
    ["LOG:  checkpoints are occurring too frequently (8 seconds apart)", "checkpoints-crowd"],
    ["Read replica orders-replica-1 replication lag has exceeded 900 seconds.", "replica-behind"],
  ])("what a managed database tells of itself: %s", (line, code) => expect(logSignOf(line)?.code).toBe(code));

  test.each([
    "Automated backup finished for DB instance orders.",
    "DB instance orders will undergo scheduled maintenance in the next maintenance window.",
    "Maintenance complete. DB instance orders is available.",
    "DB parameter group orders-pg applied.",
  ])("routine of a managed database is nothing: %s", (line) => expect(logSignOf(line)).toBeUndefined());

  test("an ordinary line has none", () => {
    expect(logSigns().filter(({ test: fits }) => fits.test("GET /items/12 200 in 3 ms"))).toEqual([]);
  });
});
