/**
 * A storm of alerts on processes of the built program, with a worker and a façade killed in it. Here the thousand alerts
 * come within seconds; `npm run test:storm` is the full form: over a minute, and ten thousand alerts of one kind.
 */
import { afterAll, expect, test, vi } from "vitest";
import type { ListedIncident } from "../../src/client/incidents.js";
import { endAll, type Running, start } from "../client/cli/support/program.js";
import { createMachine, type Machine, type Service, startService } from "../support/machine.js";
import { deliveriesOf, type StormAlert, sendAll, shuffled } from "../support/storm/senders.js";
import { startTestDevServer, type TestDevServer, temporalDevSettings } from "../support/temporal.js";

afterAll(endAll);

const FULL = process.env.STORM === "full";
/** In short beside each other: most of it is waiting. */
const storm = FULL ? test : test.concurrent;
const TOKEN = "s3cret-of-the-hook";

interface Place {
  urls: string[];
  server: TestDevServer;
  worker(): Promise<Running>;
  /** Again at the address of the given one, or at a free one. */
  facade(at?: string): Promise<{ running: Running; url: string }>;
  incidents(): Promise<ListedIncident[]>;
  incident(id: string): Promise<ListedIncident>;
  close(): Promise<void>;
}

async function openPlace(dynamic: Record<string, number> = {}): Promise<Place> {
  const settings = await temporalDevSettings();
  const server = await startTestDevServer({
    settings: { ...settings, dynamic_config: { ...settings.dynamic_config, ...dynamic } },
  });
  const service = await startService();
  const machine = createMachine(server.address);
  setUp(machine, service);
  const processes = new Set<Running>();
  const env = { ...machine.variables, HOOK_SECRET: TOKEN, AUTOOPS_LOG_LEVEL: "error" };
  const program = (words: string[]) => {
    const running = start(words, { env });
    processes.add(running);
    return running;
  };
  const urls: string[] = [];
  const read = async (path: string) => {
    const answer = await fetch(`${urls.at(-1)}/api/v1/incidents${path}`);
    expect(answer.status).toBe(200);
    return await answer.json();
  };
  return {
    urls,
    server,
    async worker() {
      const running = program(["worker", "--end-with-parent"]);
      await running.until(/polls for runs on/, 150_000);
      return running;
    },
    async facade(at) {
      const port = at === undefined ? "0" : new URL(at).port;
      const running = program(["serve", "--port", port, "--json", "--end-with-parent"]);
      const [, url = ""] = await running.until(/"url": "([^"]+)"/, 150_000);
      if (at === undefined) urls.push(url);
      return { running, url };
    },
    incidents: async () => ((await read("?limit=200")) as { incidents: ListedIncident[] }).incidents,
    incident: async (id) => (await read(`/${id}`)) as ListedIncident,
    async close() {
      for (const running of processes) running.signal("SIGKILL");
      await Promise.all([...processes].map(({ ended }) => ended));
      await server.stop();
      await service.close();
      machine.remove();
    },
  };
}

function setUp(machine: Machine, service: Service): void {
  machine.policy({
    tools: { allowed: ["http_probe", "summary"] },
    node_types: { allowed: ["metric_query", "decision", "summary"] },
    network: { allowed_hosts: ["127.0.0.1"], allowed_private: ["127.0.0.0/8"] },
  });
  const params = { service: "shop", url: `${service.url}/health` };
  machine.config({
    hooks: {
      pager: {
        ...{ kind: "alertmanager", secret: "env:HOOK_SECRET", requests_per_minute: 100_000 },
        ...{ debounce_seconds: 4, cooldown_seconds: 3_600 },
        rules: [{ match: { alertname: "Down*" }, playbook: "service-unreachable", params }],
      },
    },
  });
}

async function kill(running: Running): Promise<void> {
  running.signal("SIGKILL");
  await running.ended;
}

/** Every incident has run to its end, and is shown with all alerts that it keeps. */
async function answered(place: Place, count: number): Promise<ListedIncident[]> {
  await vi.waitFor(
    async () => {
      const all = await place.incidents();
      expect(all.map(({ view }) => view?.run?.outcome)).toEqual(Array.from({ length: count }, () => "succeeded"));
    },
    { timeout: FULL ? 600_000 : 120_000, interval: 500 },
  );
  return Promise.all((await place.incidents()).map(({ id }) => place.incident(id)));
}

const runsStarted = async ({ server }: Place): Promise<number> =>
  Number(
    (
      await server.connection.workflowService.countWorkflowExecutions({
        namespace: "default",
        query: "WorkflowType = 'runGraph'",
      })
    ).count,
  );

const PATIENT = { timeout: FULL ? 300_000 : 60_000, interval: 1_000 };

