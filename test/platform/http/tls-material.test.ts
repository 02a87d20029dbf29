/** TLS material that a request brings: an authority that is trusted for it alone, a certificate that it shows. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";

const installed = spawnSync("openssl", ["version"]).status === 0;

describe.skipIf(!installed)("a request with TLS material (skipped: no openssl)", () => {
  let folder: string;
  let server: Server;
  let other: Server;
  let received: string[] = [];
  const text = (name: string) => readFileSync(join(folder, name), "utf8");

  /** A self-signed certificate with its key. */
  function make(name: string, subject: string): void {
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${subject}`, "-addext", `subjectAltName=DNS:${subject}`],
      ...["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)],
    ]);
    expect(made.status).toBe(0);
  }
  async function listen(name: string, ca?: string): Promise<Server> {
    const asks = { requestCert: true, rejectUnauthorized: false, ...(ca === undefined ? {} : { ca }) };
    const started = createServer(
      { key: text(`${name}.key`), cert: text(`${name}.crt`), ...asks },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        received.push(`${name} ${socket.authorized ? "knows the client" : "knows nobody"}`);
        const to = (other?.address() as AddressInfo | undefined)?.port;
        if (request.url === "/away") response.writeHead(302, { location: `https://other.example:${to}/` });
        response.end("here");
      },
    );
    started.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
    return started;
  }
  const fetch = createGuardedFetch({
    network: { allowed_hosts: ["*.example"], allowed_private: ["127.0.0.0/8"] },
    declaredUrls: [],
    resolveSecret: () => "s3cr3t",
    lookup: async () => [{ address: "127.0.0.1", family: 4 }],
  });
  const url = (path = "/", host = "shop.example") => `https://${host}:${(server.address() as AddressInfo).port}${path}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tls-"));
    make("server", "shop.example");
    make("other", "other.example");
    make("client", "worker");
    server = await listen("server", text("client.crt"));
    other = await listen("other", text("client.crt"));
  });
  beforeEach(() => {
    received = [];
  });
  afterAll(async () => {
    for (const started of [server, other]) {
      started?.closeAllConnections();
      await new Promise((resolve) => started?.close(resolve));
    }
    rmSync(folder, { recursive: true, force: true });
  });

  test("reaches a server whose authority it names, and only by the name in its certificate", async () => {
    expect(await fetch(url(), { tls: { ca: text("server.crt") } })).toMatchObject({ status: 200, text: "here" });
    const elsewhere = fetch(url("/", "web.example"), { tls: { ca: text("server.crt") } });
    await expect(elsewhere).rejects.toThrow("its certificate names another host");
    const named = { ca: text("server.crt"), serverName: "shop.example" };
    expect(await fetch(url("/", "web.example"), { tls: named })).toMatchObject({ status: 200 });
    expect(received).toHaveLength(2);
  });

  test.each([
    ["no authority", () => undefined],
    ["another authority", () => ({ ca: text("other.crt") })],
    ["text that is no certificate", () => ({ ca: "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n" })],
  ])("with %s sends nothing", async (_, tls) => {
    const headers = { authorization: "Bearer env:TOKEN" };
    await expect(fetch(url(), { headers, tls: tls() })).rejects.toMatchObject({
      code: "source-unreachable",
      sent: false,
    });
    expect(received).toEqual([]);
  });

  test("shows its certificate to the server that it is for", async () => {
    const tls = { ca: text("server.crt"), cert: text("client.crt"), key: text("client.key") };
    await fetch(url(), { tls });
    await fetch(url(), { tls: { ca: tls.ca } });
    expect(received).toEqual(["server knows the client", "server knows nobody"]);
  });

  test("takes neither trust nor certificate along with a redirect to another origin", async () => {
    const both = `${text("server.crt")}${text("other.crt")}`;
    const tls = { ca: both, cert: text("client.crt"), key: text("client.key") };
    await expect(fetch(url("/away"), { tls })).rejects.toMatchObject({ code: "source-unreachable" });
    expect(received).toEqual(["server knows the client"]);
  });
});
