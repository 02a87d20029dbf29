/** Tool `browser_replay`: carries out declared steps in a Chromium of its own. A page that fails is a result, not a failure. */
import type { Page } from "playwright-core";
import { z } from "zod";
import type { Config } from "../../schema/config.js";
import { BROWSER_SHOTS_MAX, BROWSER_STEP_DEFAULT_SECONDS } from "../../vocabulary/browser-limits.js";
import { messageOf } from "../../vocabulary/message-of.js";
import { defineTool, type ToolContext, ToolFailure, toolFailure } from "../define-tool.js";
import { withBrowser } from "./kit/browser/launch.js";
import { isRefusal, NotAsExpected, perform, picture, type Stage } from "./kit/browser/perform.js";
import { paramsSchema, type Step, secretsOf, urlsOf } from "./kit/browser/steps.js";
import { plainUrl, watch, watchedSchema } from "./kit/browser/watch.js";
import { finding, findingsSchema } from "./kit/finding.js";
import { excerpt } from "./kit/http-answers.js";

const doneSchema = z.strictObject({ do: z.string(), ok: z.boolean(), ms: z.int(), says: z.string().nullable() });
type Done = z.infer<typeof doneSchema>;
const shotSchema = z.strictObject({
  name: z.string(),
  /** The index of the step after which it was taken. */
  step: z.int(),
  /** A stored result that holds a `data:image/png;base64,…` URL. */
  blob: z.string(),
  bytes: z.int(),
});

const outputSchema = z.strictObject({
  /** Whether every step turned out as it should. */
  ok: z.boolean(),
  /** Where it ended, without query and fragment. */
  url: z.string(),
  status: z.int().nullable(),
  /** Those that were begun; the first that is not ok is the last. */
  steps: z.array(doneSchema),
  screenshots: z.array(shotSchema),
  ...watchedSchema.shape,
  /** Hosts that the page asked for and that the network policy refused. */
  refused: z.array(z.strictObject({ host: z.string(), port: z.int(), code: z.string() })),
  findings: findingsSchema,
});
type Output = z.infer<typeof outputSchema>;
type Shot = z.infer<typeof shotSchema>;

export const browserReplay = defineTool({
  name: "browser_replay",
  aliases: ["browserMission"],
  description:
    "Carries out declared steps in a browser: goes to pages, clicks, fills, expects texts and status, takes pictures.",
  nodeTypes: ["browser_replay"],
  effect: "read",
  params: paramsSchema,
  output: outputSchema,
  reach: ({ steps }, config, at) => {
    const lack = lackOf(config, steps);
    return {
      urls: urlsOf(steps),
      namedSecrets: namesAt(steps, config).map((path) => `${at}.${path}`),
      problems: lack === undefined ? [] : [{ code: "source-not-configured", at: `${at}.steps`, ...lack }],
    };
  },
  run: replay,
});

/** Where a step names a secret of config.yaml: a name, and no secret itself. */
function namesAt(steps: unknown, { browser }: Config): string[] {
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, index) => {
    const [name] = secretsOf([step]);
    return name !== undefined && Object.hasOwn(browser?.secrets ?? {}, name) ? [`steps[${index}].secret`] : [];
  });
}

/** What config.yaml does not declare and the steps need. */
function lackOf({ browser }: Config, steps: unknown): { message: string; hint: string } | undefined {
  if (browser === undefined) {
    const hint = "set browser.executable in config.yaml to the path of a Chromium";
    return { message: "config.yaml declares no browser", hint };
  }
  const missing = secretsOf(steps).find((name) => !Object.hasOwn(browser.secrets, name));
  if (missing === undefined) return undefined;
  const hint = `declared there: ${Object.keys(browser.secrets).sort().join(", ") || "none"}`;
  return { message: `browser.secrets of config.yaml does not declare ${missing.slice(0, 63)}`, hint };
}

