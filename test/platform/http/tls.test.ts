/** The guarded fetch over TLS: no trust, no request. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";

const installed = spawnSync("openssl", ["version"]).status === 0;

test.skipIf(!installed)(
  "an untrusted certificate is refused before anything is sent (skipped: no openssl)",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "tls-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [keyPath, certPath] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...[
        "-subj",
        "/CN=shop.example",
        "-addext",
        "subjectAltName=DNS:shop.example",
        "-keyout",
        keyPath,
        "-out",
        certPath,
      ],
    ]);
    expect(made.status).toBe(0);
    let requests = 0;
    const options = { key: readFileSync(keyPath), cert: readFileSync(certPath) };
    const server = createServer(options, (_, response) => {
      requests++;
      response.end();
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const fetch = createGuardedFetch({
      network: { allowed_hosts: ["shop.example"], allowed_private: ["127.0.0.0/8"] },
      declaredUrls: [],
      resolveSecret: () => "s3cr3t",
      lookup: async () => [{ address: "127.0.0.1", family: 4 }],
    });
    const { port } = server.address() as AddressInfo;
    const refused = fetch(`https://shop.example:${port}/`, { headers: { authorization: "Bearer env:TOKEN" } });
    await expect(refused).rejects.toMatchObject({ code: "source-unreachable", sent: false });
    await expect(refused).rejects.toThrow("self-signed");
    expect(requests).toBe(0);
  },
);
