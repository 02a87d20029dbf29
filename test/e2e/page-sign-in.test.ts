/** Signing in on the page, in a real browser: the key is sent once, kept nowhere, and what it opened ends with it. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Serving, startServing } from "../client/http/support/staged.js";

const CHROMIUM = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const title = existsSync(CHROMIUM) ? "the page" : `the page (skipped: there is no Chromium at ${CHROMIUM})`;

describe.skipIf(!existsSync(CHROMIUM))(title, () => {
  let staticDir: string;
  let serving: Serving;
  let browser: Browser;
  let page: Page;
  let key: string;

  beforeAll(async () => {
    staticDir = await mkdtemp(join(tmpdir(), "autoops-web-"));
    await build({ configFile: resolve(import.meta.dirname, "../../vite.config.ts"), build: { outDir: staticDir } });
    serving = await startServing({ staticDir });
    key = await serving.key("ann", "operators");
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-first-run", "--disable-background-networking"],
    });
    page = await (await browser.newContext()).newPage();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await serving?.stop();
    await rm(staticDir, { recursive: true, force: true });
  });

  const field = () => page.getByLabel("API key");
  const enter = async (text: string) => {
    await field().fill(text);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  test("asks for a key before it shows anything, and can be used without a mouse", async () => {
    await page.goto(serving.url);
    await field().waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    expect(await field().getAttribute("type")).toBe("password");
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  test("says that a key is not good, and shows nothing", async () => {
    await enter("autoops_guess");
    await page.getByRole("alert").getByText("not-signed-in").waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    expect(serving.calls).toEqual([]);
  });

  test("signs in by a key, which stays nowhere that scripts can read", async () => {
    await enter(key);
    await page.getByText("Signed in as ann").waitFor();
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    const seen = await page.evaluate<string>(
      "JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])",
    );
    expect(seen).not.toContain(key);
    expect(await page.evaluate<string>("document.cookie")).toBe("");
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    expect(cookie?.value).not.toContain(key);
    await page.reload();
    await page.getByText("Signed in as ann").waitFor();
  });

  test("signs out, and what the cookie opened is closed", async () => {
    const cookies = await page.context().cookies();
    await page.getByRole("button", { name: "Sign out" }).click();
    await field().waitFor();
    await page.context().addCookies(cookies);
    await page.reload();
    await field().waitFor();
  });

  test("asks again once the key is revoked", async () => {
    await enter(key);
    await page.getByText("Signed in as ann").waitFor();
    await serving.keys.revoke(key.slice(0, 18));
    // The page looks for waiting decisions by itself.
    await field().waitFor({ timeout: 60_000 });
  });
});
