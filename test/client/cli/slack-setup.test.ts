/** What `serve` makes of the sections `slack` of config.yaml and safety.yaml: strict, and with secrets only as references. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { declaredUrls } from "../../../src/app/declared-urls.js";
import { loadLocal } from "../../../src/app/local.js";
import { setUpFacade } from "../../../src/client/cli/facade-setup.js";
import { createLog } from "../../../src/platform/log.js";

let home = "";
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "autoops-slack-"));
});
afterEach(() => rm(home, { recursive: true }));

const SETTINGS = "slack: { token: env:SLACK_BOT_TOKEN, signing_secret: env:SLACK_SIGNING_SECRET }";
const PEOPLE = "slack: { users: { U024BE7LH: { name: ann, groups: [sre] } } }";
const SECRETS = { SLACK_BOT_TOKEN: "the-token-of-a-bot", SLACK_SIGNING_SECRET: "the-signing-secret" };

async function local(config: string, policy = "", variables: Record<string, string> = SECRETS) {
  await writeFile(join(home, "config.yaml"), `version: "1.0"\n${config}\n`, { mode: 0o600 });
  await writeFile(join(home, "safety.yaml"), `version: "1.0"\n${policy}\n`, { mode: 0o600 });
  return loadLocal({ AUTOOPS_HOME: home, ...variables });
}

async function setUp(...given: Parameters<typeof local>) {
  const loaded = await local(...given);
  if (!loaded.ok) throw new Error(loaded.problems[0]?.message);
  return setUpFacade(loaded, {}, createLog("fatal"));
}

test("with a signing secret the façade answers Slack, and knows people as the policy's file is now", async () => {
  const made = await setUp(SETTINGS, PEOPLE);
  const slack = made.ok ? made.setup.slack : undefined;
  expect(slack?.signingSecret()).toBe("the-signing-secret");
  expect(await slack?.people()).toMatchObject({ slack: { users: { U024BE7LH: { name: "ann", groups: ["sre"] } } } });
  await writeFile(join(home, "safety.yaml"), 'version: "1.0"\n', { mode: 0o600 });
  expect(await slack?.people()).not.toHaveProperty("slack");
  await writeFile(join(home, "safety.yaml"), "broken: [", { mode: 0o600 });
  expect(await slack?.people()).toBeUndefined();
});

test("without one, or without the section, nothing is taken from Slack", async () => {
  for (const config of ["", "slack: { token: env:SLACK_BOT_TOKEN }"]) {
    const made = await setUp(config);
    expect(made).toMatchObject({ ok: true });
    expect(made.ok && made.setup.slack).toBeUndefined();
  }
});

test("a secret that is declared and not set stops the façade, and says which", async () => {
  for (const missing of ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]) {
    const made = await setUp(SETTINGS, PEOPLE, { ...SECRETS, [missing]: "" });
    expect(made).toMatchObject({ ok: false, problems: [{ code: "secret-missing", at: "slack" }] });
    expect(made.ok ? "" : made.problems[0]?.message).toContain(missing);
  }
});

test("Slack's interface is a declared host, for the network policy to judge", async () => {
  const loaded = await local(SETTINGS);
  expect(loaded.ok && declaredUrls(loaded.config)).toContain("https://slack.com/api/");
});

test.each([
  ["a token in the file", "slack: { token: xoxb-1-2-secret }", "slack.token"],
  ["an unknown key", `${SETTINGS.slice(0, -2)}, tokens: env:X }`, "slack.tokens"],
  [
    "an address that no path can follow",
    `${SETTINGS.slice(0, -2)}, api_url: "https://x.example.com/api" }`,
    "slack.api_url",
  ],
])("config.yaml with %s is refused with file and key", async (_, config, key) => {
  const loaded = await local(config);
  expect(loaded).toMatchObject({ ok: false, problems: [{ code: "config-invalid" }] });
  const text = loaded.ok ? "" : JSON.stringify(loaded.problems);
  expect(text).toContain(key);
  expect(text).not.toContain("xoxb-1-2-secret");
});

test.each([
  ["a name in place of a member id", "slack: { users: { ann: { name: ann } } }"],
  ["a person without a name", "slack: { users: { U024BE7LH: { groups: [sre] } } }"],
  ["a role in place of groups", "slack: { users: { U024BE7LH: { name: ann, roles: [admin] } } }"],
  ["an unknown key", "slack: { users: {}, everyone: true }"],
])("safety.yaml with %s is refused", async (_, policy) => {
  expect(await local("", policy)).toMatchObject({ ok: false, problems: [{ code: "policy-invalid" }] });
});
