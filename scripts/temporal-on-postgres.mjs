// A Temporal server on Postgres, as a cluster has it, on this machine's loopback alone; everything in a folder that goes at the end.
//   node scripts/temporal-on-postgres.mjs                      (until Ctrl-C; prints the address)
//   node scripts/temporal-on-postgres.mjs -- COMMAND …         (runs it with TEMPORAL_ADDRESS set, and ends with it)
// Wants postgresql-15 or newer on this machine, and `node scripts/provide-services.mjs temporal-server` before.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Connection } from "@temporalio/client";
import { parse, stringify } from "yaml";
import { configOf } from "./temporal-on-postgres/config.mjs";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const NAMESPACE = "default";
const LOOPBACK = "127.0.0.1";
const say = (text) => console.error(`temporal-on-postgres: ${text}`);

/** Stands for Temporal's search attribute types, in the order of their numbers. */
const TYPES = ["Text", "Keyword", "Int", "Double", "Bool", "Datetime", "KeywordList"];

function programs() {
  const cache =
    process.env.AUTOOPS_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "autoops");
  const bin = join(cache, "services", "bin");
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort((a, b) => b - a) : [];
  const postgres = versions
    .map((version) => join("/usr/lib/postgresql", version, "bin"))
    .find((path) => existsSync(join(path, "initdb")));
  if (postgres === undefined)
    throw new Error("there is no Postgres: apt-get install --no-install-recommends postgresql-15");
  for (const name of ["server", "sql"]) {
    if (!existsSync(join(bin, name)))
      throw new Error("there is no Temporal server: node scripts/provide-services.mjs temporal-server");
  }
  return {
    initdb: join(postgres, "initdb"),
    postgres: join(postgres, "postgres"),
    server: join(bin, "server"),
    sql: join(bin, "sql"),
  };
}

/** Free ports. Temporal keeps its own in a column of 16 bits with a sign: the usual free ones are too high for it. */
async function freePorts(count) {
  const ports = new Set();
  while (ports.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    const server = createServer().listen(port, LOOPBACK);
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((closed) => server.close(closed));
    ports.add(port);
  }
  return [...ports];
}

async function until(what, seconds, attempt) {
  let last;
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await pause(100)) {
    try {
      return await attempt();
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`${what} did not come up: ${last?.message}`);
}

const children = [];
function start(program, args, folder, options = {}) {
  const log = openSync(join(folder, `${program.split("/").at(-1)}.log`), "a", 0o600);
  const child = spawn(program, args, { stdio: ["ignore", log, log], ...options });
  children.push(child);
  return child;
}

/** Postgres refuses to run as root: then it runs as the user that its package made. */
function ownerOf(folder) {
  if (process.getuid() !== 0) return {};
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })));
  chmodSync(folder, 0o711);
  return { uid, gid };
}

async function startPostgres({ initdb, postgres }, folder, port) {
  const owner = ownerOf(folder);
  const data = mkdtempSync(join(folder, "postgres-"));
  const password = randomBytes(24).toString("hex");
  const file = join(data, "..", "password");
  writeFileSync(file, password, { mode: 0o600 });
  if (owner.uid !== undefined) for (const path of [data, file]) chownSync(path, owner.uid, owner.gid);
  execFileSync(initdb, ["-D", data, "-U", "temporal", "-A", "scram-sha-256", "--pwfile", file], {
    ...owner,
    cwd: "/",
    stdio: "ignore",
  });
  rmSync(file);
  // Every commit reaches the disk, as in production: what the measurements show includes it.
  const settings = [`listen_addresses=${LOOPBACK}`, "unix_socket_directories=", "max_connections=200"].flatMap(
    (set) => ["-c", set],
  );
  start(postgres, ["-D", data, "-p", String(port), ...settings], folder, { ...owner, cwd: "/" });
  return password;
}

