/** `/codec/decode` and `/codec/encode`: what stands encrypted in Temporal, for its Web UI and CLI. Off unless config.yaml turns it on. */
import type { Payload } from "@temporalio/common";
import type { RequestHandler } from "express";
import { type PayloadsDocument, payloadsSchema } from "../../../schema/codec.js";
import { CODEC_PATH } from "../../../vocabulary/names.js";
import type { Result } from "../../../vocabulary/result.js";
import type { FacadeMetrics } from "../metrics.js";
import { orRefuse, Refusal } from "../problem-document.js";
import { bodyOf } from "../read.js";

/** What seals and opens, and whose pages may ask. */
export interface CodecService {
  namespace: string;
  /** Origins of the Temporal Web UI. */
  origins: readonly string[];
  open(payloads: Payload[]): Promise<Result<Payload[]>>;
  seal(payloads: Payload[]): Promise<Result<Payload[]>>;
}

interface Needs {
  codec?: CodecService;
  metrics: FacadeMetrics;
}

export const decodePayloads = (needs: Needs): RequestHandler => handlerOf("decode", needs);
export const encodePayloads = (needs: Needs): RequestHandler => handlerOf("encode", needs);

function handlerOf(kind: "decode" | "encode", { codec, metrics }: Needs): RequestHandler {
  return async (request, response) => {
    if (codec === undefined) throw new Refusal([OFF]);
    // The Temporal CLI sends an empty one where it was told none.
    const namespace = request.get("x-namespace") || undefined;
    if (namespace !== undefined && namespace !== codec.namespace) {
      const message = `X-Namespace must be ${codec.namespace}, got ${JSON.stringify(namespace.slice(0, 80))}`;
      throw new Refusal([{ code: "field-invalid", at: "X-Namespace", message }]);
    }
    const payloads = bodyOf(request, payloadsSchema).payloads.map(payloadOf);
    const answer = await (kind === "decode" ? codec.open(payloads) : codec.seal(payloads));
    metrics.payloads(kind, answer.ok ? "ok" : (answer.problems[0]?.code ?? "internal"), payloads.length);
    response.json({ payloads: orRefuse(answer).map(documentOf) });
  };
}

const OFF = {
  code: "not-found",
  at: "path",
  message: "this façade is not a codec server",
  hint: "facade.codec in config.yaml, and AUTOOPS_PAYLOAD_KEY",
} as const;

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("base64");

function payloadOf({ metadata, data }: PayloadsDocument["payloads"][number]): Payload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, bytesOf(value)]);
  return { metadata: Object.fromEntries(entries), data: bytesOf(data ?? "") };
}

function documentOf({ metadata, data }: Payload) {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, textOf(value)]);
  return { metadata: Object.fromEntries(entries), data: textOf(data) };
}

/** What a page of the Web UI is told before it asks, and with each answer. Others were refused before this. */
export function codecCors(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    response.vary("origin");
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) return next();
    response.set("access-control-allow-origin", origin);
    if (request.method !== "OPTIONS") return next();
    response.set({
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "authorization, authorization-extras, content-type, x-namespace",
      "access-control-max-age": "600",
    });
    if (request.get("access-control-request-private-network") === "true") {
      response.set("access-control-allow-private-network", "true");
    }
    response.status(204).end();
  };
}

/** Whether another origin may ask for this path. */
export const isCodecCall = (codec: CodecService | undefined, path: string, origin: string): boolean =>
  codec?.origins.includes(origin) === true && path.startsWith(`${CODEC_PATH}/`);
