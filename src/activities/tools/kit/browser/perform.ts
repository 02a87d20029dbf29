/** One step after the other, until all are done or one is not as expected. */
import type { ElementHandle, Page } from "playwright-core";
import { kindOfAddress } from "../../../../platform/http/addresses.js";
import type { RefusedPlace } from "../../../../platform/http/browser-proxy.js";
import { REFUSED_HEADER } from "../../../../platform/http/browser-refusals.js";
import { localKind } from "../../../../platform/http/hosts.js";
import type { BrowserSettings } from "../../../../schema/config/browser.js";
import { BROWSER_SHOT_MAX_BYTES } from "../../../../vocabulary/browser-limits.js";
import { type ToolContext, type ToolFailure, toolFailure } from "../../../define-tool.js";
import type { Step } from "./steps.js";
import type { Watch } from "./watch.js";

/** A step that did not turn out as it should: a result, not a failure of the tool. */
export class NotAsExpected extends Error {}

export interface Stage {
  page: Page;
  watch: Watch;
  settings: BrowserSettings;
  /** What the proxy has refused so far. */
  refused: readonly RefusedPlace[];
  secret: ToolContext["secret"];
  /** Leaves the browser these origins alone. */
  confine(origins: readonly string[]): void;
  /** Secrets that were typed: no picture shows them. */
  typed: Set<string>;
}

type Of<K extends Step["do"]> = Extract<Step, { do: K }>;

/** Carries out every kind of step but `screenshot`. Throws `NotAsExpected`, or `ToolFailure` where it must not be done. */
export async function perform(step: Exclude<Step, { do: "screenshot" }>, stage: Stage): Promise<void> {
  const { page } = stage;
  const timeout = step.timeout_seconds * 1_000;
  switch (step.do) {
    case "goto":
      return goTo(step, stage, timeout);
    case "click":
      return page.locator(step.selector).click({ timeout });
    case "fill":
      return fill(step, stage, timeout);
    case "press":
      return step.selector === undefined
        ? page.keyboard.press(step.key)
        : page.locator(step.selector).press(step.key, { timeout });
    case "select":
      return void (await page.locator(step.selector).selectOption(step.value, { timeout }));
    case "wait_for":
      return page.locator(step.selector).waitFor({ state: step.state, timeout });
    case "expect_text": {
      const { selector, text } = step;
      const found = selector === undefined ? page.getByText(text) : page.locator(selector).filter({ hasText: text });
      return found.filter({ visible: true }).first().waitFor({ state: "visible", timeout });
    }
    case "expect_status": {
      const status = stage.watch.status();
      if (status !== null && step.status.includes(status)) return;
      throw new NotAsExpected(`status ${status ?? "none"}, expected ${step.status.join(" or ")}`);
    }
  }
}

/** A place that the policy refuses is a failure; one that does not answer is a result. */
async function goTo({ url }: Of<"goto">, { page, refused }: Stage, timeout: number): Promise<void> {
  const before = refused.length;
  const refusal = (): ToolFailure | undefined => {
    const { hostname } = new URL(url);
    return refusalOf(refused.slice(before)) ?? refusalOf(refused.filter(({ host }) => host === hostname));
  };
  const response = await page.goto(url, { timeout, waitUntil: "load" }).catch((error: unknown) => {
    // Of the document itself: what a part of it could not reach is no error here.
    throw (/ERR_TUNNEL_CONNECTION_FAILED/.test(String(error)) ? refusal() : undefined) ?? error;
  });
  const why = (await response?.allHeaders())?.[REFUSED_HEADER];
  if (why !== undefined) throw refusal() ?? new NotAsExpected(`nothing answered (${why})`);
}

/** Codes of the network policy; a place that does not answer is among what the proxy could not reach, too. */
export const isRefusal = ({ code }: RefusedPlace): boolean =>
  code === "host-not-allowed" || code === "address-not-allowed" || code === "url-invalid";

function refusalOf(places: readonly RefusedPlace[]): ToolFailure | undefined {
  const last = places.findLast(isRefusal);
  return (
    last &&
    toolFailure(last.code, last.message, {
      hint: last.hint ?? "allow the host in the network policy, if it is meant",
      retryable: false,
    })
  );
}

async function fill(step: Of<"fill">, stage: Stage, timeout: number): Promise<void> {
  const { page, settings } = stage;
  if (step.secret === undefined) return page.locator(step.selector).fill(step.value ?? "", { timeout });
  const declared = Object.hasOwn(settings.secrets, step.secret) ? settings.secrets[step.secret] : undefined;
  if (declared === undefined) throw new NotAsExpected(`there is no secret ${step.secret}`);
  // The element is found first and belongs to one document: one that is loaded later cannot be typed into by it.
  const element = (await page.locator(step.selector).elementHandle({ timeout })) as ElementHandle;
  const frame = await element.ownerFrame();
  const origin = originOf(page.url());
  if (frame !== page.mainFrame() || origin === undefined || !declared.origins.includes(origin)) {
    const message = `the secret ${step.secret} may be typed on ${declared.origins.join(", ")} alone, not on ${origin ?? "this page"}`;
    throw toolFailure("host-not-allowed", message, { retryable: false });
  }
  if (isPlain(origin)) {
    throw toolFailure("secret-over-http", `the secret ${step.secret} must not go over plain HTTP to ${origin}`, {
      hint: "use https",
      retryable: false,
    });
  }
  const value = stage.secret(declared.value);
  stage.typed.add(value);
  // By keys a person could copy it to another page: from here on, whoever may not be told it is not reached.
  stage.confine(declared.origins);
  await element.fill(value, { timeout }).catch(() => {
    // The driver's own words tell what was to be typed.
    throw new NotAsExpected("the field could not be filled");
  });
}

const originOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).origin : undefined);

function isPlain(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return protocol === "http:" && localKind(host) !== "loopback" && kindOfAddress(host) !== "loopback";
}

/** What is to be seen in the window, as PNG. Once a secret was typed, no field is shown, nor any text that repeats it. */
export async function picture({ page, typed }: Pick<Stage, "page" | "typed">, timeout: number): Promise<Buffer> {
  const fields = typed.size === 0 ? [] : [page.locator("input, textarea, select, [contenteditable]")];
  const mask = [...fields, ...[...typed].map((value) => page.getByText(value))];
  const png = await page.screenshot({
    type: "png",
    timeout,
    mask,
    maskColor: "#808080",
    animations: "disabled",
    caret: "hide",
  });
  if (png.length > BROWSER_SHOT_MAX_BYTES)
    throw new NotAsExpected(`the picture has ${png.length} bytes, more than may be kept`);
  return png;
}
