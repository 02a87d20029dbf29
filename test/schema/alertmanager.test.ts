/** Alerts as a real Alertmanager sends them to its webhooks, read as goals. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { goalOfAlert } from "../../src/goal/alert-goal.js";
import { parseAlert } from "../../src/schema/alert.js";
import { localServer } from "../support/local-server.js";
import { freePort } from "../support/services.js";

const installed = spawnSync("prometheus-alertmanager", ["--version"]).status === 0;

test.skipIf(!installed)(
  "what fires becomes a goal, and what is resolved is refused (skipped where prometheus-alertmanager is not installed)",
  async () => {
    const hook = await localServer((_, response) => response.end());
    const url = await startAlertmanager(`${hook.url}/alerts`);
    const labels = { alertname: "HighErrorRate", service: "checkout", namespace: "shop", severity: "critical" };
    const annotations = { summary: "checkout answers 5 % of its requests with errors" };
    const fire = async (more: object) => {
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([{ labels, annotations, generatorURL: "http://prometheus.example/graph", ...more }]),
      });
      expect(answer.status).toBe(200);
    };
    const sent = async (status: string) => {
      const bodies = hook.received.map(({ body }) => JSON.parse(body) as { status: string });
      const found = bodies.find((body) => body.status === status);
      expect(found, `a message of status ${status}`).toBeDefined();
      return found;
    };

    await fire({});
    const firing = parseAlert(await vi.waitFor(() => sent("firing"), { timeout: 30_000, interval: 100 }));
    if (!firing.ok) throw new Error(JSON.stringify(firing));
    const goal = goalOfAlert(firing.alert);
    expect(JSON.stringify(goal)).toContain("HighErrorRate");
    expect(JSON.stringify(goal)).toContain("checkout");

    await fire({ endsAt: new Date(Date.now() - 1_000).toISOString() });
    const resolved = parseAlert(await vi.waitFor(() => sent("resolved"), { timeout: 30_000, interval: 100 }));
    expect(resolved).toMatchObject({ ok: false, problems: [{ code: "alert-invalid" }] });
  },
  70_000,
);

async function startAlertmanager(hook: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "alertmanager-"));
  const waits = { group_wait: "1s", group_interval: "1s", repeat_interval: "1h" };
  const receivers = [{ name: "autoops", webhook_configs: [{ url: hook, send_resolved: true }] }];
  const config = { route: { receiver: "autoops", group_by: ["alertname"], ...waits }, receivers };
  writeFileSync(join(folder, "alertmanager.yml"), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=${address}`,
      // Without it a second port is opened for others of its kind.
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  onTestFinished(async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const ready = async () => expect((await fetch(`http://${address}/-/ready`)).status).toBe(200);
  await vi.waitFor(ready, { timeout: 30_000, interval: 100 });
  return `http://${address}`;
}
