/** Downloads the official build of the Temporal CLI and verifies it against the published checksums. */
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Dispatcher, EnvHttpProxyAgent, request } from "undici";
import type { TemporalCliSource } from "../../schema/temporal-dev.js";
import type { Say } from "../lock.js";
import type { Obtained } from "./build.js";
import type { Environment } from "./cache.js";
import { findOnPath, isExecutable, runProgram } from "./program.js";

/** A network that is closed should cost seconds, not minutes. */
const CONNECT_TIMEOUT_MS = 4_000;
const STALL_TIMEOUT_MS = 20_000;
const REDIRECTS_MAX = 5;
const CHECKSUMS_MAX_BYTES = 64_000;
const ARCHIVE_MAX_BYTES = 500_000_000;
const SAY_EVERY_MS = 3_000;

interface DownloadOptions {
  source: TemporalCliSource;
  environment: Environment;
  /** A fresh folder is made in it; the caller moves the program and removes the folder. */
  parent: string;
  say: Say;
  signal?: AbortSignal;
}

/** Fetches, verifies and unpacks; a file without a matching published checksum is never unpacked. */
export async function downloadCli(options: DownloadOptions): Promise<Obtained> {
  const archiveUrl = fillIn(options.source.archive_url, options.source.version);
  const checksumsUrl = fillIn(options.source.checksums_url, options.source.version);
  const directory = await mkdtemp(join(options.parent, ".download-"));
  const dispatcher = makeDispatcher(options.environment);
  try {
    options.say(`downloading the Temporal CLI ${options.source.version} from ${new URL(archiveUrl).host}`);
    const archive = join(directory, basename(new URL(archiveUrl).pathname));
    // The small file first: it tells at once whether the network is there.
    const checksums = await readText(checksumsUrl, dispatcher, options.signal);
    const expected = checksumOf(checksums, basename(archive));
    if (expected === undefined) throw new Error(`${checksumsUrl} lists no checksum for ${basename(archive)}`);
    const actual = await save(archiveUrl, archive, { dispatcher, say: options.say, signal: options.signal });
    if (actual !== expected) throw new Error(`${archiveUrl} has another checksum than the one that is published`);
    return { ok: true, path: await unpack(archive, directory, options.environment), directory };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    return { ok: false, reason: `download from ${new URL(archiveUrl).host}: ${told(error)}` };
  } finally {
    await dispatcher.destroy();
  }
}

const PLATFORMS: Readonly<Record<string, string>> = { win32: "windows" };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64" };

function fillIn(template: string, version: string): string {
  return template
    .replaceAll("{version}", version)
    .replaceAll("{platform}", PLATFORMS[process.platform] ?? process.platform)
    .replaceAll("{arch}", ARCHITECTURES[process.arch] ?? process.arch);
}

function makeDispatcher(environment: Environment): Dispatcher {
  return new EnvHttpProxyAgent({
    httpProxy: environment.http_proxy ?? environment.HTTP_PROXY ?? "",
    httpsProxy: environment.https_proxy ?? environment.HTTPS_PROXY ?? "",
    noProxy: environment.no_proxy ?? environment.NO_PROXY ?? "",
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: STALL_TIMEOUT_MS,
    bodyTimeout: STALL_TIMEOUT_MS,
  });
}

/** https, or a server of this very machine. */
function mayFetch(url: URL): boolean {
  return url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "127.0.0.1");
}

async function get(text: string, dispatcher: Dispatcher, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
  let url = new URL(text);
  for (let hop = 0; hop <= REDIRECTS_MAX; hop++) {
    if (!mayFetch(url)) throw new Error(`${url.origin} must be https`);
    const response = await request(url, { dispatcher, signal });
    const location = response.headers.location;
    if (response.statusCode >= 300 && response.statusCode < 400 && typeof location === "string") {
      await response.body.dump();
      url = new URL(location, url);
      continue;
    }
    if (response.statusCode === 200) return response;
    await response.body.dump();
    throw new Error(`${url.origin}${url.pathname} answered ${response.statusCode}`);
  }
  throw new Error(`${text} redirects more than ${REDIRECTS_MAX} times`);
}

async function readText(url: string, dispatcher: Dispatcher, signal?: AbortSignal): Promise<string> {
  const response = await get(url, dispatcher, signal);
  let text = "";
  for await (const chunk of response.body) {
    text += (chunk as Buffer).toString("utf8");
    if (text.length > CHECKSUMS_MAX_BYTES) throw new Error(`${url} is longer than a list of checksums`);
  }
  return text;
}

/** One line a file: the SHA-256 in hexadecimal, spaces, the name. */
function checksumOf(checksums: string, name: string): string | undefined {
  for (const line of checksums.split("\n")) {
    const [sum, file] = line.trim().split(/\s+\*?/);
    if (file === name && /^[0-9a-f]{64}$/i.test(sum ?? "")) return sum?.toLowerCase();
  }
  return undefined;
}

interface SaveOptions {
  dispatcher: Dispatcher;
  say: Say;
  signal?: AbortSignal;
}

/** Writes the answer to `file` and returns its SHA-256. */
async function save(url: string, file: string, { dispatcher, say, signal }: SaveOptions): Promise<string> {
  const response = await get(url, dispatcher, signal);
  const total = Number(response.headers["content-length"] ?? 0);
  const hash = createHash("sha256");
  let received = 0;
  let saidAtMs = Date.now();
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      hash.update(chunk);
      if (Date.now() - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = Date.now();
        say(`downloading: ${megabytes(received)}${total > 0 ? ` of ${megabytes(total)}` : ""} MB`);
      }
      done(received > ARCHIVE_MAX_BYTES ? new Error(`${url} is larger than any release`) : null, chunk);
    },
  });
  await pipeline(response.body, measure, createWriteStream(file, { mode: 0o600 }));
  return hash.digest("hex");
}

const megabytes = (bytes: number): number => Math.round(bytes / 1_000_000);

/** Takes the one program out of the archive and nothing else. */
async function unpack(archive: string, directory: string, environment: Environment): Promise<string> {
  const [tar] = await findOnPath("tar", environment);
  if (tar === undefined) throw new Error("there is no `tar` on PATH to unpack it with");
  const name = process.platform === "win32" ? "temporal.exe" : "temporal";
  const args = ["-xzf", archive, "-C", directory, name];
  const ended = await runProgram(tar, { args, environment: { PATH: environment.PATH }, timeoutMs: 120_000 });
  const path = join(directory, name);
  if (!ended.ok) throw new Error(`tar ${ended.reason}: ${ended.output.trim()}`);
  await chmod(path, 0o755);
  if (!(await isExecutable(path))) throw new Error(`the archive holds no program ${name}`);
  return path;
}

function told(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message !== undefined && message !== "" ? message : (code ?? "it failed");
}
