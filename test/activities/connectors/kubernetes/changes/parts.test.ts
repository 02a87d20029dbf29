/** Parts of reading a cluster that need no cluster: what texts mean, and what a server that misbehaves does to a call. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { helmReleaseIn } from "../../../../../src/activities/connectors/kubernetes/changes/helm.js";
import { scaleChanges } from "../../../../../src/activities/connectors/kubernetes/changes/scaling.js";
import { containerEntries } from "../../../../../src/activities/connectors/kubernetes/container-lines.js";
import { logCollector } from "../../../../../src/activities/tools/log-collector.js";
import { sourceSchema } from "../../../../../src/schema/config.js";
import { localServer, reachingContext } from "../../../../support/local-server.js";
import { configOf, failureOf, NOW } from "../../../../support/tool-context.js";

const at = (secondsAgo: number): string => new Date(NOW - secondsAgo * 1_000).toISOString();

const release = {
  name: "shop",
  version: 2,
  info: { status: "deployed" },
  chart: { metadata: { name: "shop", version: "1" } },
};
const twice = (bytes: Buffer): string => Buffer.from(bytes.toString("base64")).toString("base64");

test("a release of Helm is read packed and unpacked, without its values", async () => {
  const text = Buffer.from(JSON.stringify({ ...release, config: { password: "hunter2hunter2" }, manifest: "secret" }));
  expect(await helmReleaseIn(twice(gzipSync(text)))).toEqual(release);
  expect(await helmReleaseIn(twice(text))).toEqual(release);
});

test("what is no release of Helm is none, also where it would fill the memory", async () => {
  const bomb = gzipSync(Buffer.alloc(60_000_000));
  for (const text of ["", "%%%", twice(Buffer.from("{}")), twice(bomb)]) {
    expect(await helmReleaseIn(text)).toBeUndefined();
  }
});

const step = (secondsAgo: number, message: string, objectName = "checkout") => ({
  timeMs: NOW - secondsAgo * 1_000,
  object: `Deployment ${objectName}`,
  objectName,
  isWarning: false,
  reason: "ScalingReplicaSet",
  message,
  count: 1,
  by: "deployment-controller",
});
test.each([
  ["in today's words", [step(10, "Scaled up replica set checkout-a from 2 to 5")], ["from 2 to 5"]],
  ["in the words of 1.26", [step(10, "Scaled down replica set checkout-a to 2 from 5")], ["from 5 to 2"]],
  ["to nothing", [step(10, "Scaled down replica set checkout-a from 5 to 0")], ["from 5 to 0"]],
  ["a first start", [step(10, "Scaled up replica set checkout-a from 0 to 2")], []],
  [
    "to nothing and back",
    [
      step(600, "Scaled down replica set checkout-a from 2 to 0"),
      step(10, "Scaled up replica set checkout-a from 0 to 2"),
    ],
    ["from 2 to 0", "from 0 to 2"],
  ],
  [
    "a rollout",
    [
      step(20, "Scaled up replica set checkout-b from 1 to 2"),
      step(10, "Scaled down replica set checkout-a from 1 to 0"),
    ],
    [],
  ],
  [
    "two Deployments at once",
    [
      step(20, "Scaled up replica set checkout-b from 1 to 2"),
      step(20, "Scaled up replica set search-b from 2 to 3", "search"),
    ],
    ["from 1 to 2", "from 2 to 3"],
  ],
  ["something else", [step(10, "Created replica set")], []],
])("of scaling events, %s", (_, events, told) => {
  const changes = scaleChanges(events, new Map([["checkout", "amy"]]), "prod/shop");
  expect(changes.map(({ what }) => what.replace(/^.* was scaled /, ""))).toEqual(told);
});

test("lines of a container have the time they were written at, and traces belong to their line", () => {
  const text = `${at(9)} a\n${at(8)} Exception in thread\n${at(8)} \tat Foo.bar(Foo.java:1)\n${at(8)} Caused by: x\n\n${at(7)} \n${at(6)} b\r\n`;
  const { entries, lines, firstMs } = containerEntries(text);
  expect(entries.map(({ entry }) => [entry.timeMs, entry.message])).toEqual([
    [NOW - 9_000, "a"],
    [NOW - 8_000, "Exception in thread\n\tat Foo.bar(Foo.java:1)\nCaused by: x"],
    [NOW - 6_000, "b"],
  ]);
  expect([lines, firstMs]).toEqual([6, NOW - 9_000]);
});

/** The API server's answers by path, as its published interface has them; 404 for every other path. */
async function cluster(answers: Record<string, [number, unknown, string?]>) {
  const server = await localServer((received, response) => {
    const url = new URL(received.url, "http://api");
    const key = `${url.pathname}${url.searchParams.has("continue") ? "?continue" : ""}`;
    const [status, body, type = "application/json"] = answers[key] ?? [404, { kind: "Status", message: `no ${key}` }];
    response.writeHead(status, { "content-type": type });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const own = sourceSchema.parse({
    kind: "kubernetes",
    selector: "app=checkout",
    ui_url: "https://console.example.com/{namespace}?labels={selector}",
    cluster: "prod",
    namespace: "shop",
    include: ["logs", "events"],
  });
  const declared = { server: server.url, allow_exec: false, token: "env:KUBE_TOKEN" };
  const config = configOf({ clusters: { prod: declared }, sources: { shop: own } });
  const context = reachingContext(config, {}, { KUBE_TOKEN: "of-a-test" });
  return () => logCollector.run(logCollector.params.parse({ source: "shop" }), context);
}

const PODS = "/api/v1/namespaces/shop/pods";
const EVENTS = "/api/v1/namespaces/shop/events";
const pod = (name: string) => ({
  metadata: { name, creationTimestamp: at(100) },
  spec: { nodeName: "node-1" },
  status: { containerStatuses: [{ name: "app", restartCount: 0, state: { running: {} } }] },
});
const listed = (items: object[], more?: string): [number, unknown] => [
  200,
  { metadata: more ? { continue: more } : {}, items },
];
const failed = (status: number, message: string): [number, unknown] => [status, { kind: "Status", message }];
const log = (text: string): [number, unknown, string] => [200, `${at(5)} ${text}\n`, "text/plain"];

test.each([
  ["fails", failed(500, "etcd is away"), "source-error"],
  ["is too busy", failed(429, "too many requests"), "source-busy"],
  ["forbids it", failed(403, 'User "u" cannot list resource "pods" in API group ""'), "permission-missing"],
  ["answers with a page", [200, "<html>", "text/html"], "source-answer-invalid"],
  ["answers with another list", [200, { items: "none" }], "source-answer-invalid"],
  ["answers with other pods", listed([{ metadata: {} }]), "source-answer-invalid"],
] as Array<[string, [number, unknown, string?], string]>)(
  "a server that %s is a problem of its own",
  async (_, answer, code) => {
    const collect = await cluster({ [PODS]: answer, [EVENTS]: listed([]) });
    expect((await failureOf(collect())).code).toBe(code);
  },
);

test("one pod that cannot be read leaves the others as they are, and so do the events", async () => {
  const collect = await cluster({
    [PODS]: listed([pod("a"), pod("b"), pod("gone")]),
    [`${PODS}/a/log`]: log("read"),
    [`${PODS}/b/log`]: failed(500, "the node does not answer"),
    [EVENTS]: failed(503, "try again"),
  });
  const output = logCollector.output.parse(await collect());
  expect(output.ui_url).toBe("https://console.example.com/shop?labels=app%3Dcheckout");
  expect(output.sample.map(({ message }) => message)).toEqual(["read"]);
  expect(output.truncated).toBe(true);
  expect(output.unreadable.map(({ path, code }) => [path, code])).toEqual([
    ["b/app", "source-error"],
    ["events of shop", "source-error"],
  ]);
});

test("a list is read to its end; one that is no longer kept is told to be cut", async () => {
  const answers = {
    [PODS]: listed([pod("a")], "next"),
    [`${PODS}/a/log`]: log("one"),
    [`${PODS}/b/log`]: log("two"),
    [EVENTS]: listed([]),
  };
  const whole = await cluster({ ...answers, [`${PODS}?continue`]: listed([pod("b")]) });
  expect(logCollector.output.parse(await whole())).toMatchObject({ total: 2, truncated: false });
  const expired = await cluster({
    ...answers,
    [`${PODS}?continue`]: failed(410, "The provided continue parameter is too old"),
  });
  expect(logCollector.output.parse(await expired())).toMatchObject({ total: 1, truncated: true });
});
