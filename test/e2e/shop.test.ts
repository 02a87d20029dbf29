/** The demo's checkout service as the process it is: real traffic, a real defect after its deployment, a clean end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";

let dir: string;
const children: ChildProcess[] = [];

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "shop-"));
  const sources = ["--rootDir", "src/demo", "--outDir", join(dir, "built"), "src/demo/shop.ts"];
  const pack = '{ "type": "module" }';
  mkdirSync(join(dir, "built"));
  writeFileSync(join(dir, "built", "package.json"), pack);
  const options = ["--ignoreConfig", "--target", "es2023", "--module", "nodenext", "--types", "node", "--strict"];
  const built = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", ...options, ...sources], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

interface Ready {
  url: string;
  log: string;
  deployments: string;
}

async function start(name: string, options: string[]): Promise<{ child: ChildProcess; ready: Ready }> {
  const program = join(dir, "built", "shop.js");
  const child = spawn(process.execPath, [program, "--dir", join(dir, name), ...options], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  if (child.stdout === null) throw new Error("the service has no output");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ready: JSON.parse(line) as Ready };
}

async function count(url: string, selector: RegExp): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  return Number(
    page
      .split("\n")
      .find((line) => selector.test(line))
      ?.split(" ")
      .at(-1) ?? 0,
  );
}

const failed = /^http_requests_total\{.*code="500",version="2"\}/;
const answered = (version: string) =>
  new RegExp(`^http_requests_total\\{.*route="/checkout",code="200",version="${version}"\\}`);

test("it serves version 1 without a fault, fails on guests once version 2 is deployed, and is well again after the switch", async () => {
  const { child, ready } = await start("life", ["--deploy-after", "1"]);
  await expect.poll(() => count(ready.url, failed), { timeout: 15_000 }).toBeGreaterThan(5);
  expect(await count(ready.url, answered("1"))).toBeGreaterThan(10);
  expect(await count(ready.url, answered("2"))).toBeGreaterThan(5);
  const lines = readFileSync(ready.log, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const faults = lines.filter(({ level }) => level === "error");
  expect(faults.length).toBeGreaterThan(5);
  expect(faults[0]).toMatchObject({ service: "checkout", version: "2", status: 500, error: "TypeError" });
  expect(faults[0]?.stack).toContain("priceVersion2");
  expect(faults.every(({ version }) => version === "2")).toBe(true);
  const headers = { "content-type": "application/json", "idempotency-key": "test" };
  const body = JSON.stringify({ version: "1", by: "test" });
  const switched = await fetch(`${ready.url}/version`, { method: "POST", headers, body });
  expect(await switched.json()).toEqual({ version: "1", before: "2", changed: true });
  const [faultsThen, goodThen] = [await count(ready.url, failed), await count(ready.url, answered("1"))];
  await expect.poll(() => count(ready.url, answered("1")), { timeout: 15_000 }).toBeGreaterThan(goodThen + 20);
  expect(await count(ready.url, failed)).toBe(faultsThen);
  const record = JSON.parse(readFileSync(ready.deployments, "utf8")) as { deployments: Array<{ version: string }> };
  expect(record.deployments.map(({ version }) => version)).toEqual(["1", "2", "1"]);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("it ends when the process that started it goes away", async () => {
  const { child } = await start("orphan", ["--load", "0", "--deploy-after", "0"]);
  child.stdin?.end();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("it answers no name but loopback's, and refuses what is no cart", async () => {
  const { child, ready } = await start("strict", ["--load", "0", "--deploy-after", "0"]);
  const post = (body: string) => fetch(`${ready.url}/checkout`, { method: "POST", body });
  expect([(await post("{}")).status, (await post("no json")).status]).toEqual([400, 400]);
  const { port } = new URL(ready.url);
  const [named] = (await once(get({ port, host: "127.0.0.1", headers: { host: "evil.example" } }), "response")) as [
    IncomingMessage,
  ];
  named.resume();
  expect(named.statusCode).toBe(421);
  expect(await (await fetch(`${ready.url}/version`)).json()).toMatchObject({ version: "1" });
  child.kill("SIGTERM");
  await once(child, "exit");
});
