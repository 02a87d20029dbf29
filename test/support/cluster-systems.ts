/**
 * Two whole systems in a namespace, as demonstrations of microservices are made: one of twelve services over gRPC, one of forty
 * over HTTP, a replica each, with their stores. What is broken in one makes the others suffer and complain.
 */
import {
  addService,
  ago,
  bareCluster,
  crashing,
  event,
  get,
  type Item,
  log,
  podsOf,
  unready,
  type World,
  workload,
} from "./cluster-world.js";

export type Stack = "go" | "java" | "node" | "python" | "store";
export interface Part {
  name: string;
  port: number;
  stack: Stack;
  calls: string[];
  kind?: "StatefulSet";
}
export interface System {
  /** Who calls whom stands in variables. */
  isTold: boolean;
  parts: Part[];
  world: World;
}

const part = (name: string, port: number, stack: Stack, calls: string[] = [], kind?: "StatefulSet"): Part => ({
  name,
  port,
  stack,
  calls,
  ...(kind === undefined ? {} : { kind }),
});

const BOOKS: Part[] = [
  part("storefront", 8080, "go", [
    "basketservice",
    "bookservice",
    "rateservice",
    "offerservice",
    "orderservice",
    "adservice",
  ]),
  part("basketservice", 7070, "node", ["basket-redis"]),
  part("bookservice", 3550, "go", []),
  part("rateservice", 7000, "node", []),
  part("payservice", 50051, "node", []),
  part("parcelservice", 50052, "go", []),
  part("mailservice", 5000, "python", []),
  part("orderservice", 5050, "go", [
    "payservice",
    "parcelservice",
    "mailservice",
    "rateservice",
    "basketservice",
    "bookservice",
  ]),
  part("offerservice", 8085, "python", ["bookservice"]),
  part("adservice", 9555, "java", []),
  part("chatservice", 8086, "python", ["bookservice"]),
  part("basket-redis", 6379, "store", []),
];

const NOUNS = [
  "route",
  "seat",
  "price",
  "voucher",
  "station",
  "contact",
  "user",
  "auth",
  "basic",
  "travel",
  "notify",
  "consign",
  "food",
  "security",
];
/** Forty: a gateway, services in three layers, each of the lowest with a store of its own. */
const TRIPS: Part[] = [
  part("gateway", 18888, "java", [
    "trip-web-service",
    "trip-admin-service",
    "trip-auth-service",
    "trip-order-service",
    "trip-plan-service",
  ]),
  part("trip-web-service", 8080, "node", ["trip-plan-service", "trip-user-service"]),
  part("trip-admin-service", 16112, "java", ["trip-order-service", "trip-route-service", "trip-user-service"]),
  part("trip-plan-service", 14322, "java", [
    "trip-travel-service",
    "trip-route-service",
    "trip-seat-service",
    "trip-price-service",
  ]),
  part("trip-order-service", 12031, "java", [
    "trip-seat-service",
    "trip-station-service",
    "order-mysql",
    "trip-notify-service",
  ]),
  part("order-mysql", 3306, "store", [], "StatefulSet"),
  ...NOUNS.flatMap((noun, index) => [
    part(`trip-${noun}-service`, 11_000 + 37 * index, "java", [
      `${noun}-mongo`,
      ...(index > 8 ? [`trip-${NOUNS[index - 9]}-service`, `trip-${NOUNS[index - 7]}-service`] : []),
    ]),
    part(`${noun}-mongo`, 27017, "store", []),
  ]),
  part("trip-rabbitmq", 5672, "store", []),
  part("trip-mail-service", 17853, "python", ["trip-rabbitmq"]),
  part("trip-news-service", 12862, "go", []),
  part("trip-ticket-ui", 8082, "node", ["gateway"]),
  part("trip-voucher-office", 16101, "python", ["trip-order-service"]),
  part("trip-cancel-service", 18885, "java", ["trip-order-service", "trip-notify-service"]),
];

