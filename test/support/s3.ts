/**
 * An S3 server on loopback: `emulate` keeps the objects, and in front of it stands what it lacks, the check of each
 * request's signature (AWS Signature Version 4, computed here from its published description).
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "emulate";
import { freePort } from "./services.js";

export const BUCKET = "autoops-results";
export const ACCESS_KEY = "AKIATESTTESTTESTTEST";
export const SECRET_KEY = "a/secret+key/of/the/test/that/nobody/has";

export interface S3 {
  endpoint: string;
  /** What was asked for, in order: method, path, headers and body as they came. */
  received: Array<{ method: string; path: string; headers: IncomingMessage["headers"]; body: Buffer }>;
  /** Overrides the answer of the next request. */
  fails?: { status: number; text: string };
  /** As servers that do not know the header. */
  ignoresConditions?: boolean;
  /** Of an object as it lies there. */
  object(path: string): Promise<Buffer>;
  change(path: string, body: Buffer): Promise<void>;
  stop(): Promise<void>;
}

export async function startS3(): Promise<S3> {
  const port = await freePort();
  const seed = { aws: { region: "eu-central-1", s3: { buckets: [{ name: BUCKET }] } } };
  const emulator = await createEmulator({ service: "aws", port, seed });
  const behind = `http://127.0.0.1:${port}`;
  const s3: S3 = {
    endpoint: "",
    received: [],
    object: async (path) => Buffer.from(await (await fetch(`${behind}${path}`)).arrayBuffer()),
    change: async (path, body) => {
      await fetch(`${behind}${path}`, { method: "PUT", body: new Uint8Array(body) });
    },
    stop: async () => {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await emulator.close();
    },
  };
  const front = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = "GET", url: path = "/", headers } = request;
    s3.received.push({ method, path, headers, body });
    const problem = s3.fails ?? objection(request, body) ?? condition(request);
    s3.fails = undefined;
    if (problem !== undefined) return void response.writeHead(problem.status).end(problem.text);
    const given = method === "PUT" ? { body: new Uint8Array(body) } : {};
    const answer = await fetch(`${behind}${path}`, { method, ...given });
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  const names = new Set<string>();
  /** What the emulator lacks: `If-None-Match: *` lets one request of many make an object. */
  function condition({ method, url = "", headers }: IncomingMessage) {
    if (method !== "PUT" || headers["if-none-match"] !== "*" || s3.ignoresConditions) return undefined;
    if (names.has(url)) return { status: 412, text: "<Error><Code>PreconditionFailed</Code></Error>" };
    names.add(url);
    return undefined;
  }
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  s3.endpoint = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  return s3;
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
const refusal = (code: string) => ({ status: 403, text: `<Error><Code>${code}</Code></Error>` });

/** Why a request is refused; undefined where its signature is good, over exactly this body. */
function objection({ method, url = "/", headers }: IncomingMessage, body: Buffer) {
  const [, key, day, region, service, names = "", given = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (key !== ACCESS_KEY || service !== "s3" || region !== "eu-central-1") return refusal("InvalidAccessKeyId");
  const isWhole = ["host", "x-amz-content-sha256", "x-amz-date"].every((name) => names.split(";").includes(name));
  if (!isWhole || headers["x-amz-content-sha256"] !== sha256(body)) return refusal("XAmzContentSHA256Mismatch");
  const date = String(headers["x-amz-date"]);
  const listed = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url.split("?")[0], "", listed.join(""), names, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", date, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join("\n");
  const signing = [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${SECRET_KEY}`, String(day)));
  const expected = hmac(signing, toSign);
  return timingSafeEqual(expected, Buffer.from(given, "hex")) ? undefined : refusal("SignatureDoesNotMatch");
}
