/** The faults of the lab: what is broken, what is asked, and which service is the cause. Quiet cases have none. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const flag = (name, value) => ({
  inject: (lab) => lab.faults({ [name]: value }),
  heal: (lab) => lab.faults({}),
});

/** A part that is ended and started again. */
const stop = (part, signal) => ({
  inject: (lab) => lab.end(part, signal),
  heal: (lab) => lab.again(part),
});

function holdsSql(sql, more = {}) {
  return {
    inject: async (lab) => {
      lab.run("sql-fault", "psql", ["-h", "127.0.0.1", "-p", String(lab.ports.pg), "-U", "postgres", "-c", sql], more);
    },
    heal: async (lab) => {
      lab.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'postgres' AND application_name = 'psql'",
      );
      await lab.end("sql-fault");
    },
  };
}

export const FAULTS = [
  { id: "postgres-stopped", cause: "postgresql", goal: "catalog is down", ...stop("postgres", "SIGINT") },
  { id: "redis-stopped", cause: "redis", goal: "customers get errors", ...stop("redis") },
  {
    id: "redis-full",
    cause: "redis",
    goal: "the catalog answers with errors",
    inject: (lab) => lab.redis("CONFIG", "SET", "maxmemory", "1mb"),
    heal: (lab) => lab.redis("CONFIG", "SET", "maxmemory", "32mb"),
  },
  {
    id: "redis-clients",
    cause: "redis",
    goal: "catalog returns 500",
    inject: async (lab) => {
      lab.redis("CONFIG", "SET", "maxclients", "1");
    },
    heal: async (lab) => {
      await lab.end("redis");
      lab.again("redis");
    },
  },
  { id: "ledger-stopped", cause: "ledger", goal: "customers cannot order", ...stop("ledger", "SIGKILL") },
  { id: "ledger-bug", cause: "ledger", goal: "orders fail", ...flag("ledger", "bug") },
  { id: "ledger-password", cause: "ledger", goal: "the ledger answers with errors", ...flag("ledger", "password") },
  {
    id: "catalog-release",
    cause: "catalog",
    goal: "customers get errors since a while",
    ...flag("catalog", "release"),
  },
  { id: "catalog-slow", cause: "catalog", goal: "the catalog is slow", ...flag("catalog", "slow") },
  { id: "catalog-loop", cause: "catalog", goal: "pages load slowly", ...flag("catalog", "loop") },
  {
    id: "catalog-instance-killed",
    cause: "catalog",
    goal: "haproxy says a server is down",
    ...stop("catalog1", "SIGKILL"),
  },
  { id: "haproxy-stopped", cause: "haproxy", goal: "customers cannot reach the site, 502", ...stop("haproxy") },
  { id: "nginx-stopped", cause: "edge-nginx", goal: "the site is down", ...stop("nginx") },
  { id: "rabbitmq-stopped", cause: "rabbitmq", goal: "orders fail with errors", wait: 60, ...stop("rabbitmq") },
  { id: "mailer-stopped", cause: "mailer", goal: "no mails are sent", ...stop("mailer") },
  { id: "mailer-stuck", cause: "mailer", goal: "the queue grows", wait: 70, ...flag("mailer", "stuck") },
  {
    id: "table-locked",
    cause: "postgresql",
    goal: "orders take for ever",
    ...holdsSql("BEGIN; LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)"),
  },
  {
    id: "index-dropped",
    cause: "postgresql",
    goal: "the ledger became slow",
    inject: (lab) => lab.sql("DROP INDEX accounts_reference"),
    heal: (lab) => lab.sql("CREATE INDEX accounts_reference ON accounts (reference)"),
  },
  {
    id: "postgres-connections",
    cause: "postgresql",
    goal: "the ledger fails",
    inject: (lab) => {
      for (let i = 0; i < 56; i++) {
        const argv = ["-h", "127.0.0.1", "-p", String(lab.ports.pg), "-U", "postgres", "-c", "SELECT pg_sleep(600)"];
        lab.run(`hog${i}`, "psql", argv, { log: "hogs" });
      }
    },
    heal: async (lab) => {
      for (let i = 0; i < 56; i++) await lab.end(`hog${i}`, "SIGKILL");
      lab.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid()",
      );
    },
  },
  {
    id: "proxy-points-nowhere",
    cause: "edge-nginx",
    goal: "customers get 502",
    inject: async (lab) => {
      lab.writeNginx(9);
      process.kill(lab.parts.get("nginx").child.pid, "SIGHUP");
    },
    heal: async (lab) => {
      lab.writeNginx(lab.ports.proxy);
      process.kill(lab.parts.get("nginx").child.pid, "SIGHUP");
    },
  },
  {
    id: "surge",
    cause: "edge-nginx",
    also: ["haproxy", "node", "catalog"],
    goal: "the site is slow",
    ...flag("load", "surge"),
  },
  {
    id: "redis-flushed-again",
    cause: "redis",
    goal: "the ledger gets many more requests than usual",
    inject: (lab) => {
      lab.run("flusher", "sh", ["-c", `while true; do redis-cli -p ${lab.ports.redis} FLUSHALL; sleep 1; done`]);
    },
    heal: (lab) => lab.end("flusher"),
  },
  { id: "quiet-nothing", quiet: true, goal: "what is wrong?", inject: () => undefined, heal: () => undefined },
  {
    id: "quiet-named",
    quiet: true,
    goal: "is the catalog in trouble?",
    inject: () => undefined,
    heal: () => undefined,
  },
  {
    id: "quiet-over",
    quiet: true,
    goal: "customers got errors for a moment",
    inject: async (lab) => {
      await lab.end("redis");
      await pause(15_000);
      lab.again("redis");
    },
    wait: 75,
    heal: () => undefined,
  },
];

/** The webhook that Alertmanager would send for the alert that fired first. */
export function alertFile(lab, alerts) {
  const [first] = [...alerts].sort((a, b) => (a.activeAt < b.activeAt ? -1 : 1));
  if (first === undefined) return undefined;
  const alert = { status: "firing", labels: first.labels, annotations: first.annotations, startsAt: first.activeAt };
  const file = join(lab.dir, "alert.json");
  const common = { groupLabels: {}, commonLabels: first.labels, commonAnnotations: first.annotations };
  const webhook = {
    version: "4",
    groupKey: "lab",
    status: "firing",
    receiver: "lab",
    externalURL: "http://127.0.0.1",
    ...common,
  };
  writeFileSync(file, JSON.stringify({ ...webhook, truncatedAlerts: 0, alerts: [alert] }));
  return file;
}