const variable = (name: string): string =>
  name
    .replace(/-?service$/, "")
    .replaceAll("-", "_")
    .toUpperCase();

/** `isTold`: the addresses stand in variables; else programs carry them in themselves. */
function systemOf(parts: readonly Part[], isTold: boolean, probes: (part: Part) => Item): System {
  const world = bareCluster();
  for (const { name, port, calls, kind, stack, ...rest } of parts) {
    const env = calls.flatMap((call): Item[] => {
      const port = parts.find((one) => one.name === call)?.port;
      if (!isTold) return [];
      return [{ name: `${variable(call)}_SERVICE_ADDR`, value: `${call}:${port}` }];
    });
    const store = stack === "store" ? { tcpSocket: { port } } : undefined;
    workload(world, name, port, {
      ...(kind === undefined ? {} : { kind }),
      replicas: 1,
      env: stack === "store" ? [] : [...env, { name: "PORT", value: `${port}` }],
      ports: [{ name: isTold ? "grpc" : "http", port, targetPort: port, protocol: "TCP" }],
      container: {
        name: stack === "store" ? name : "server",
        resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
        ...(store === undefined ? probes({ name, port, calls, stack, ...rest }) : { readinessProbe: store }),
      },
    });
    log(world, name, ordinary(stack, port));
  }
  for (const [index, pod] of (world.items.Pod ?? []).filter(({ metadata }) => metadata.namespace === "shop").entries())
    pod.spec.nodeName = `node-${(index % 3) + 1}`;
  addService(
    world,
    `${parts[0]?.name}-external`,
    "shop",
    { app: parts[0]?.name },
    [{ name: "http", port: 80, targetPort: parts[0]?.port, protocol: "TCP" }],
    { type: "NodePort" },
  );
  return { isTold, parts: [...parts], world };
}

function ordinary(stack: Stack, port: number): string[] {
  if (stack === "java")
    return [
      `2026-11-22 11:20:01.120  INFO 1 --- [main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat started on port(s): ${port} (http)`,
      "2026-11-22 11:58:01.120  INFO 1 --- [io-1] c.x.service.Handler  : find by id 42",
    ];
  if (stack === "store")
    return [
      "* Ready to accept connections",
      "1:M 22 Nov 2026 11:50:00.010 * Background saving terminated with success",
    ];
  if (stack === "python")
    return [
      `{"severity": "INFO", "message": "listening on port: ${port}"}`,
      '{"severity": "INFO", "message": "request done"}',
    ];
  return [
    `{"message":"starting to listen on tcp: \\":${port}\\"","severity":"info"}`,
    '{"message":"request complete","severity":"debug","http.resp.status":200}',
  ];
}

const grpcProbes = ({ port }: Part): Item => ({
  readinessProbe: { grpc: { port }, periodSeconds: 10 },
  livenessProbe: { grpc: { port }, periodSeconds: 10 },
});
const tcpProbe = ({ port }: Part): Item => ({
  readinessProbe: { tcpSocket: { port }, initialDelaySeconds: 60, periodSeconds: 10, timeoutSeconds: 5 },
});

export const books = (): System => systemOf(BOOKS, true, grpcProbes);
export const trips = (): System => systemOf(TRIPS, false, tcpProbe);
export const SYSTEMS: Record<string, () => System> = { books, trips };

export type Failure = "refused" | "timeout" | "unresolved" | "none";
/** How loud those who call it suffer. */
export const MODES = ["silent", "complaints", "unready callers", "crashing callers", "old pod serves"] as const;
export type Mode = (typeof MODES)[number];

const LINES: Record<
  Exclude<Stack, "store">,
  Record<Exclude<Failure, "none">, (host: string, port: number, ip: string) => string>
