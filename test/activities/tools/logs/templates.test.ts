/** Log templates: which lines one statement wrote, on made lines and on five systems' real logs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clusterLogs } from "../../../../src/activities/tools/logs/templates.js";
import { LOGHUB_PRESENT, LOGHUB_SYSTEMS, loghub } from "../../../support/loghub.js";

/** The share of lines whose cluster is exactly the set of lines that one statement wrote. */
function groupingAccuracy(rows: Array<{ content: string; event: string }>): number {
  const clusters = clusterLogs(rows.map(({ content }) => content));
  const sizes = new Map<string, number>();
  for (const { event } of rows) sizes.set(event, (sizes.get(event) ?? 0) + 1);
  let right = 0;
  for (const { lines } of clusters) {
    const events = new Set(lines.map((line) => rows[line]?.event ?? ""));
    const [only = ""] = events;
    if (events.size === 1 && sizes.get(only) === lines.length) right += lines.length;
  }
  return right / rows.length;
}

test.skipIf(!LOGHUB_PRESENT)(
  "real logs are grouped as their authors' statements are (skipped: ../shared/data is absent)",
  () => {
    const accuracies = LOGHUB_SYSTEMS.map((system) => groupingAccuracy(loghub(system)));
    const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
    const shown = LOGHUB_SYSTEMS.map((system, index) => `${system} ${accuracies[index]?.toFixed(4)}`).join(", ");
    process.stdout.write(`grouping accuracy: ${shown}; mean ${mean.toFixed(4)}\n`);
    expect(loghub("Apache")).toHaveLength(2_000);
    expect(Math.min(...accuracies)).toBeGreaterThanOrEqual(0.98);
    expect(mean).toBeGreaterThanOrEqual(0.99);
  },
);

test.skipIf(!LOGHUB_PRESENT)("a quarter of a log is grouped well too (skipped: ../shared/data is absent)", () => {
  const accuracies = LOGHUB_SYSTEMS.map((system) =>
    groupingAccuracy(loghub(system).filter((_, index) => index % 4 === 0)),
  );
  expect(accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length).toBeGreaterThanOrEqual(0.93);
});

test("values that show by their form become wildcards, and the words stay readable", () => {
  const lines = [
    "GET https://shop/cart?id=1 took 12ms for user 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "GET https://shop/pay took 340ms for user 6fa459ea-ee8a-3ca4-894e-db77e160355e",
    "connection from 10.0.0.1:5432 (host-a) closed: timeout=30s",
    "connection from 10.0.0.2:9 () closed: timeout=5s",
  ];
  expect(clusterLogs(lines)).toEqual([
    { template: "GET <*> took <*> for user <*>", lines: [0, 1] },
    { template: "connection from <*> (<*>) closed: timeout=<*>", lines: [2, 3] },
  ]);
});

test("statements that share most of their words stay apart", () => {
  const lines = [
    "cache opened for region eu",
    "cache closed for region eu",
    "cache opened for region us",
    "cache closed for region us",
  ];
  const clusters = clusterLogs([...lines, ...lines]);
  const together = (a: number, b: number): boolean =>
    clusters.some((cluster) => cluster.lines.includes(a) && cluster.lines.includes(b));
  expect(together(0, 1)).toBe(false);
  expect(together(0, 4)).toBe(true);
});

test("every line is in exactly one cluster, whatever the lines, and the same lines give the same clusters", () => {
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("a", "b", "<*>", "1", "=", "(", ")", "", "/x/y")).map((words) => words.join(" ")),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
      const clusters = clusterLogs(lines);
      const positions = clusters.flatMap((cluster) => cluster.lines).sort((a, b) => a - b);
      expect(positions).toEqual(lines.map((_, index) => index));
      expect(clusterLogs(lines)).toEqual(clusters);
    }),
    { numRuns: 300 },
  );
});

