/** Brings up the lab: an ordinary stack of real parts out of packages, on loopback, in a folder of its own; ends by pid what it started. */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const HERE = import.meta.dirname;
const PROGRAMS = [
  "haproxy",
  "nginx",
  "redis-server",
  "redis-cli",
  "rabbitmq-server",
  "rabbitmqctl",
  "prometheus",
  "prometheus-alertmanager",
  "prometheus-node-exporter",
  "prometheus-postgres-exporter",
  "prometheus-redis-exporter",
  "prometheus-nginx-exporter",
  "prometheus-blackbox-exporter",
  "prometheus-process-exporter",
  "runuser",
];
const PG = "/usr/lib/postgresql/15/bin";

/** Programs that the lab needs and this machine lacks. */
export function missingPrograms() {
  const missing = PROGRAMS.filter((name) => spawnable("which", [name]) === false);
  if (!spawnable("test", ["-x", `${PG}/initdb`])) missing.push("postgresql-15");
  if (!spawnable("/usr/bin/python3", ["-c", "import prometheus_client, psycopg2, pika"])) {
    missing.push("python3-prometheus-client", "python3-psycopg2", "python3-pika");
  }
  if (process.getuid?.() !== 0) missing.push("root (PostgreSQL and RabbitMQ run as their own users)");
  return missing;
}