async function replay({ steps }: z.output<typeof paramsSchema>, context: ToolContext): Promise<Output> {
  const lack = lackOf(context.config, steps);
  const settings = context.config.browser;
  if (lack !== undefined || settings === undefined) {
    throw toolFailure("source-not-configured", lack?.message ?? "there is no browser", {
      hint: lack?.hint,
      retryable: false,
    });
  }
  const named = urlsOf(steps).map((url) => new URL(url));
  const isNamed = (host: string, port: number): boolean =>
    named.some((url) => url.hostname.replace(/^\[|\]$/g, "") === host && portOf(url) === port);
  return withBrowser(settings, isNamed, context, async ({ pages, proxy }) => {
    const page = await pages.newPage();
    const watching = await watch(pages, page);
    const stage: Stage = {
      page,
      watch: watching,
      settings,
      refused: proxy.refused,
      secret: context.secret,
      confine: proxy.confine,
      typed: new Set(),
    };
    const { done, shots } = await carryOut(steps, stage, context);
    const failed = done.find(({ ok }) => !ok);
    const places = proxy.refused.filter(isRefusal).map(({ host, port, code }) => ({ host, port, code }));
    return {
      ok: failed === undefined,
      url: plainUrl(page.url()),
      status: watching.status(),
      steps: done,
      screenshots: shots,
      ...watching.seen,
      refused: places,
      findings: [findingOf(done, failed, page, watching.seen.console, places)],
    };
  });
}

const portOf = ({ port, protocol }: URL): number => (port !== "" ? Number(port) : protocol === "https:" ? 443 : 80);

async function carryOut(
  steps: readonly Step[],
  stage: Stage,
  context: ToolContext,
): Promise<{ done: Done[]; shots: Shot[] }> {
  const done: Done[] = [];
  const shots: Shot[] = [];
  const shoot = async (name: string, seconds: number): Promise<void> => {
    if (shots.length >= BROWSER_SHOTS_MAX)
      throw new NotAsExpected(`a replay takes at most ${BROWSER_SHOTS_MAX} pictures`);
    const png = await picture(stage, seconds * 1_000);
    const blob = await context.blobs.put(`data:image/png;base64,${png.toString("base64")}`);
    shots.push({ name, step: done.length, blob, bytes: png.length });
  };
  for (const [index, step] of steps.entries()) {
    context.heartbeat(`step ${index + 1} of ${steps.length}: ${step.do}`);
    const startedAt = performance.now();
    const says = await attempt(context, () =>
      step.do === "screenshot" ? shoot(step.name ?? `step-${index}`, step.timeout_seconds) : perform(step, stage),
    );
    done.push({ do: step.do, ok: says === null, ms: Math.round(performance.now() - startedAt), says });
    if (says !== null) break;
  }
  // What was to be seen when it ended, unless a step has just shown it. A page that cannot be pictured has said enough.
  const isShown = steps[done.length - 1]?.do === "screenshot" && done.at(-1)?.ok === true;
  if (!isShown && shots.length < BROWSER_SHOTS_MAX) {
    await attempt(context, () => shoot(done.at(-1)?.ok === true ? "end" : "failure", BROWSER_STEP_DEFAULT_SECONDS));
  }
  return { done, shots };
}

/** Why a step is not as expected, in a few words; null where it is. What must not be done, or was cancelled, is thrown. */
async function attempt(context: ToolContext, work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    if (context.signal.aborted) throw toolFailure("cancelled", "the replay was cancelled");
    const said = messageOf(error);
    // The driver adds a log of what it tried, in colours.
    const first = said.replace(/\u001b\[[0-9;]*m/g, "").split("\nCall log:")[0] ?? "";
    return excerpt(first.replace(/\bhttps?:\/\/\S+/g, plainUrl));
  }
}

function findingOf(
  done: readonly Done[],
  failed: Done | undefined,
  page: Page,
  console: Output["console"],
  refused: Output["refused"],
) {
  const errors = console.filter(({ level }) => level === "error").map(({ text }) => `console: ${JSON.stringify(text)}`);
  const places =
    refused.length === 0 ? [] : [`refused by the network policy: ${refused.map(({ host }) => host).join(", ")}`];
  const where = plainUrl(page.url());
  const statement =
    failed === undefined
      ? `${done.length} steps in the browser went as expected, up to ${where}`
      : `step ${done.length} (${failed.do}) in the browser did not go as expected: ${failed.says}`;
  return finding(statement, [`at ${where}`, ...errors.slice(0, 3), ...places]);
}
