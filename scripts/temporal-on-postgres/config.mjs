// The configuration of a Temporal server on a Postgres of this machine, on loopback alone.
import { fileURLToPath } from "node:url";

const LOOPBACK = "127.0.0.1";
const DYNAMIC_CONFIG = fileURLToPath(new URL("../../deploy/compose/dynamic-config.yaml", import.meta.url));

/** `ports`: of the database, then of Temporal's services, then of the metrics. */
export function configOf(ports, password) {
  const [
    database,
    frontend,
    frontendMembers,
    http,
    matching,
    matchingMembers,
    history,
    historyMembers,
    worker,
    workerMembers,
    metrics,
  ] = ports;
  const store = (databaseName, maxConns) => ({
    sql: {
      pluginName: "postgres12",
      databaseName,
      connectAddr: `${LOOPBACK}:${database}`,
      connectProtocol: "tcp",
      user: "temporal",
      password,
      maxConns,
      maxIdleConns: maxConns,
      maxConnLifetime: "1h",
    },
  });
  const rpc = (grpcPort, membershipPort, more = {}) => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true, ...more },
  });
  return {
    log: { stdout: true, level: "warn" },
    // As many shards as the image of compose.yaml has.
    persistence: {
      defaultStore: "main",
      visibilityStore: "visibility",
      numHistoryShards: 4,
      datastores: { main: store("temporal", 20), visibility: store("temporal_visibility", 10) },
    },
    global: {
      membership: { maxJoinDuration: "30s", broadcastAddress: LOOPBACK },
      metrics: { prometheus: { listenAddress: `${LOOPBACK}:${metrics}` } },
    },
    services: {
      frontend: rpc(frontend, frontendMembers, { httpPort: http }),
      matching: rpc(matching, matchingMembers),
      history: rpc(history, historyMembers),
      worker: rpc(worker, workerMembers),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: "active",
      currentClusterName: "active",
      clusterInformation: {
        active: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: "frontend",
          rpcAddress: `${LOOPBACK}:${frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: "noop" },
    archival: { history: { state: "disabled" }, visibility: { state: "disabled" } },
    publicClient: { hostPort: `${LOOPBACK}:${frontend}` },
    dynamicConfigClient: { filepath: DYNAMIC_CONFIG, pollInterval: "60s" },
  };
}
