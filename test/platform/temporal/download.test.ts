/** The official download against a real HTTP server: verified or refused, and never slow to give up. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { downloadCli } from "../../../src/platform/temporal/download.js";
import { findTemporalCli } from "../../../src/platform/temporal/find-cli.js";
import { findOnPath, runProgram } from "../../../src/platform/temporal/program.js";
import { bareMachine, lend, type Machine, program, says, source } from "./fixtures/fake-programs.js";

const quiet = (): void => undefined;
let machine: Machine;
let server: Server;
let archive: Buffer;
let answer: RequestListener;
let asked: string[];

beforeEach(async () => {
  machine = await bareMachine();
  await lend(machine, "tar");
  await lend(machine, "gzip");
  archive = await makeArchive();
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await machine.remove();
});

async function makeArchive(): Promise<Buffer> {
  const folder = join(machine.root, "release");
  await mkdir(folder);
  await program(join(folder, "temporal"), says("1.29.1"));
  const [tar] = await findOnPath("tar", process.env);
  const args = ["-czf", join(machine.root, "release.tar.gz"), "-C", folder, "temporal"];
  await runProgram(tar ?? "tar", { args, environment: { PATH: process.env.PATH }, timeoutMs: 10_000 });
  return await readFile(join(machine.root, "release.tar.gz"));
}

const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const local = () => ({
  ...source,
  archive_url: `${base()}/v{version}/temporal_cli_{version}_linux_amd64.tar.gz`,
  checksums_url: `${base()}/v{version}/checksums.txt`,
});
const sum = (content: Buffer): string => createHash("sha256").update(content).digest("hex");
const name = "temporal_cli_1.5.1_linux_amd64.tar.gz";

/** Serves the checksums text and the archive as given. */
const serve =
  (checksums: string): RequestListener =>
  (request, response) =>
    void (request.url?.endsWith("checksums.txt") ? response.end(checksums) : response.end(archive));

async function download() {
  const parent = join(machine.root, "parent");
  await mkdir(parent, { recursive: true });
  return await downloadCli({ source: local(), environment: machine.environment, parent, say: quiet });
}

const left = (): Promise<string[]> => readdir(join(machine.root, "parent"));

test("the release whose checksum fits is unpacked, kept in the cache, and runs", async () => {
  answer = serve(`${"0".repeat(64)}  other.tar.gz\n${sum(archive)}  ${name}\n`);
  const found = await findTemporalCli({ source: local(), environment: machine.environment, say: quiet });
  const path = join(machine.cache, "temporal", "1.5.1", "temporal");
  expect(found).toEqual({ ok: true, path, origin: "download", version: "1.29.1" });
  expect(asked).toEqual(["/v1.5.1/checksums.txt", `/v1.5.1/${name}`]);
  expect(await readdir(join(machine.cache, "temporal", "1.5.1"))).toEqual(["temporal"]);
});

test("a redirect is followed, as releases are served from elsewhere", async () => {
  const plain = serve(`${sum(archive)}  ${name}\n`);
  answer = (request, response) => {
    if (request.url?.startsWith("/elsewhere")) return plain(request, response);
    response.writeHead(302, { location: `/elsewhere${request.url}` }).end();
  };
  expect(await download()).toMatchObject({ ok: true });
});

test("a release with another checksum is refused and removed", async () => {
  answer = serve(`${"a".repeat(64)}  ${name}\n`);
  const result = await download();
  expect(result).toMatchObject({ ok: false });
  expect(!result.ok && result.reason).toContain("has another checksum than the one that is published");
  expect(await left()).toEqual([]);
});

test("a release without a published checksum is not even fetched", async () => {
  answer = serve(`${sum(archive)}  something-else.tar.gz\n`);
  const result = await download();
  expect(!result.ok && result.reason).toContain(`lists no checksum for ${name}`);
  expect(asked).toEqual(["/v1.5.1/checksums.txt"]);
});

test("a redirect to plain http on another machine is refused", async () => {
  answer = (_request, response) => void response.writeHead(302, { location: "http://192.0.2.1/checksums.txt" }).end();
  const result = await download();
  expect(!result.ok && result.reason).toContain("http://192.0.2.1 must be https");
});

test("endless redirects end", async () => {
  answer = (_request, response) => void response.writeHead(302, { location: "/again" }).end();
  const result = await download();
  expect(!result.ok && result.reason).toContain("redirects more than 5 times");
  expect(asked).toHaveLength(6);
});

test("an answer other than 200 is told", async () => {
  answer = (_request, response) => void response.writeHead(404).end("no");
  const result = await download();
  expect(!result.ok && result.reason).toContain("/v1.5.1/checksums.txt answered 404");
  expect(await left()).toEqual([]);
});

test("an archive without the program is refused", async () => {
  archive = Buffer.from("not an archive");
  answer = serve(`${sum(archive)}  ${name}\n`);
  const result = await download();
  expect(!result.ok && result.reason).toContain("tar ended with exit code");
  expect(await left()).toEqual([]);
});