async function makeSchemas({ sql }, port, password) {
  const env = { PATH: process.env.PATH, SQL_PASSWORD: password };
  const common = ["--plugin", "postgres12", "--endpoint", LOOPBACK, "--port", String(port), "--user", "temporal"];
  for (const [database, schema] of [
    ["temporal", "temporal"],
    ["temporal_visibility", "visibility"],
  ]) {
    const run = (...args) => execFileSync(sql, [...common, "--database", database, ...args], { env, stdio: "pipe" });
    await until("Postgres", 30, () => run("create-database"));
    run("setup-schema", "--version", "0.0");
    run("update-schema", "--schema-name", `postgresql/v12/${schema}`);
  }
}

async function prepare(address) {
  const { search_attributes: wanted, retention_hours: hours } = parse(
    readFileSync(join(ROOT, "temporal-dev.yaml"), "utf8"),
  );
  const searchAttributes = Object.fromEntries(
    Object.entries(wanted).map(([name, type]) => [name, TYPES.indexOf(type) + 1]),
  );
  const connection = await until("Temporal", 60, () => Connection.connect({ address, connectTimeout: 1_000 }));
  try {
    const retention = { workflowExecutionRetentionPeriod: { seconds: hours * 3_600 } };
    await until("the namespace", 60, async () => {
      await connection.workflowService.registerNamespace({ namespace: NAMESPACE, ...retention }).catch((error) => {
        if (error.code !== 6) throw error;
      });
      // The front learns of a new namespace with a delay.
      await connection.operatorService
        .addSearchAttributes({ namespace: NAMESPACE, searchAttributes })
        .catch((error) => {
          if (error.code !== 6) throw error;
        });
      const { customAttributes = {} } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
      const lacking = Object.keys(wanted).filter((name) => customAttributes[name] === undefined);
      if (lacking.length > 0) throw new Error(`it lacks ${lacking.join(", ")}`);
    });
  } finally {
    await connection.close();
  }
}

/** Ends what was started, youngest first, each by its own id. */
async function stopAll() {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "exit");
    child.kill(child.spawnfile.endsWith("postgres") ? "SIGINT" : "SIGTERM");
    const done = await Promise.race([gone.then(() => true), pause(10_000, false, { ref: false })]);
    if (!done) child.kill("SIGKILL");
    await gone;
  }
}

async function main() {
  const found = programs();
  const folder = mkdtempSync(join(tmpdir(), "autoops-postgres-"));
  const left = new Promise((resolve) =>
    ["SIGINT", "SIGTERM"].map((signal) => process.once(signal, () => resolve(130))),
  );
  try {
    const ports = await freePorts(11);
    const password = await startPostgres(found, folder, ports[0]);
    await makeSchemas(found, ports[0], password);
    const config = join(folder, "temporal.yaml");
    writeFileSync(config, stringify(configOf(ports, password)), { mode: 0o600 });
    const server = start(found.server, ["--config-file", config, "--allow-no-auth", "start"], folder);
    const address = `${LOOPBACK}:${ports[1]}`;
    await prepare(address);
    say(
      `Temporal on ${address}, namespace ${NAMESPACE}, metrics on http://${LOOPBACK}:${ports[10]}/metrics, logs in ${folder}`,
    );
    const ended = once(server, "exit").then(() => Promise.reject(new Error("the Temporal server ended")));
    const split = process.argv.indexOf("--");
    if (split === -1) return await Promise.race([left, ended]);
    const env = {
      ...process.env,
      TEMPORAL_ADDRESS: address,
      TEMPORAL_METRICS_URL: `http://${LOOPBACK}:${ports[10]}/metrics`,
    };
    const [program, ...args] = process.argv.slice(split + 1);
    const command = spawn(program, args, { env, stdio: "inherit" });
    children.push(command);
    return await Promise.race([left, ended, once(command, "exit").then(([code]) => code ?? 1)]);
  } catch (error) {
    for (const name of ["server.log", "postgres.log"]) {
      const log = join(folder, name);
      if (existsSync(log)) say(`${name}: ${readFileSync(log, "utf8").split("\n").slice(-5).join("\n").slice(-2_000)}`);
    }
    throw error;
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    say(error.message);
    process.exit(1);
  },
);