test("as many lines of one statement as a day has are one cluster", () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `served ${index} in ${index % 77} ms`);
  const [cluster, ...others] = clusterLogs(lines);
  expect(others).toEqual([]);
  expect(cluster?.lines).toHaveLength(200_000);
});

test("names of two or three things are values, however few there are", () => {
  for (const names of [
    ["cart-store", "mail-queue"],
    ["com.shop.CartStore", "com.shop.MailQueue"],
    ["cartStore", "mailQueue"],
    ["/var/cart", "/var/mail", "/srv/mail"],
  ]) {
    const lines = Array.from({ length: 60 }, (_, index) => `Opened ${names[index % names.length]} for writing`);
    expect(clusterLogs(lines), names.join(", ")).toHaveLength(1);
  }
});

test("words that change each for itself are values; words that go together are of other statements", () => {
  const rooms = ["north", "south", "east"];
  const colours = ["red", "green", "blue"];
  const free = Array.from(
    { length: 90 },
    (_, index) => `Painted ${rooms[index % 3]} wall ${colours[Math.floor(index / 3) % 3]} again`,
  );
  expect(clusterLogs(free)).toHaveLength(1);
  const bound = Array.from({ length: 90 }, (_, index) => (index % 2 === 0 ? "Link is up now" : "Link is gone off"));
  expect(clusterLogs(bound)).toHaveLength(2);
});

test("one odd line does not split the others", () => {
  const lines = Array.from({ length: 300 }, (_, index) =>
    index === 150
      ? "Accepted nonsense 150 from peer 3 over tls"
      : `Accepted request ${index} from peer ${index % 7} over tls`,
  );
  const sizes = clusterLogs(lines).map((cluster) => cluster.lines.length);
  expect(Math.max(...sizes)).toBeGreaterThanOrEqual(299);
});

describe("few values at a place are values all the same", () => {
  const lines = (count: number, line: (at: number) => string): string[] =>
    Array.from({ length: count }, (_, at) => line(at));
  const one = (name: readonly string[], at: number): string => name[at % name.length] ?? "";
  const NAMES = ["alpha", "bravo", "delta"];
  test.each([
    ["a name at the end", lines(30, (at) => `worker joined the pool of ${one(NAMES, at)}`)],
    ["two names", lines(40, (at) => `request of ${one(["cart", "shop"], at)} was routed to ${one(NAMES, at)} again`)],
    [
      "names of several words",
      lines(40, (at) => `report for ${one(["north shore", "east town mill", "delta"], at)} was written`),
    ],
    ["quoted text", lines(40, (at) => `job "${one(["nightly tidy of carts", "mail", "a b"], at)}" was queued`)],
    [
      "lists",
      lines(40, (at) => `members are ${one(["alpha, bravo", "alpha, bravo, delta", "echo"], at)} since the election`),
    ],
    [
      "one odd line among many",
      [...lines(300, () => "cache of region north was warmed"), "cache of region south was warmed"],
    ],
  ])("%s", (_, all) => {
    expect(clusterLogs(all)).toHaveLength(1);
  });

  test.each([
    ["what was done", lines(40, (at) => `session ${one(["opened", "closed"], at)} for ${one(NAMES, at)}`), 2],
    ["a state", lines(40, (at) => `link of ${one(NAMES, at)} is ${one(["up", "down"], at)}`), 2],
    ["an optional part", lines(40, (at) => `login failed rhost=${at}${one(["", " user=alice"], at)}`), 2],
    [
      "the field that is named",
      lines(40, (at) => `{"${one(["paid", "sent"], at)}": "${one(NAMES, at)}", "total": ${at}}`),
      2,
    ],
    ["the verb of a request", lines(40, (at) => `"${one(["GET", "DELETE"], at)} /cart/${at} HTTP/1.1" 200`), 2],
  ])("%s tells statements apart", (_, all, count) => {
    expect(clusterLogs(all)).toHaveLength(count);
  });
});
