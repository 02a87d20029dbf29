/** The codec server, asked as the Temporal Web UI asks: another origin, a preflight first, payloads as JSON. */
import { defaultPayloadConverter, type Payload } from "@temporalio/common";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createMetrics } from "../../../src/client/http/metrics.js";
import type { CodecService } from "../../../src/client/http/routes/codec.js";
import { attempt } from "../../../src/client/runs/temporal-errors.js";
import { createPayloadCodec } from "../../../src/platform/payloads/codec.js";
import { newPayloadKey, readPayloadKeys } from "../../../src/platform/payloads/keys.js";
import { createSealer } from "../../../src/platform/payloads/seal.js";
import { facadeConfigSchema } from "../../../src/schema/facade-config.js";
import { CODEC_PAYLOADS_MAX } from "../../../src/vocabulary/payload-limits.js";
import { bearer, type Serving, startServing } from "./support/staged.js";

const UI = "https://temporal.example.com";
const codecOf = (key: string) => {
  const read = readPayloadKeys(key);
  if (!read.ok) throw new Error(read.mustBe);
  return createPayloadCodec(createSealer(read.keys));
};
const codec = codecOf(newPayloadKey());
const metrics = createMetrics();

let serving: Serving;
const keys: Record<string, string> = {};
const opened: Payload[][] = [];
beforeAll(async () => {
  const service: CodecService = {
    namespace: "default",
    origins: [UI],
    open: (payloads) =>
      attempt("payloads", async () => {
        opened.push(payloads);
        return { ok: true, value: await codec.decode(payloads) };
      }),
    seal: (payloads) => attempt("payloads", async () => ({ ok: true, value: await codec.encode(payloads) })),
  };
  serving = await startServing({ codec: service, metrics, refusalsPerMinute: 1_000 });
  for (const role of ["viewer", "operator", "approver", "admin"]) keys[role] = await serving.key(role, `${role}s`);
});
afterAll(() => serving.stop());
beforeEach(() => {
  opened.length = 0;
});

const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString("base64");
const documentOf = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)])),
  data: base64(data),
});
const payloadOf = (value: unknown) => defaultPayloadConverter.toPayload(value) as Payload;
const sealed = async (value: unknown) => documentOf((await codec.encode([payloadOf(value)]))[0] as Payload);
const textOf = (data: string) => Buffer.from(data, "base64").toString();

