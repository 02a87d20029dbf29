import { get } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { startProbes } from "../../src/platform/probes.js";
import { freePort } from "../../src/platform/temporal/ports.js";

const ask = (port: number, path: string) =>
  new Promise<[number | undefined, string]>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path, agent: false }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve([response.statusCode, text]);
    }).once("error", reject);
  });

test("readiness is what it is at the moment of the question; life does not hang on it", async () => {
  const port = await freePort();
  let isReady = false;
  const started = await startProbes({ host: "127.0.0.1", port }, () => isReady);
  if (!started.ok) throw new Error(started.problem.message);
  onTestFinished(() => started.probes.close());
  expect(await ask(port, "/readyz")).toEqual([503, "not ready\n"]);
  expect(await ask(port, "/livez")).toEqual([200, "alive\n"]);
  isReady = true;
  expect(await ask(port, "/readyz")).toEqual([200, "ready\n"]);
  isReady = false;
  expect(await ask(port, "/readyz")).toEqual([503, "not ready\n"]);
});

test("an address that this machine lacks is a problem that names the setting", async () => {
  // 192.0.2.0/24 is for documents: no machine has it.
  const started = await startProbes({ host: "192.0.2.1", port: await freePort() }, () => true);
  expect(started).toMatchObject({
    ok: false,
    problem: { code: "environment-variable-invalid", hint: expect.stringContaining("AUTOOPS_WORKER_HEALTH_ADDRESS") },
  });
});