> = {
  go: {
    refused: (host, port, ip) =>
      `{"error":"could not reach ${host}: rpc error: code = Unavailable desc = connection error: desc = \\"transport: Error while dialing: dial tcp ${ip}:${port}: connect: connection refused\\"","message":"request error","severity":"error"}`,
    timeout: (host, port, ip) =>
      `{"error":"rpc error: code = DeadlineExceeded desc = failed to call ${host}: dial tcp ${ip}:${port}: i/o timeout","severity":"error"}`,
    unresolved: (host) =>
      `{"error":"rpc error: code = Unavailable desc = name resolver error: dial tcp: lookup ${host} on 10.96.0.10:53: no such host","severity":"error"}`,
  },
  java: {
    refused: (host, port) =>
      `org.springframework.web.client.ResourceAccessException: I/O error on POST request for "http://${host}:${port}/api/v1/query": Connection refused (Connection refused); nested exception is java.net.ConnectException: Connection refused (Connection refused)`,
    timeout: (host, port) =>
      `org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://${host}:${port}/api/v1/query": connect timed out; nested exception is java.net.SocketTimeoutException: connect timed out`,
    unresolved: (host, port) =>
      `org.springframework.web.client.ResourceAccessException: I/O error on GET request for "http://${host}:${port}/api": ${host}; nested exception is java.net.UnknownHostException: ${host}`,
  },
  node: {
    refused: (_, port, ip) =>
      `{"severity":"error","message":"Error: 14 UNAVAILABLE: No connection established. Last error: connect ECONNREFUSED ${ip}:${port}"}`,
    timeout: (host, port) =>
      `{"severity":"error","message":"Error: 4 DEADLINE_EXCEEDED: Deadline exceeded after 5.0s, remote ${host}:${port}"}`,
    unresolved: (host) => `{"severity":"error","message":"Error: getaddrinfo ENOTFOUND ${host}"}`,
  },
  python: {
    refused: (host, port) =>
      `requests.exceptions.ConnectionError: HTTPConnectionPool(host='${host}', port=${port}): Max retries exceeded with url: /api (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))`,
    timeout: (host, port) =>
      `requests.exceptions.ConnectTimeout: HTTPConnectionPool(host='${host}', port=${port}): Max retries exceeded with url: /api (Caused by ConnectTimeoutError('Connection to ${host} timed out. (connect timeout=5)'))`,
    unresolved: (host, port) =>
      `requests.exceptions.ConnectionError: HTTPConnectionPool(host='${host}', port=${port}): Max retries exceeded (Caused by NameResolutionError("Failed to resolve '${host}' ([Errno -2] Name or service not known)"))`,
  },
};

const callersOf = ({ parts }: System, name: string): Part[] => parts.filter(({ calls }) => calls.includes(name));

/** Direct callers tell of what they call, theirs tell of them, up to the edge. */
export function suffer(system: System, target: string, failure: Failure, mode: Mode): void {
  const { world, parts } = system;
  if (mode === "silent" || mode === "old pod serves" || failure === "none") return;
  const told = new Set<string>([target]);
  let front = [target];
  let depth = 0;
  while (front.length > 0) {
    const next: string[] = [];
    for (const callee of front) {
      for (const caller of callersOf(system, callee)) {
        complain(
          world,
          parts,
          caller,
          callee,
          depth === 0 ? failure : mode === "crashing callers" && depth === 1 ? "refused" : undefined,
        );
        if (told.has(caller.name)) continue;
        told.add(caller.name);
        next.push(caller.name);
      }
    }
    if (depth === 0) fall(system, next, mode);
    front = next;
    depth++;
  }
}

function complain(
  world: World,
  parts: readonly Part[],
  caller: Part,
  callee: string,
  failure: Exclude<Failure, "none"> | undefined,
): void {
  if (caller.stack === "store") return;
  const port = parts.find(({ name }) => name === callee)?.port ?? 80;
  const ip =
    (world.items.Service ?? []).find(({ metadata }) => metadata.name === callee)?.spec.clusterIP ?? "10.96.9.9";
  const line =
    failure === undefined
      ? `ERROR failed to handle request: ${callee} answered 500 Internal Server Error`
      : LINES[caller.stack][failure](callee, port, ip);
  log(
    world,
    caller.name,
    Array.from({ length: 12 }, () => line),
  );
}