interface Wish {
  key?: string;
  headers?: Record<string, string>;
  origin?: string;
}
const ask = (path: string, body: unknown, { key = keys.operator, headers = {}, origin = UI }: Wish = {}) =>
  fetch(`${serving.url}/codec/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-namespace": "default", origin, ...bearer(key ?? ""), ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

describe("as the Web UI asks", () => {
  test("the preflight of its origin is answered, without a key, and caches nothing but the permission", async () => {
    const response = await fetch(`${serving.url}/codec/decode`, {
      method: "OPTIONS",
      headers: {
        origin: UI,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-namespace",
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(UI);
    expect(response.headers.get("access-control-allow-methods")).toBe("POST");
    for (const name of ["authorization", "content-type", "x-namespace"]) {
      expect(response.headers.get("access-control-allow-headers")).toContain(name);
    }
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test("encrypted payloads come back in plain, in their order, plain ones as they came", async () => {
    const plain = documentOf(payloadOf("open"));
    const response = await ask("decode", { payloads: [await sealed({ word: "plover" }), plain] });
    expect(response.status).toBe(200);
    expect(response.headers.get("access-control-allow-origin")).toBe(UI);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { payloads } = (await response.json()) as {
      payloads: Array<{ metadata: { encoding: string }; data: string }>;
    };
    expect(payloads.map(({ data }) => textOf(data))).toEqual(['{"word":"plover"}', '"open"']);
    expect(payloads.map(({ metadata }) => textOf(metadata.encoding))).toEqual(["json/plain", "json/plain"]);
  });

  test("what it sends is encrypted, and can be read again", async () => {
    const answer = await ask("encode", { payloads: [documentOf(payloadOf("hush"))] });
    const { payloads } = (await answer.json()) as { payloads: object[] };
    expect(JSON.stringify(payloads)).not.toContain(base64(Buffer.from('"hush"')));
    const back = (await (await ask("decode", { payloads })).json()) as { payloads: Array<{ data: string }> };
    expect(back.payloads.map(({ data }) => textOf(data))).toEqual(['"hush"']);
  });
});

describe("refused, and nothing is opened", () => {
  const nothing = async (response: Response, status: number, code: string) => {
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(opened).toEqual([]);
  };

  test("a page of another origin, also its preflight, and the Web UI anywhere else", async () => {
    const payloads = [await sealed("x")];
    for (const origin of [
      "https://evil.example.com",
      `${UI}.evil.example.com`,
      "null",
      "http://temporal.example.com",
    ]) {
      await nothing(await ask("decode", { payloads }, { origin }), 403, "origin-not-allowed");
      const preflight = await fetch(`${serving.url}/codec/decode`, { method: "OPTIONS", headers: { origin } });
      expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
      expect(preflight.status).toBe(403);
    }
    const elsewhere = await fetch(`${serving.url}/api/v1/runs`, {
      headers: { origin: UI, ...bearer(keys.admin ?? "") },
    });
    await nothing(elsewhere, 403, "origin-not-allowed");
  });

  test("who has not signed in, has a bad key, or has no role for it", async () => {
    const body = { payloads: [await sealed("x")] };
    await nothing(await ask("decode", body, { key: "autoops_0000000000_x" }), 401, "not-signed-in");
    await nothing(await ask("decode", body, { key: keys.viewer }), 403, "role-missing");
    await nothing(await ask("encode", body, { key: keys.approver }), 403, "role-missing");
    expect(serving.audited.at(-1)).toMatchObject({ event: "access-refused", details: { permission: "payloads.seal" } });
    expect((await ask("decode", body, { key: keys.approver })).status).toBe(200);
  });

  test("another namespace, another form, too many at once", async () => {
    const one = await sealed("x");
    await nothing(
      await ask("decode", { payloads: [one] }, { headers: { "x-namespace": "other" } }),
      422,
      "field-invalid",
    );
    await nothing(await ask("decode", { payloads: [{ data: "not base64!" }] }), 422, "field-invalid");
    await nothing(await ask("decode", "[1"), 422, "document-not-parsed");
    const many = Array.from({ length: CODEC_PAYLOADS_MAX + 1 }, () => ({ data: "" }));
    await nothing(await ask("decode", { payloads: many }), 422, "field-invalid");
    await nothing(await ask("decode", { payloads: [{ data: "A".repeat(8_100_000) }] }), 413, "document-too-large");
  });

  test("a key that is not here is named, and what was changed is refused", async () => {
    const [other] = await codecOf(newPayloadKey()).encode([payloadOf("x")]);
    const missing = await ask("decode", { payloads: [documentOf(other as Payload)] });
    expect([missing.status, (await missing.json()).code]).toEqual([500, "payload-key-missing"]);
    const damaged = await sealed("x");
    const response = await ask("decode", { payloads: [{ ...damaged, data: `${damaged.data.slice(0, -8)}AAAAAAA=` }] });
    expect((await response.json()).code).toBe("payload-damaged");
  });
});

test("each payload that was asked for is counted, by what became of it", async () => {
  const { text } = await metrics.page();
  expect(text).toMatch(/autoops_codec_payloads_total\{operation="decode",code="ok"\} [1-9]/);
  expect(text).toContain('autoops_codec_payloads_total{operation="decode",code="payload-key-missing"} 1');
});

test("an origin in the configuration is one, with https unless it is this machine's", () => {
  const taken = (web_ui: string[]) => facadeConfigSchema.safeParse({ codec: { web_ui } }).success;
  for (const good of [UI, "http://127.0.0.1:8233", "http://localhost:8233"]) expect(taken([good]), good).toBe(true);
  for (const bad of ["*", `${UI}/`, `${UI}/ui`, "http://temporal.example.com", "null", "file:///x", ""]) {
    expect(taken([bad]), bad).toBe(false);
  }
  expect(facadeConfigSchema.parse({ codec: {} }).codec?.web_ui).toEqual([
    "http://127.0.0.1:8233",
    "http://localhost:8233",
  ]);
});
