/**
 * `npm run lab`: an ordinary stack out of packages, broken in one way after another, asked about in plain words and by the alert that
 * really fired. Prints a scorecard. `-- --only a,b` takes these faults alone, `--keep FILE` keeps the answers,
 * `--write` writes the figures into docs/evaluation.md, `--page A,B` does so from answers that were kept, the last of each question.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { alertFile, FAULTS } from "./lab/faults.mjs";
import { cardOf, writePage } from "./lab/page.mjs";
import { Lab, missingPrograms } from "./lab/stack.mjs";

const ROOT = resolve(import.meta.dirname, "..");
const MAIN = join(ROOT, "dist/client/cli/main.js");
const WARM_SECONDS = 90;
const WAIT_SECONDS = 45;
const HEAL_SECONDS = 60;

const argv = process.argv.slice(2);
const keep = argv.includes("--keep") ? argv[argv.indexOf("--keep") + 1] : undefined;
const only = argv.includes("--only") ? argv[argv.indexOf("--only") + 1].split(",") : undefined;

if (argv.includes("--page")) {
  const files = argv[argv.indexOf("--page") + 1].split(",");
  const all = files.flatMap((file) => JSON.parse(readFileSync(file, "utf8")));
  const last = new Map(all.map((row) => [`${row.id} ${row.way}`, row]));
  const order = (row) => FAULTS.findIndex(({ id }) => id === row.id);
  const sorted = [...last.values()].sort((a, b) => order(a) - order(b));
  writePage(join(ROOT, "docs/evaluation.md"), sorted, remarkOf(true));
  for (const [name, value] of cardOf(sorted)) console.log(`${name}: ${value}`);
  process.exit(0);
}
const strange = (only ?? []).filter((id) => !FAULTS.some((fault) => fault.id === id));
if (strange.length > 0) {
  console.error(`the lab has no fault ${strange.join(", ")}; it has ${FAULTS.map(({ id }) => id).join(", ")}`);
  process.exit(2);
}
const missing = missingPrograms();
if (missing.length > 0) {
  console.error(
    `the lab needs what this machine lacks: ${missing.join(", ")}; npm run setup:test installs it (as root)`,
  );
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), "autoops-lab-home-"));
const lab = await Lab.start(mkdtempSync(join(tmpdir(), "autoops-lab-")));
const rows = [];
const kept = [];
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, async () => {
    await lab.stop();
    process.exit(130);
  });
}
try {
  console.log(`the lab runs; ${WARM_SECONDS} s of ordinary operation first`);
  if (lab.busy) console.log("  this machine has other work: no alert about its CPU");
  await pause(WARM_SECONDS * 1_000);
  writeConfig();
  await autoops("discover");
  const wanted = only === undefined ? FAULTS : only.flatMap((id) => FAULTS.find((one) => one.id === id) ?? []);
  for (const fault of wanted) await tryFault(fault);
} finally {
  await lab.stop();
}
report();

function writeConfig() {
  const files = (name, path, format) => [name, { kind: "files", path: join(lab.logs, path), format }];
  const sources = Object.fromEntries([
    ["prometheus", { kind: "prometheus", url: lab.prometheusUrl, alertmanager: lab.alertmanagerUrl }],
    files("catalog1-log", "catalog1.json", "json"),
    files("catalog2-log", "catalog2.json", "json"),
    files("ledger-log", "ledger.txt", "text"),
    files("mailer-log", "mailer.txt", "text"),
    files("postgresql-log", "postgres.log", "text"),
    files("redis-log", "redis.log", "text"),
    files("rabbitmq-log", "rabbitmq.log", "text"),
    files("nginx-log", "nginx-error.log", "text"),
    files("haproxy-log", "haproxy.log", "text"),
  ]);
  const dependencies = {
    nginx: ["haproxy"],
    haproxy: ["catalog"],
    catalog: ["redis", "ledger"],
    ledger: ["postgres", "rabbitmq"],
    mailer: ["rabbitmq"],
  };
  const config = { version: "1.0", files: { roots: [lab.logs] }, sources, dependencies };
  writeFileSync(join(home, "config.yaml"), JSON.stringify(config), { mode: 0o600 });
}

function autoops(...words) {
  return new Promise((done) => {
    // Nobody listens there: each question brings up its own server, whatever else runs on this machine.
    const env = { ...process.env, AUTOOPS_HOME: home, NO_COLOR: "1", TEMPORAL_ADDRESS: "127.0.0.1:1" };
    execFile(
      process.execPath,
      [MAIN, ...words, "--json"],
      { env, maxBuffer: 50_000_000, timeout: 180_000 },
      (error, stdout, stderr) => {
        let document;
        try {
          document = JSON.parse(stdout);
        } catch {
          document = { ok: false, problems: [{ message: stderr || String(error) }] };
        }
        done(document);
      },
    );
  });
}

async function tryFault(fault) {
  await fault.inject(lab);
  await pause((fault.wait ?? WAIT_SECONDS) * 1_000);
  const alerts = await lab.alerts();
  const alert = fault.quiet ? undefined : alertFile(lab, alerts);
  const ways = [["words", [fault.goal]], ...(alert === undefined ? [] : [["alert", ["--alert", alert]]])];
  for (const [way, words] of ways) {
    const began = Date.now();
    const document = await autoops("investigate", ...words, ...(keep === undefined ? [] : ["--all"]));
    rows.push(scored(fault, way, document, (Date.now() - began) / 1_000));
    kept.push({
      id: fault.id,
      way,
      ...rows.at(-1),
      answer: document.answer,
      looks: document.looks,
      problems: document.problems,
    });
    if (keep !== undefined) writeFileSync(keep, JSON.stringify(kept, undefined, 1));
    console.log(line(rows.at(-1)));
    if (document.answer !== undefined) console.log(`      ${document.answer.headline.slice(0, 170)}`);
    else console.log(`      ${document.problems?.[0]?.message?.slice(0, 300)}`);
  }
  await fault.heal(lab);
  await pause(HEAL_SECONDS * 1_000);
}

function scored(fault, way, document, seconds) {
  const { answer } = document;
  const right = [fault.cause, ...(fault.also ?? [])];
  const names = (answer?.causes ?? []).map(({ service }) => service);
  const sure = ["confirmed", "likely"].includes(answer?.certainty);
  const first = fault.quiet ? answer?.trouble === null : right.includes(names[0]);
  return {
    id: fault.id,
    way,
    quiet: fault.quiet === true,
    planned: document.runId !== undefined,
    first,
    three: fault.quiet ? first : names.slice(0, 3).some((name) => right.includes(name)),
    said: names[0] ?? "nothing",
    certainty: answer?.certainty ?? "none",
    surelyWrong: sure && answer?.trouble !== null && !first,
    seconds,
  };
}

function line({ id, way, first, three, said, certainty, seconds }) {
  const mark = first ? "right " : three ? "near  " : "WRONG ";
  return `${mark} ${id.padEnd(26)} ${way.padEnd(6)} ${said.padEnd(14)} ${certainty.padEnd(13)} ${seconds.toFixed(1)} s`;
}

function report() {
  for (const [name, value] of cardOf(rows)) console.log(`${name}: ${value}`);
  if (argv.includes("--write")) writePage(join(ROOT, "docs/evaluation.md"), rows, remarkOf(lab.busy));
}

function remarkOf(busy) {
  return busy ? "The machine had other work at the same time, so the seconds are those of a busy machine." : "";
}
