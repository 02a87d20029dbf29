/** Connecting to servers that are absent, silent, unfriendly or old: always a problem with a way out, always in time. */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { temporal } from "@temporalio/proto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Connected, connect, locate } from "../../../src/platform/temporal/connection.js";
import { freePort } from "../../../src/platform/temporal/ports.js";
import { loadTemporalDev } from "../../../src/platform/temporal/settings.js";
import type { TemporalDevSettings } from "../../../src/schema/temporal-dev.js";

let settings: TemporalDevSettings;
let home: string;
beforeAll(async () => {
  const loaded = await loadTemporalDev();
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  settings = loaded.value;
  home = await mkdtemp(join(tmpdir(), "autoops-connection-"));
});
afterAll(async () => await rm(home, { recursive: true, force: true }));

const at = (port: number, more: Record<string, string> = {}) => ({
  settings,
  timeoutMs: 1_500,
  environment: { HOME: home, TEMPORAL_ADDRESS: `127.0.0.1:${port}`, ...more },
});

/** The first problem; fails the test if the connection was made. */
function problemOf(result: Connected | Awaited<ReturnType<typeof locate>>) {
  if (result.ok) throw new Error("a problem was expected");
  expect(result.problems).toHaveLength(1);
  return result.problems[0];
}

/** A gRPC server that gives every call the same status, or the same message. */
async function grpcServer(answer: { status: number; text: string } | { message: Uint8Array }): Promise<Http2Server> {
  const server = createServer();
  server.on("stream", (stream: ServerHttp2Stream) => {
    const headers = { ":status": 200, "content-type": "application/grpc+proto" };
    if ("status" in answer) {
      stream.respond(
        { ...headers, "grpc-status": String(answer.status), "grpc-message": answer.text },
        { endStream: true },
      );
      return;
    }
    stream.respond(headers, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(answer.message.length, 1);
    stream.end(Buffer.concat([frame, answer.message]));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

test("where nothing listens, the problem comes at once and says how to start a server", async () => {
  const port = await freePort();
  const startedAtMs = Date.now();
  const problem = problemOf(await connect({ ...at(port), timeoutMs: 30_000 }));
  expect(problem).toEqual({
    code: "temporal-unreachable",
    at: "TEMPORAL_ADDRESS",
    message: `the Temporal server on 127.0.0.1:${port} does not answer: nothing listens there`,
    hint: "start one with `autoops dev`, or set TEMPORAL_ADDRESS",
  });
  expect(Date.now() - startedAtMs).toBeLessThan(5_000);
});

test("a port that accepts and says nothing is given up when the time is over", async () => {
  const silent = createTcpServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const sockets = new Set<{ destroy(): void }>();
  silent.on("connection", (socket) => sockets.add(socket));
  const problem = problemOf(await connect(at(portOf(silent))));
  for (const socket of sockets) socket.destroy();
  silent.close();
  expect(problem?.code).toBe("temporal-unreachable");
}, 15_000);

test("a server that asks who we are is a matter of the key, not of reaching it", async () => {
  const server = await grpcServer({ status: 16, text: "bad key" });
  const problem = problemOf(await connect(at(portOf(server))));
  server.close();
  expect(problem).toMatchObject({ code: "not-signed-in", at: "TEMPORAL_API_KEY" });
  expect(problem?.message).toContain("does not let us in: bad key");
});

test("a server that is too old is refused with both versions", async () => {
  const { GetSystemInfoResponse } = temporal.api.workflowservice.v1;
  const server = await grpcServer({ message: GetSystemInfoResponse.encode({ serverVersion: "1.20.4" }).finish() });
  const problem = problemOf(await connect(at(portOf(server))));
  server.close();
  expect(problem?.code).toBe("temporal-outdated");
  expect(problem?.message).toMatch(/must be 1\.28\.0 or newer, got 1\.20\.4$/);
});

test("without any setting the server is the one of temporal-dev.yaml", async () => {
  const located = await locate({ environment: { HOME: home }, settings });
  expect(located).toMatchObject({ ok: true, value: { address: "127.0.0.1:7233", namespace: "default" } });
});

test("a profile of temporal.toml gives address, namespace, key and TLS, and variables win over it", async () => {
  const file = join(home, "temporal.toml");
  await writeFile(file, '[profile.prod]\naddress = "prod.example:7233"\nnamespace = "ops"\napi_key = "from-file"\n');
  const environment = { TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: "prod", TEMPORAL_NAMESPACE: "other" };
  const located = await locate({ environment, settings });
  expect(located).toMatchObject({ ok: true, value: { address: "prod.example:7233", namespace: "other" } });
  expect(located.ok && located.value.connectionOptions).toMatchObject({ apiKey: "from-file", tls: true });
});

test("a profile that does not exist is a problem of the settings", async () => {
  const problem = problemOf(await locate({ environment: { HOME: home, TEMPORAL_PROFILE: "nowhere" }, settings }));
  expect(problem).toMatchObject({ code: "config-invalid", at: "TEMPORAL_PROFILE" });
  expect(problem?.message).toContain("nowhere");
});

test("a key never goes to another machine in the clear", async () => {
  const environment = {
    HOME: home,
    TEMPORAL_ADDRESS: "temporal.example:7233",
    TEMPORAL_API_KEY: "secret-key",
    TEMPORAL_TLS: "false",
  };
  const problem = problemOf(await connect({ environment, settings }));
  expect(problem?.code).toBe("secret-over-http");
  expect(JSON.stringify(problem)).not.toContain("secret-key");
});
