/** Whatever the search for causes is given: the order of inputs does not matter, every cause is cited, and noise confirms nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { autoRca } from "../../../src/activities/tools/auto-rca.js";
import type { Json } from "../../../src/schema/json.js";
import { configOf, contextOf, NOW } from "../../support/tool-context.js";
import {
  BEGAN,
  callsOf,
  deploymentsOf,
  errorLines,
  iso,
  logOf,
  metricOf,
  noise,
  tracesOf,
} from "../../support/trouble.js";

const SERVICES = ["checkout", "payments", "stock", "__proto__"];

/** Each of these may be there or not. */
const PIECES: Record<string, Json> = {
  errors: metricOf("checkout", (late) => (late ? 0.3 : 0.01) + 0.004 * noise()),
  payments: metricOf("payments", (late) => (late ? 0.6 : 0.01) + 0.004 * noise()),
  stock: metricOf("stock", () => 0.01 + 0.004 * noise()),
  cpu: metricOf("payments", (late) => (late ? 0.9 : 0.5) + 0.1 * noise(), "container_cpu_usage_seconds_total"),
  logs: logOf("payments", errorLines("token service refused the key", 20)),
  traces: tracesOf("checkout", "payments", callsOf(["checkout", "payments"], ["checkout", "stock"])),
  deployments: deploymentsOf(["7", BEGAN - 60_000], ["6", BEGAN - 86_400_000]),
  others: deploymentsOf(["41", BEGAN + 240_000]),
};
const about = { logs: { service: "payments" }, deployments: { service: "payments" }, others: { service: "stock" } };
const pieces = fc.shuffledSubarray(Object.keys(PIECES));

async function find(inputs: Record<string, Json>, params: object = { about }) {
  const context = contextOf(configOf());
  const stored: Record<string, Json> = {};
  for (const [node, output] of Object.entries(inputs)) {
    const { lines, ...rest } = (output ?? {}) as { lines?: string };
    stored[node] = lines === undefined ? output : { ...rest, blob: await context.blobs.put(lines) };
  }
  const parsed = autoRca.params.parse({ inputs: stored, ...params });
  return autoRca.output.parse(await autoRca.run(parsed, context)) as { certainty: string } & Record<string, unknown>;
}
const picked = (names: readonly string[]): Record<string, Json> =>
  Object.fromEntries(names.map((name) => [name, PIECES[name] ?? null]));

test("the same inputs in another order give the same verdict, causes and evidence", async () => {
  await fc.assert(
    fc.asyncProperty(pieces, pieces, async (names, order) => {
      const other = [...names].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      const [one, two] = [await find(picked(names)), await find(picked(other))];
      expect(two.certainty).toBe(one.certainty);
      expect(two.causes).toEqual(one.causes);
      expect(two.trouble).toEqual(one.trouble);
    }),
    { numRuns: 12 },
  );
});

test("points in any order and twice are the same series", async () => {
  const errors = PIECES.errors as { points: Json[] };
  const mixed = { ...errors, points: [...errors.points].reverse().concat(errors.points.slice(0, 30)) };
  expect((await find({ errors: mixed, payments: PIECES.payments ?? null })).causes).toEqual(
    (await find({ errors, payments: PIECES.payments ?? null })).causes,
  );
});

test("unrelated noise never makes a verdict confirmed that was not", async () => {
  const wave = fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    service: fc.constantFrom("stock", "search", "mail", "payments"),
    metric: fc.constantFrom("http_requests_total", "queue_length", "node_cpu_seconds_total"),
    size: fc.constantFrom(0.001, 1, 1_000),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(["errors", "payments", "logs", "traces", "others"]),
      fc.array(wave, { minLength: 1, maxLength: 5 }),
      async (names, waves) => {
        expect((await find(picked(names))).certainty).not.toBe("confirmed");
        const noisy = { ...picked(names) };
        waves.forEach(({ seed, service, metric, size }, index) => {
          let own = seed;
          const next = (): number => {
            own = (Math.imul(own, 1_664_525) + 1_013_904_223) >>> 0;
            return own / 2 ** 32;
          };
          noisy[`noise${index}`] = metricOf(service, () => size * (1 + next()), metric);
        });
        expect((await find(noisy)).certainty).not.toBe("confirmed");
      },
    ),
    { numRuns: 15 },
  );
});

test("whatever the outputs hold, it ends, and names no cause without a node and a query", async () => {
  const service = fc.constantFrom(...SERVICES);
  const text = fc.oneof(fc.string({ maxLength: 30 }), service);
  const time = fc.integer({ min: -100, max: 100 }).map((minutes) => iso(NOW + minutes * 60_000));
  const points = fc.array(fc.tuple(time, fc.oneof(fc.double(), fc.constant(null))), { maxLength: 60 });
  const output = fc.oneof(
    fc.record({
      kind: fc.constant("query"),
      query: text,
      series: fc.array(fc.record({ labels: fc.record({ service }) })),
      points,
    }),
    fc.record({ deployments: fc.array(fc.record({ version: text, deployed_at: fc.oneof(time, text), service })) }),
    fc.record({ changes: fc.array(fc.record({ time, kind: text, what: text, where: service })) }),
    fc.record({
      service,
      total: fc.nat(50),
      failed: fc.nat(50),
      services: fc.array(fc.record({ service, share: fc.double() })),
      calls: fc.array(fc.record({ caller: service, callee: service })),
      error_origins: fc.array(
        fc.record({ service, operation: text, traces: fc.nat(), reached_root: fc.nat(), path: fc.array(text) }),
      ),
    }),
    fc.record({ url: text, ok: fc.boolean(), status: fc.nat() }),
    fc.record({ templates: fc.array(fc.jsonValue()), shifts: fc.jsonValue(), correlates_with_change: fc.boolean() }),
    fc.record({ by_level: fc.constant({}), blob: text }),
    fc.jsonValue(),
  );
  const plain = output.map((value) => JSON.parse(JSON.stringify(value) ?? "null") as Json);
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom("a", "b", "c", "d"), plain), service, async (inputs, named) => {
      const found = (await find(inputs, { service: named })) as unknown as {
        certainty: string;
        causes: Array<{ evidence: Array<{ node: string; query: string }> }>;
      };
      expect(found.causes.every(({ evidence }) => evidence.length > 0)).toBe(true);
      for (const cited of found.causes.flatMap(({ evidence }) => evidence)) {
        expect(Object.keys(inputs)).toContain(cited.node);
        expect(cited.query.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 150 },
  );
});