function fall({ world }: System, names: readonly string[], mode: Mode): void {
  for (const name of names) {
    if (podsOf(world, name).some(({ status }: Item) => status.phase !== "Running")) continue;
    if (mode === "unready callers") {
      unready(world, name);
      for (const pod of podsOf(world, name))
        event(
          world,
          "Pod",
          pod.metadata.name,
          "Unhealthy",
          "Readiness probe failed: HTTP probe failed with statuscode: 503",
          { count: 60 },
        );
    }
    if (mode === "crashing callers") {
      crashing(world, name, 1);
      const own = world.logs.filter(({ pod }) => podsOf(world, name).some(({ metadata }) => metadata.name === pod));
      for (const one of own)
        if (
          one.lines.some((line) =>
            /refused|timeout|resolve|ENOTFOUND|no such host|DEADLINE|timed out|UnknownHost/i.test(line),
          )
        )
          one.previous = true;
      for (const pod of podsOf(world, name))
        event(world, "Pod", pod.metadata.name, "BackOff", "Back-off restarting failed container server in pod", {
          count: 90,
        });
    }
  }
}

/** The revision before goes on beside new pods that do not come up: nobody suffers yet. */
export function keepOldPod({ world }: System, name: string, template: Item): void {
  const set = `${name}-5d4c7f9b8`;
  const own = structuredClone(template);
  own.metadata = {
    ...own.metadata,
    name: `${set}-old01`,
    ownerReferences: [{ kind: "ReplicaSet", name: set, controller: true }],
  };
  world.items.Pod?.push(own);
  const item = get(world, "Deployment", name);
  const rs = structuredClone(get(world, "ReplicaSet", `${name}-7f9dd8b6c4`));
  rs.metadata.name = set;
  rs.status = { replicas: 1, readyReplicas: 1 };
  world.items.ReplicaSet?.push(rs);
  const made = podsOf(world, name).length;
  Object.assign(item.status, {
    replicas: 1 + made,
    updatedReplicas: made,
    readyReplicas: 1,
    availableReplicas: 1,
    unavailableReplicas: 1,
  });
  const slice = get(world, "EndpointSlice", `${name}-abcde`);
  slice.endpoints.push({
    addresses: [own.status.podIP],
    conditions: { ready: true },
    targetRef: { kind: "Pod", name: own.metadata.name },
  });
}

/** What recordings often leave out. */
export const LESS: ReadonlyArray<(world: World) => void> = [
  () => undefined,
  (world) => {
    world.items.ReplicaSet = [];
    world.unread.add("ReplicaSet");
  },
  (world) => {
    world.items.EndpointSlice = [];
    world.unread.add("EndpointSlice");
  },
  (world) => {
    for (const pod of world.items.Pod ?? []) delete pod.metadata.ownerReferences;
    world.items.ReplicaSet = [];
    world.unread.add("ReplicaSet");
  },
];

/** What every cluster has at any time: old warnings, a few restarts long ago. */
export function everydayNoise({ world, parts }: System): void {
  for (const { name } of parts.slice(1, 4)) {
    const [pod] = podsOf(world, name);
    if (pod === undefined) continue;
    event(
      world,
      "Pod",
      pod.metadata.name,
      "Unhealthy",
      "Readiness probe failed: timeout: failed to connect service within 1s",
      { seconds: 80_000, count: 2 },
    );
    for (const status of pod.status.containerStatuses) {
      status.restartCount = Math.max(1, status.restartCount);
      if (status.lastState === undefined)
        status.lastState = { terminated: { exitCode: 255, reason: "Unknown", finishedAt: ago(200_000) } };
    }
  }
  event(world, "Node", "node-1", "Rebooted", "Node node-1 has been rebooted", { seconds: 90_000, count: 1 });
}