const KINDS = 20;
const EACH = 50;

storm(
  "1,000 alerts of 20 kinds, shuffled, doubled and late, with a worker and a façade killed between: 20 runs, each alert in one",
  {
    timeout: FULL ? 900_000 : 300_000,
  },
  async () => {
    const alerts = Array.from({ length: KINDS * EACH }, (_, at): StormAlert => {
      return { kind: `Down${at % KINDS}`, n: Math.floor(at / KINDS) };
    });
    // Every alert comes twice, in deliveries of mixed kinds, and many long after their kind's run has begun.
    const deliveries = deliveriesOf([...shuffled(alerts, 7), ...shuffled(alerts, 11)], 4);
    const place = await openPlace();
    try {
      const [worker, first] = await Promise.all([place.worker(), place.facade()]);
      await place.facade();
      const deaths: Promise<unknown>[] = [];
      const sent = await sendAll(deliveries, {
        ...{ urls: place.urls, hook: "pager", token: TOKEN, senders: 16, seconds: FULL ? 60 : 10 },
        onTaken(count) {
          if (count === Math.floor(deliveries.length * 0.3))
            deaths.push(kill(first.running).then(() => place.facade(first.url)));
          if (count === Math.floor(deliveries.length * 0.5)) deaths.push(kill(worker).then(() => place.worker()));
        },
      });
      await Promise.all(deaths);
      expect(deaths).toHaveLength(2);
      expect(sent.taken).toBe(deliveries.length);
      // The dead façade was noticed: what it did not answer was sent again.
      expect(sent.refused).toBeGreaterThan(0);
      const incidents = await answered(place, KINDS);
      const runs = new Set(incidents.map(({ view }) => view?.run?.id));
      expect(runs.size).toBe(KINDS);
      expect(await runsStarted(place)).toBe(KINDS);
      const found = incidents.flatMap(({ view }) =>
        (view?.members ?? []).map(({ name, labels }) => `${name} ${labels.n}`),
      );
      expect(found.sort()).toEqual(alerts.map(({ kind, n }) => `${kind} ${n}`).sort());
      for (const { view } of incidents) expect(view).toMatchObject({ alerts: EACH, firing: EACH, beyond: 0 });
    } finally {
      await place.close();
    }
  },
);

const MANY = FULL ? 10_000 : 1_000;
/** The server's own in the full form. */
const SUGGEST_AFTER: Record<string, number> = FULL ? {} : { "limit.historyCount.suggestContinueAsNew": 60 };

storm(
  `${MANY} alerts of one kind: one run, and a history that continues as new far from its limits`,
  {
    timeout: FULL ? 1_800_000 : 300_000,
  },
  async () => {
    const alerts = Array.from({ length: MANY }, (_, n): StormAlert => ({ kind: "DownAll", n }));
    const place = await openPlace(SUGGEST_AFTER);
    try {
      await Promise.all([place.worker(), place.facade()]);
      const deliveries = deliveriesOf(shuffled(alerts, 3), 1);
      const sent = await sendAll(deliveries, {
        ...{ urls: place.urls, hook: "pager", token: TOKEN, senders: 8, seconds: FULL ? 60 : 8 },
      });
      expect(sent.taken).toBe(MANY);
      const [found] = await answered(place, 1);
      const id = found?.id ?? "";
      // A worker that is busy takes in what Temporal has when it comes to it, and may not answer a query meanwhile.
      await vi.waitFor(async () => expect((await place.incident(id)).view).toMatchObject({ taken: MANY }), PATIENT);
      const { view } = await place.incident(id);
      expect(view).toMatchObject({ alerts: MANY, firing: MANY, kept: 400, beyond: MANY - 400 });
      expect(await runsStarted(place)).toBe(1);
      const chain = await executionsOf(place, id);
      if (FULL) process.stdout.write(`executions of the incident: ${JSON.stringify(chain)}\n`);
      expect(chain.length).toBeGreaterThan(1);
      // The server ends a history at 51,200 events and 50 MB.
      for (const { events, bytes } of chain) {
        expect(events).toBeLessThan(10_000);
        expect(bytes).toBeLessThan(10_000_000);
      }
    } finally {
      await place.close();
    }
  },
);

async function executionsOf({ server }: Place, workflowId: string) {
  const service = server.connection.workflowService;
  const query = `WorkflowId = '${workflowId}'`;
  const { executions } = await service.listWorkflowExecutions({ namespace: "default", query });
  return Promise.all(
    executions.map(async ({ execution }) => {
      const { workflowExecutionInfo: info } = await service.describeWorkflowExecution({
        namespace: "default",
        execution,
      });
      return { events: Number(info?.historyLength ?? 0), bytes: Number(info?.historySizeBytes ?? 0) };
    }),
  );
}
