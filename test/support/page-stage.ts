/** The page in a real browser over the real façade, server and worker: what each test of the page stands on. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Page } from "playwright-core";
import { build } from "vite";
import { expect } from "vitest";
import { wishOf } from "../../src/client/cli/schedule-wish.js";
import type { FacadeOptions } from "../../src/client/http/options.js";
import { startFacade } from "../../src/client/http/server.js";
import { createIncidents } from "../../src/client/incidents.js";
import { createSchedules, type ScheduleRequest } from "../../src/client/schedules.js";
import { createLog } from "../../src/platform/log.js";
import type { GraphInput } from "../../src/schema/graph.js";
import { createStack, graphOf, type RunningWorker, type Stack, type StackOptions } from "../client/support/stack.js";
import { startTestDevServer } from "./temporal.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
/** Where set, pictures of the page are kept there. */
const PICTURES = process.env.PAGE_PICTURES;

export const HAS_BROWSER = existsSync(CHROMIUM);
export const titled = (title: string): string =>
  HAS_BROWSER ? title : `${title} (skipped: there is no Chromium at ${CHROMIUM})`;

/** Text that would show itself if anything read it as markup, a template or an address. */
export const EVIL = '<img src=x onerror="document.title=`owned`">';

/** Looks, decides whether it was the deploy, then asks before it writes. */
export const CHECKOUT: GraphInput = graphOf(
  [
    {
      id: "logs",
      name: "Collect the logs of checkout",
      type: "log_collection",
      tool: "probe",
      params: { target: "v1", errors: 12 },
    },
    { id: "metrics", name: "Sample the error rate", type: "metric_query", tool: "probe", params: { rate: 0.12 } },
    { id: "bad", name: "Is it the deploy?", type: "decision", params: { expression: "logs.errors > 5" } },
    {
      id: "mend",
      name: "Roll back checkout",
      type: "rollback",
      tool: "mend",
      params: { version: "{{ logs.target }}" },
    },
    { id: "keep", name: `Leave it ${EVIL}`, type: "metric_query", tool: "probe", params: { note: EVIL } },
  ],
  [
    ["logs", "bad"],
    ["metrics", "bad"],
    ["bad", "mend", { condition: "bad.value" }],
    ["bad", "keep", { condition: "not bad.value" }],
  ],
  { name: "Checkout returns 500s", goal_description: `checkout returns 500s since the last deploy ${EVIL}` },
);

export interface Stage {
  stack: Stack;
  url: string;
  /** Ends the worker of this stage, or starts one. */
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  start(graph?: GraphInput): Promise<string>;
  /** A page whose faults (errors, messages of its console, requests to others) are kept in `faults`. */
  newPage(): Promise<{ page: Page; faults: string[] }>;
  stop(): Promise<void>;
}

export async function openStage(
  options: Partial<StackOptions> = {},
  facadeOptions: Partial<FacadeOptions> = {},
): Promise<Stage> {
  const staticDir = await mkdtemp(join(tmpdir(), "autoops-web-"));
  await build({ configFile: resolve(import.meta.dirname, "../../vite.config.ts"), build: { outDir: staticDir } });
  const server = await startTestDevServer();
  const { connection, address, namespace } = server;
  const stack = await createStack({ connection, address, namespace, ...options });
  let worker: RunningWorker | undefined = await stack.startWorker();
  const { client, runs, local } = stack;
  let tail = 0;
  const schedules = createSchedules(client, { idTail: () => String(++tail) });
  const common = {
    runs,
    local,
    incidents: createIncidents(client),
    schedules: {
      ...schedules,
      changedBy: () => schedules,
      wish: (request: ScheduleRequest, requester: string) => wishOf(request, requester, {}),
    },
    operator: "ann",
    staticDir,
    log: createLog("fatal"),
    requestsPerMinute: 10_000,
    ...facadeOptions,
  };
  const started = await startFacade({ ...common, host: "127.0.0.1", port: 0 });
  if (!started.ok) throw new Error(started.problems[0]?.message);
  const { facade } = started;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET });
  return {
    stack,
    url: facade.url,
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async startWorker() {
      worker = await stack.startWorker();
    },
    async start(graph = CHECKOUT) {
      const run = await runs.start({ graph, requester: "ann", trigger: "test" });
      if (!run.ok) throw new Error(run.problems[0]?.message);
      return run.value.runId;
    },
    async newPage() {
      const faults: string[] = [];
      // axe looks at a page of its own at the end: that needs a context of ours.
      const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(facade.url)) faults.push(`asked for ${request.url()}`);
      });
      return { page, faults };
    },
    async stop() {
      await browser.close();
      await facade.stop();
      await stack.close();
      await server.stop();
      await rm(staticDir, { recursive: true, force: true });
    },
  };
}

export async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES !== undefined) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
}

/** Looks at the page as it stands, wide and at 360 px, light and dark: nothing runs off the side, and axe objects to nothing. */
export async function inspect(page: Page, name: string): Promise<void> {
  for (const width of [1_280, 360]) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 900 });
      await page.emulateMedia({ colorScheme });
      const where = `${name} at ${width} px, ${colorScheme}`;
      expect(await page.evaluate<number>("document.documentElement.scrollWidth"), where).toBeLessThanOrEqual(width);
      const background = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
      const [red = 0] = background.match(/\d+/g)?.map(Number) ?? [];
      expect(red < 128, where).toBe(colorScheme === "dark");
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      const told = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`,
      );
      expect(told, where).toEqual([]);
      await picture(page, `${name}-${width}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1_280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}