function spawnable(program, argv) {
  try {
    execFileSync(program, argv, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      return new Promise((resolve) => {
        const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
      });
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

const NAMES =
  "pg redis amqp rabbitMetrics epmd dist edge proxy proxyMetrics catalog1 catalog2 ledger ledgerMetrics mailerMetrics pgExporter redisExporter nginxExporter nodeExporter blackbox processExporter prometheus alertmanager".split(
    " ",
  );

/** Parts whose standard output is their log; that of the others is nobody's concern. */
const OWN_LOGS = new Set(["postgres", "redis", "rabbitmq", "haproxy"]);

export class Lab {
  parts = new Map();
  ports = {};
  constructor(dir) {
    this.dir = dir;
    this.logs = join(dir, "logs");
    this.faultsFile = join(dir, "faults.json");
  }

  static async start(dir) {
    const lab = new Lab(dir);
    const free = await freePorts(NAMES.length);
    for (const [index, name] of NAMES.entries()) lab.ports[name] = free[index];
    for (const folder of ["", "logs", "out", "pg", "redis", "rabbit", "disk", "prom", "am", "bin"]) {
      mkdirSync(join(dir, folder), { recursive: true });
      chmodSync(join(dir, folder), 0o755);
    }
    lab.faults({});
    try {
      await lab.startPostgres();
      lab.startRedis();
      lab.startRabbit();
      for (const app of ["ledger", "catalog1", "catalog2", "mailer"]) lab.startApp(app);
      lab.startProxies();
      lab.startExporters();
      lab.startWatchers();
      await lab.ready();
      lab.startLoad();
      return lab;
    } catch (error) {
      await lab.stop();
      throw error;
    }
  }

  faults(faults) {
    writeFileSync(this.faultsFile, JSON.stringify(faults));
  }

  run(name, program, argv, { env = {}, user, log = name } = {}) {
    const folder = OWN_LOGS.has(log) ? this.logs : join(this.dir, "out");
    const file = openSync(join(folder, `${log}.log`), "a");
    const [command, list] =
      user === undefined
        ? [program, argv]
        : ["runuser", ["-u", user, "--preserve-environment", "--", program, ...argv]];
    const child = spawn(command, list, {
      env: { PATH: process.env.PATH, HOME: this.dir, LANG: "C.UTF-8", ...env },
      stdio: ["ignore", file, file],
      detached: true,
      cwd: this.dir,
    });
    const gone = new Promise((resolve) => child.once("exit", resolve));
    this.parts.set(name, { child, gone, again: () => this.run(name, program, argv, { env, user, log }) });
    return child;
  }

  /** Ends the whole group of one part. */
  async end(name, signal = "SIGTERM") {
    const part = this.parts.get(name);
    if (part === undefined) return;
    try {
      process.kill(-part.child.pid, signal);
    } catch {
      // It is gone already.
    }
    await Promise.race([part.gone, pause(8_000)]);
    if (part.child.exitCode === null && part.child.signalCode === null) {
      try {
        process.kill(-part.child.pid, "SIGKILL");
      } catch {
        // It went in between.
      }
    }
  }

  again(name) {
    this.parts.get(name)?.again();
  }

  async startPostgres() {
    const { pg } = this.ports;
    const data = join(this.dir, "pg", "data");
    const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })));
    chownSync(join(this.dir, "pg"), uid, gid);
    execFileSync("runuser", ["-u", "postgres", "--", `${PG}/initdb`, "-A", "trust", "-D", data], { stdio: "ignore" });
    writeFileSync(
      join(data, "postgresql.auto.conf"),
      [
        `port = ${pg}`,
        "listen_addresses = '127.0.0.1'",
        "unix_socket_directories = '/tmp'",
        "fsync = off",
        "max_connections = 60",
        "deadlock_timeout = 1s",
        "log_lock_waits = on",
        "log_line_prefix = '%m [%p] %u@%d '",
        "",
      ].join("\n"),
    );
    this.run("postgres", `${PG}/postgres`, ["-D", data], { user: "postgres" });
    await this.until(() => spawnable("pg_isready", ["-h", "127.0.0.1", "-p", String(pg)]));
    this.sql(
      "CREATE ROLE ledger LOGIN",
      "CREATE TABLE accounts (id int PRIMARY KEY, reference text, balance bigint, filler text)",
      "INSERT INTO accounts SELECT i, 'ref-'||i, 0, repeat('x', 300) FROM generate_series(0, 59999) i",
      "CREATE INDEX accounts_reference ON accounts (reference)",
      "GRANT ALL ON accounts TO ledger",
      "ANALYZE",
    );
  }

  sql(...statements) {
    const argv = ["-h", "127.0.0.1", "-p", String(this.ports.pg), "-U", "postgres", "-qAt"];
    return execFileSync("psql", [...argv, ...statements.flatMap((text) => ["-c", text])], { encoding: "utf8" });
  }

  startRedis() {
    const argv = [
      "--port",
      String(this.ports.redis),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--dir",
      join(this.dir, "redis"),
    ];
    this.run("redis", "redis-server", [...argv, "--maxmemory", "32mb", "--maxmemory-policy", "noeviction"]);
  }

  redis(...words) {
    return execFileSync("redis-cli", ["-p", String(this.ports.redis), ...words], { encoding: "utf8" });
  }

  rabbitEnvironment() {
    const { amqp, dist, epmd } = this.ports;
    return {
      RABBITMQ_NODENAME: `lab${amqp}@localhost`,
      RABBITMQ_NODE_PORT: String(amqp),
      RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
      RABBITMQ_DIST_PORT: String(dist),
      ERL_EPMD_PORT: String(epmd),
      RABBITMQ_MNESIA_BASE: join(this.dir, "rabbit"),
      RABBITMQ_LOGS: "-",
      RABBITMQ_ENABLED_PLUGINS_FILE: join(this.dir, "rabbit", "plugins"),
      RABBITMQ_CONFIG_FILE: join(this.dir, "rabbit", "rabbitmq"),
      RABBITMQ_PID_FILE: join(this.dir, "rabbit", "pid"),
      HOME: join(this.dir, "rabbit"),
    };
  }

  startRabbit() {
    const base = join(this.dir, "rabbit");
    const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "rabbitmq"], { encoding: "utf8" })));
    writeFileSync(join(base, "plugins"), "[rabbitmq_prometheus].\n");
    writeFileSync(
      join(base, "rabbitmq.conf"),
      `prometheus.tcp.port = ${this.ports.rabbitMetrics}\nprometheus.tcp.ip = 127.0.0.1\nprometheus.return_per_object_metrics = true\n`,
    );
    chownSync(base, uid, gid);
    this.run("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server", [], {
      user: "rabbitmq",
      env: this.rabbitEnvironment(),
    });
  }

  rabbitctl(...words) {
    const argv = ["-u", "rabbitmq", "--preserve-environment", "--", "/usr/lib/rabbitmq/bin/rabbitmqctl", ...words];
    return execFileSync("runuser", argv, {
      env: { PATH: process.env.PATH, ...this.rabbitEnvironment() },
      encoding: "utf8",
    });
  }

  startApp(name) {
    const { ports } = this;
    const common = { FAULTS_FILE: this.faultsFile, AMQP_PORT: String(ports.amqp) };
    if (name.startsWith("catalog")) {
      this.run(name, process.execPath, [join(HERE, "apps/catalog.mjs")], {
        env: {
          ...common,
          PORT: String(ports[name]),
          LOG: join(this.logs, `${name}.json`),
          REDIS_PORT: String(ports.redis),
          LEDGER_URL: `http://127.0.0.1:${ports.ledger}`,
        },
      });
      return;
    }
    const env = { ...common, LOG: join(this.logs, `${name}.txt`), METRICS_PORT: String(ports[`${name}Metrics`]) };
    const more = { PORT: String(ports.ledger), DSN: `host=127.0.0.1 port=${ports.pg} user=ledger dbname=postgres` };
    this.run(name, "/usr/bin/python3", [join(HERE, `apps/${name}.py`)], {
      env: name === "ledger" ? { ...env, ...more } : env,
    });
  }

  startProxies() {
    const { ports, dir } = this;
    writeFileSync(
      join(dir, "haproxy.cfg"),
      `global
  log stdout format raw local0
defaults
  mode http
  log global
  timeout connect 2s
  timeout client 10s
  timeout server 6s
frontend web
  bind 127.0.0.1:${ports.proxy}
  default_backend catalog
backend catalog
  option httpchk GET /healthz
  server catalog1 127.0.0.1:${ports.catalog1} check inter 1s
  server catalog2 127.0.0.1:${ports.catalog2} check inter 1s
frontend metrics
  bind 127.0.0.1:${ports.proxyMetrics}
  http-request use-service prometheus-exporter if { path /metrics }
`,
    );
    this.run("haproxy", "haproxy", ["-W", "-f", join(dir, "haproxy.cfg")]);
    this.writeNginx(ports.proxy);
    this.run("nginx", "nginx", ["-p", dir, "-c", join(dir, "nginx.conf"), "-g", "daemon off;"]);
  }

  /** Where the machine has other work, an alert about its CPU tells of that work and not of the stack. */
  rules() {
    const text = readFileSync(join(HERE, "rules.yml"), "utf8");
    this.busy = loadavg()[0] > availableParallelism();
    return this.busy ? text.replace(/ {6}- alert: CpuBusy\n(?: {8}.*\n)*/, "") : text;
  }

  writeNginx(upstream) {
    const { ports, dir, logs } = this;
    writeFileSync(
      join(dir, "nginx.conf"),
      `pid ${dir}/nginx.pid;
error_log ${logs}/nginx-error.log;
events { worker_connections 256; }
http {
  access_log ${logs}/nginx-access.log;
  client_body_temp_path ${dir}/nginx-body;
  proxy_temp_path ${dir}/nginx-proxy;
  fastcgi_temp_path ${dir}/nginx-f; uwsgi_temp_path ${dir}/nginx-u; scgi_temp_path ${dir}/nginx-s;
  server {
    listen 127.0.0.1:${ports.edge};
    location /nginx_status { stub_status; }
    location / { proxy_pass http://127.0.0.1:${upstream}; proxy_connect_timeout 2s; }
  }
}
`,
    );
  }

  startExporters() {
    const { ports, dir } = this;
    const at = (port) => `127.0.0.1:${port}`;
    const dsn = `postgresql://postgres@127.0.0.1:${ports.pg}/postgres?sslmode=disable`;
    this.run("pg-exporter", "prometheus-postgres-exporter", [`--web.listen-address=${at(ports.pgExporter)}`], {
      env: { DATA_SOURCE_NAME: dsn },
    });
    this.run("redis-exporter", "prometheus-redis-exporter", [
      `-web.listen-address=${at(ports.redisExporter)}`,
      `-redis.addr=redis://127.0.0.1:${ports.redis}`,
    ]);
    this.run("nginx-exporter", "prometheus-nginx-exporter", [
      `-web.listen-address=${at(ports.nginxExporter)}`,
      `-nginx.scrape-uri=http://127.0.0.1:${ports.edge}/nginx_status`,
    ]);
    this.run("node-exporter", "prometheus-node-exporter", [
      `--web.listen-address=${at(ports.nodeExporter)}`,
      "--collector.filesystem.mount-points-exclude=^/(proc|sys|dev)($|/)",
    ]);
    writeFileSync(join(dir, "blackbox.yml"), "modules: { http_2xx: { prober: http, timeout: 4s } }\n");
    this.run("blackbox", "prometheus-blackbox-exporter", [
      `--config.file=${dir}/blackbox.yml`,
      `--web.listen-address=${at(ports.blackbox)}`,
    ]);
    writeFileSync(join(dir, "process.yml"), 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n');
    this.run("process-exporter", "prometheus-process-exporter", [
      `-web.listen-address=${at(ports.processExporter)}`,
      `-config.path=${dir}/process.yml`,
    ]);
  }

  startWatchers() {
    const { ports, dir } = this;
    writeFileSync(join(dir, "rules.yml"), this.rules());
    const job = (name, ...list) =>
      `  - job_name: ${name}\n    static_configs: [{ targets: [${list.map((port) => `"127.0.0.1:${port}"`).join(", ")}] }]\n`;
    writeFileSync(
      join(dir, "prometheus.yml"),
      `global: { scrape_interval: 5s, evaluation_interval: 5s }
rule_files: ["${join(dir, "rules.yml")}"]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:${ports.alertmanager}"] }] }] }
scrape_configs:
${job("catalog", ports.catalog1, ports.catalog2)}${job("ledger", ports.ledgerMetrics)}${job("mailer", ports.mailerMetrics)}${job("postgresql", ports.pgExporter)}${job("redis_exporter", ports.redisExporter)}${job("rabbitmq", ports.rabbitMetrics)}${job("haproxy", ports.proxyMetrics)}${job("edge-nginx", ports.nginxExporter)}${job("node", ports.nodeExporter)}${job("processes", ports.processExporter)}${job("prometheus", ports.prometheus)}  - job_name: blackbox
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ["http://127.0.0.1:${ports.edge}/items/1"] }]
    relabel_configs:
      - { source_labels: [__address__], target_label: __param_target }
      - { source_labels: [__param_target], target_label: instance }
      - { target_label: __address__, replacement: "127.0.0.1:${ports.blackbox}" }
`,
    );
    writeFileSync(join(dir, "alertmanager.yml"), "route: { receiver: none }\nreceivers: [{ name: none }]\n");
    this.run("alertmanager", "prometheus-alertmanager", [
      `--config.file=${dir}/alertmanager.yml`,
      `--storage.path=${dir}/am`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      "--cluster.listen-address=",
    ]);
    this.run("prometheus", "prometheus", [
      `--config.file=${dir}/prometheus.yml`,
      `--storage.tsdb.path=${dir}/prom`,
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
    ]);
  }

  startLoad() {
    this.run("load", process.execPath, [join(HERE, "apps/load.mjs")], {
      env: { URL_BASE: `http://127.0.0.1:${this.ports.edge}`, FAULTS_FILE: this.faultsFile },
    });
  }

  get prometheusUrl() {
    return `http://127.0.0.1:${this.ports.prometheus}`;
  }

  get alertmanagerUrl() {
    return `http://127.0.0.1:${this.ports.alertmanager}`;
  }

  /** The alerts as Alertmanager has them. */
  async managed() {
    const answer = await fetch(`${this.alertmanagerUrl}/api/v2/alerts`);
    return answer.json();
  }

  async silence(name, value) {
    const ends = new Date(Date.now() + 3_600_000).toISOString();
    const matchers = [{ name, value, isRegex: false, isEqual: true }];
    const body = { matchers, startsAt: new Date().toISOString(), endsAt: ends, createdBy: "lab", comment: "known" };
    await fetch(`${this.alertmanagerUrl}/api/v2/silences`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async query(expr) {
    const answer = await fetch(`${this.prometheusUrl}/api/v1/query?query=${encodeURIComponent(expr)}`);
    return (await answer.json()).data.result;
  }

  async alerts() {
    const answer = await fetch(`${this.prometheusUrl}/api/v1/alerts`);
    return (await answer.json()).data.alerts.filter(({ state }) => state === "firing");
  }

  async ready() {
    await this.until(async () => {
      const up = await this.query("up == 1").catch(() => []);
      return up.length >= 13;
    }, 90_000);
  }

  async until(test, most = 60_000) {
    const end = Date.now() + most;
    for (;;) {
      if (await test()) return;
      if (Date.now() > end) throw new Error(`the lab was not ready in ${most / 1_000} s: ${this.dir}`);
      await pause(500);
    }
  }

  async stop() {
    for (const name of [...this.parts.keys()].reverse()) {
      const soft = name === "postgres" ? "SIGINT" : "SIGTERM";
      await this.end(name, soft);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}
