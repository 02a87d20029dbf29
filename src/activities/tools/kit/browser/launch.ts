/** A Chromium of its own for one replay: no way out but the proxy, nothing of the worker's environment, no profile kept. */
import { constants } from "node:fs";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { type BrowserProxy, startBrowserProxy } from "../../../../platform/http/browser-proxy.js";
import type { BrowserSettings } from "../../../../schema/config/browser.js";
import { BROWSER_END_TIMEOUT_MS, BROWSER_START_TIMEOUT_MS } from "../../../../vocabulary/browser-limits.js";
import { messageOf } from "../../../../vocabulary/message-of.js";
import { type ToolContext, toolFailure } from "../../../define-tool.js";
import { excerpt } from "../http-answers.js";

/**
 * What asks servers of the browser's maker by itself, and what changes where a page's own requests go. The last list of
 * its kind counts, so those that the driver turns off stand here again.
 */
const FEATURES_OFF = [
  "AutofillServerCommunication",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "PreconnectToSearch",
  "AimEnabled",
  "LensOverlay",
  "MediaRouter",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "DestroyProfileOnBrowserClose",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
];

/** Names are resolved by the proxy alone; nothing goes by UDP; nothing is fetched for the browser's own sake. */
const FLAGS = [
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  `--disable-features=${FEATURES_OFF.join(",")}`,
  "--disable-quic",
  "--dns-prefetch-disable",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--no-first-run",
  "--no-pings",
];
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface Opened {
  pages: BrowserContext;
  proxy: BrowserProxy;
}

/** Starts a browser, gives it to `use`, and ends it whatever happens, also when the run wants the tool to stop. */
export async function withBrowser<T>(
  settings: BrowserSettings,
  isNamed: (host: string, port: number) => boolean,
  context: Pick<ToolContext, "hosts" | "signal">,
  use: (opened: Opened) => Promise<T>,
): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), "autoops-browser-"));
  const proxy = await startBrowserProxy({ hosts: context.hosts, isNamed, signal: context.signal });
  let end: (() => Promise<void>) | undefined;
  const onAbort = () => void end?.();
  try {
    const browser = await launch(settings, proxy, home);
    end = ender(browser);
    context.signal.addEventListener("abort", onAbort, { once: true });
    if (context.signal.aborted) throw toolFailure("cancelled", "the replay was cancelled");
    const pages = await browser.newContext({
      acceptDownloads: false,
      serviceWorkers: "block",
      viewport: { width: 1280, height: 800 },
      permissions: [],
    });
    return await use({ pages, proxy });
  } finally {
    context.signal.removeEventListener("abort", onAbort);
    await end?.();
    await proxy.close();
    await rm(home, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** Ends it the first time; whoever asks again waits for that. */
function ender(browser: Browser): () => Promise<void> {
  let ending: Promise<void> | undefined;
  return () => {
    ending ??= endWithin(browser);
    return ending;
  };
}

async function launch(settings: BrowserSettings, proxy: BrowserProxy, home: string): Promise<Browser> {
  // The driver leaves directories behind where there is nothing to start.
  await access(settings.executable, constants.X_OK).catch(() => {
    const message = `${settings.executable} is not a program that can be started`;
    throw toolFailure("config-invalid", message, { hint: "check browser.executable in config.yaml", retryable: false });
  });
  // Here and not above: whoever replays nothing must not wait for it to load.
  const { chromium } = await import("playwright-core");
  try {
    const { server, username, password } = proxy;
    return await chromium.launch({
      executablePath: settings.executable,
      chromiumSandbox: settings.sandbox,
      args: FLAGS,
      // Chromium goes around a proxy for loopback unless it is told not to.
      proxy: { server, username, password, bypass: "<-loopback>" },
      env: { PATH: SEARCH_PATH, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
      timeout: BROWSER_START_TIMEOUT_MS,
      // The worker's signals are the worker's.
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
    });
  } catch (error) {
    const said = messageOf(error);
    const noSandbox = settings.sandbox && /sandbox/i.test(said);
    const hint = noSandbox
      ? "run the worker as another user than root, or set browser.sandbox: false in config.yaml"
      : "check browser.executable in config.yaml";
    const why = noSandbox ? "its sandbox cannot be used here" : excerpt(said.replace(/\u001b\[[0-9;]*m/g, ""));
    throw toolFailure("config-invalid", `${settings.executable} could not be started: ${why}`, {
      hint,
      retryable: false,
    });
  }
}

/** Playwright ends the whole process group where it does not end by itself; it is waited for no longer than this. */
async function endWithin(browser: Browser): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, BROWSER_END_TIMEOUT_MS);
  });
  await Promise.race([browser.close().catch(() => undefined), late]);
  clearTimeout(timer);
}
