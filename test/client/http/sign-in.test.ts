/** Signing in: by key, by token, by the page's session; what is refused, told, counted and audited; and rotation without a restart. */
import { request as plainRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SESSION_HOURS } from "../../../src/vocabulary/facade-limits.js";
import { type Issuer, startIssuer } from "../../support/issuer.js";
import { bearer, ROLE_GROUPS, type Serving, startServing } from "./support/staged.js";

let serving: Serving;
let nowMs: number;
const now = () => nowMs;
beforeEach(async () => {
  nowMs = Date.now();
  serving = await startServing({ access: { now } });
});
afterEach(() => serving.stop());

const RUNS = "/api/v1/runs";
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${serving.url}${path}`, { headers });
const statusOf = async (headers: Record<string, string>) => (await get(RUNS, headers)).status;

/** As the page asks: with its origin and its header. */
function fromPage(method: string, path: string, { body, cookie }: { body?: object; cookie?: string } = {}) {
  const headers: Record<string, string> = {
    origin: serving.url,
    "x-autoops-page": "1",
    "content-type": "application/json",
    ...(cookie === undefined ? {} : { cookie }),
  };
  return fetch(`${serving.url}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

async function signIn(key: string): Promise<string> {
  const response = await fromPage("POST", "/api/v1/session", { body: { key } });
  expect(response.status).toBe(201);
  return String(response.headers.get("set-cookie")).split(";")[0] ?? "";
}

describe("without any key or issuer", () => {
  test("each caller is the operator of this machine", async () => {
    expect(await statusOf({})).toBe(200);
    expect(await (await get("/api/v1/session")).json()).toMatchObject({ required: false, subject: "ann" });
  });

  test("from the first key on everyone must sign in, without a restart, also when it is revoked", async () => {
    expect(await statusOf({})).toBe(200);
    const key = await serving.key("ann", "viewers");
    expect(await statusOf({})).toBe(401);
    expect(await statusOf(bearer(key))).toBe(200);
    await serving.keys.revoke(key.slice(0, 18));
    expect(await statusOf(bearer(key))).toBe(401);
    expect(await statusOf({})).toBe(401);
  });
});

describe("API keys", () => {
  test("rotate without a restart: both are good, then only the new one", async () => {
    const old = await serving.key("ann", "viewers");
    const next = await serving.key("ann", "viewers");
    expect([await statusOf(bearer(old)), await statusOf(bearer(next))]).toEqual([200, 200]);
    await serving.keys.revoke(old.slice(0, 18));
    expect([await statusOf(bearer(old)), await statusOf(bearer(next))]).toEqual([401, 200]);
  });

  test.each<[string, (key: string) => string]>([
    ["that was never made", () => `Bearer autoops_0000000000_${"A".repeat(43)}`],
    ["with another secret", (key) => `Bearer ${key.slice(0, -3)}AAA`],
    ["without its secret", (key) => `Bearer ${key.slice(0, 18)}`],
    ["as Basic", (key) => `Basic ${Buffer.from(`ann:${key}`).toString("base64")}`],
    ["without a scheme", (key) => key],
    ["twice", (key) => `Bearer ${key} ${key}`],
    ["that is empty", () => "Bearer "],
  ])("a key %s is refused, audited, and runs nothing", async (_what, header) => {
    const key = await serving.key("ann", "admins");
    const response = await get(RUNS, { authorization: header(key) });
    expect(response.status).toBe(401);
    const text = await response.text();
    expect(text).not.toContain(key);
    expect(serving.calls).toEqual([]);
    expect(serving.audited).toMatchObject([
      {
        event: "login-refused",
        channel: "http",
        code: "not-signed-in",
        details: { from: "127.0.0.1", route: `GET ${RUNS}` },
      },
    ]);
    expect(JSON.stringify(serving.audited)).not.toContain(key);
  });

  test("many refused ones from one address are slowed down, audited no further, and bother nobody else's key", async () => {
    await serving.stop();
    serving = await startServing({ refusalsPerMinute: 3 });
    const key = await serving.key("ann", "viewers");
    const answers: Response[] = [];
    for (let n = 0; n < 5; n++) answers.push(await get(RUNS, bearer("wrong")));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    expect(Number(answers[4]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(serving.audited).toHaveLength(3);
    expect(await statusOf(bearer(key))).toBe(200);
  });

  test("without a role are slowed down in the same way", async () => {
    await serving.stop();
    serving = await startServing({ refusalsPerMinute: 2 });
    const key = await serving.key("ann", "visitors");
    const codes: number[] = [];
    for (let n = 0; n < 4; n++) codes.push(await statusOf(bearer(key)));
    expect(codes).toEqual([403, 403, 429, 429]);
    expect(serving.audited).toHaveLength(2);
  });

  test("in the address are not looked at", async () => {
    const key = await serving.key("ann", "viewers");
    expect((await get(`${RUNS}?key=${key}`)).status).toBe(401);
  });

  test("a caller who is not known is refused before the body is read", async () => {
    await serving.key("ann", "admins");
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${serving.url}${RUNS}`, { method: "POST", headers, body: "{nope" });
    expect(response.status).toBe(401);
  });

  test("an admin sees them without hashes and revokes one, which is audited", async () => {
    const admin = await serving.key("root", "admins");
    const key = await serving.key("ann", "viewers");
    const prefix = key.slice(0, 18);
    const listed = (await (await get("/api/v1/api-keys", bearer(admin))).json()) as { keys: object[] };
    expect(listed.keys).toMatchObject([{ subject: "root" }, { subject: "ann", prefix }]);
    expect(JSON.stringify(listed)).not.toMatch(/hash/);
    const gone = await fetch(`${serving.url}/api/v1/api-keys/${prefix}`, { method: "DELETE", headers: bearer(admin) });
    expect(await gone.json()).toMatchObject({ prefix, revoked_at: expect.any(String) });
    expect(await statusOf(bearer(key))).toBe(401);
    expect(serving.audited).toContainEqual(
      expect.objectContaining({
        event: "api-key-revoked",
        actor: "root",
        details: expect.objectContaining({ prefix }),
      }),
    );
  });
});

describe("tokens of an issuer", () => {
  let issuer: Issuer;
  beforeEach(async () => {
    issuer = await startIssuer();
    await serving.stop();
    serving = await startServing({ access: { now, tokens: issuer.verifier() } });
  });
  afterEach(() => issuer.stop());

  test("let their person in by the roles of their groups, in their name", async () => {
    const token = await issuer.token({ sub: "uma", groups: ["approvers", "visitors"] });
    const body = JSON.stringify({ decision: "approve" });
    const headers = { ...bearer(token), "content-type": "application/json" };
    const decided = await fetch(`${serving.url}${RUNS}/r1/approvals/mend`, { method: "POST", headers, body });
    expect(decided.status).toBe(200);
    expect(serving.calls).toMatchObject([["decide", { approver: "uma", groups: ["approvers", "visitors"] }]]);
    const started = await fetch(`${serving.url}${RUNS}`, { method: "POST", headers, body: "{}" });
    expect(started.status).toBe(403);
  });

  test("that are not good are refused and audited by reason, never with their text", async () => {
    const seconds = Math.floor(nowMs / 1_000);
    for (const claims of [{ exp: seconds - 300 }, { aud: "other" }, { iss: "https://evil.example" }]) {
      const token = await issuer.token(claims);
      const response = await get(RUNS, bearer(token));
      expect(response.status).toBe(401);
      expect(`${await response.text()}${JSON.stringify(serving.audited)}`).not.toContain(token);
    }
    expect(serving.audited.map(({ details }) => (details as { reason: string }).reason)).toEqual([
      "the token has expired",
      "the token's claim aud does not fit",
      "the token's claim iss does not fit",
    ]);
    expect(serving.calls).toEqual([]);
  });

  test("cannot be judged while the issuer is away: 503 and no audit line, for nobody was refused", async () => {
    issuer.fail(500);
    const response = await get(RUNS, bearer(await issuer.token()));
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(serving.audited).toEqual([]);
  });

  test("are wanted although there is no API key", async () => {
    expect(await statusOf({})).toBe(401);
  });
});

describe("the page's session", () => {
  test("is a cookie that scripts cannot read, for a key that is sent once", async () => {
    const key = await serving.key("ann", "viewers");
    const response = await fromPage("POST", "/api/v1/session", { body: { key } });
    const cookie = String(response.headers.get("set-cookie"));
    expect(cookie).toMatch(/^autoops-session=[\w-]{43};/);
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).toContain("Path=/");
    expect(cookie).not.toContain(key);
    expect(await response.json()).toMatchObject({ subject: "ann", groups: ["viewers"], roles: ["viewer"] });
    const own = cookie.split(";")[0] ?? "";
    expect(await (await get("/api/v1/session", { cookie: own })).json()).toMatchObject({ subject: "ann" });
    expect(await statusOf({ cookie: own })).toBe(200);
  });

  test("decides as the page, in the person's name", async () => {
    const cookie = await signIn(await serving.key("ann", "approvers"));
    const body = { decision: "approve" };
    expect((await fromPage("POST", `${RUNS}/r1/approvals/mend`, { body, cookie })).status).toBe(200);
    expect(serving.calls).toMatchObject([["decide", { approver: "ann", groups: ["approvers"], channel: "page" }]]);
  });

  test.each<[string, Record<string, string>]>([
    ["without the page's header", { origin: "OWN" }],
    ["without an origin", { "x-autoops-page": "1" }],
    ["from another origin", { origin: "http://evil.example", "x-autoops-page": "1" }],
    ["from another site", { origin: "OWN", "x-autoops-page": "1", "sec-fetch-site": "cross-site" }],
    ["from a sandboxed page", { origin: "null", "x-autoops-page": "1" }],
  ])("changes nothing %s", async (_what, given) => {
    const cookie = await signIn(await serving.key("ann", "admins"));
    const origin: Record<string, string> = given.origin === "OWN" ? { origin: serving.url } : {};
    const headers = { "content-type": "application/json", cookie, ...given, ...origin };
    for (const path of [`${RUNS}/r1/approvals/mend`, `${RUNS}/r1/cancel`, "/api/v1/session"]) {
      const init = { method: path.endsWith("session") ? "DELETE" : "POST", headers };
      const body = path.endsWith("mend") ? JSON.stringify({ decision: "approve" }) : undefined;
      // What browsers will not let scripts set, a forged request may still carry.
      expect(await rawStatus(path, { ...init, body })).toBe(403);
    }
    expect(serving.calls).toEqual([]);
    expect(await statusOf({ cookie })).toBe(200);
  });

  test("reaches nothing by another case of the path, which checks of paths would not know", async () => {
    const cookie = await signIn(await serving.key("ann", "admins"));
    for (const [api, refused] of [
      ["/API/v1", 404],
      ["/Api/v1", 404],
      ["/api/V1", 403],
    ] as const) {
      const headers = { cookie, origin: serving.url, "x-autoops-page": "1", "sec-fetch-site": "cross-site" };
      expect(await rawStatus(`${api}/runs/r1/cancel`, { method: "POST", headers })).toBe(refused);
      expect(await rawStatus(`${api}/runs`, { method: "GET", headers })).toBe(refused);
    }
    expect(serving.calls).toEqual([]);
  });

  test("ends when one signs out, when its key is revoked, and after a shift", async () => {
    const key = await serving.key("ann", "viewers");
    const first = await signIn(key);
    const out = await fromPage("DELETE", "/api/v1/session", { cookie: first });
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toMatch(/autoops-session=;.*Expires=Thu, 01 Jan 1970/);
    expect(await statusOf({ cookie: first })).toBe(401);

    const second = await signIn(key);
    nowMs += SESSION_HOURS * 3_600_000 - 1;
    expect(await statusOf({ cookie: second })).toBe(200);
    nowMs += 1;
    expect(await statusOf({ cookie: second })).toBe(401);

    const third = await signIn(key);
    await serving.keys.revoke(key.slice(0, 18));
    expect(await statusOf({ cookie: third })).toBe(401);
    expect(await (await get("/api/v1/session", { cookie: third })).json()).toEqual({ required: true });
  });

  test("is not made for a key that is not good, which is audited", async () => {
    await serving.key("ann", "viewers");
    const response = await fromPage("POST", "/api/v1/session", { body: { key: "autoops_guess" } });
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(serving.audited).toMatchObject([{ event: "login-refused" }]);
  });

  test("cannot be guessed or fixed: an id that was not given opens nothing, and signing in gives a new one", async () => {
    const key = await serving.key("ann", "viewers");
    const planted = `autoops-session=${"A".repeat(43)}`;
    expect(await statusOf({ cookie: planted })).toBe(401);
    const response = await fromPage("POST", "/api/v1/session", { body: { key }, cookie: planted });
    expect(String(response.headers.get("set-cookie"))).not.toContain(planted);
    expect(await statusOf({ cookie: planted })).toBe(401);
  });

  test("is Secure, and bound to this host, where the façade is reached by TLS", async () => {
    await serving.stop();
    serving = await startServing({ exposure: { tlsProxy: true } });
    const key = await serving.key("ann", "viewers");
    const headers = {
      origin: serving.url.replace("http:", "https:"),
      "x-autoops-page": "1",
      "x-forwarded-proto": "https",
      "content-type": "application/json",
    };
    const init = { method: "POST", headers, body: JSON.stringify({ key }) };
    const cookie = String((await fetch(`${serving.url}/api/v1/session`, init)).headers.get("set-cookie"));
    expect(cookie).toMatch(/^__Host-autoops-session=/);
    expect(cookie).toContain("Secure");
    expect(cookie).not.toContain("Domain");
  });
});

describe("roles", () => {
  test("are those that the policy gives now; none while it cannot be read", async () => {
    await serving.stop();
    let roles: typeof ROLE_GROUPS | undefined = ROLE_GROUPS;
    serving = await startServing({ access: { now, roles: async () => roles } });
    const key = await serving.key("ann", "viewers");
    expect(await statusOf(bearer(key))).toBe(200);
    roles = undefined;
    nowMs += 1_000;
    expect(await statusOf(bearer(key))).toBe(403);
    roles = { viewers: ["viewer"] };
    nowMs += 1_000;
    expect(await statusOf(bearer(key))).toBe(200);
  });
});

describe("metrics", () => {
  test("count by route, status and code; no id, name or key is a label", async () => {
    const key = await serving.key("ann@example.com", "viewers", "approvers");
    await get(`${RUNS}/checkout-returns-500s-k3x9`, bearer(key));
    await get(`${RUNS}/r1`, bearer("wrong"));
    await get("/somewhere/else", bearer(key));
    const headers = { ...bearer(key), "content-type": "application/json" };
    const body = JSON.stringify({ decision: "reject" });
    await fetch(`${serving.url}${RUNS}/r1/approvals/mend`, { method: "POST", headers, body });
    const text = await (await get("/metrics", bearer(key))).text();
    expect(text).toContain(
      'autoops_http_requests_total{route="/api/v1/runs/{id}",method="GET",status="200",code="ok"} 1',
    );
    expect(text).toContain('{route="/api/v1/runs/{id}",method="GET",status="401",code="not-signed-in"} 1');
    expect(text).toContain('{route="other",method="GET",status="404",code="not-found"} 1');
    expect(text).toContain('autoops_decisions_total{decision="reject",result="accepted"} 1');
    expect(text).toContain("autoops_http_streams 0");
    for (const secret of ["k3x9", "example.com", key, key.slice(0, 18), "mend", "approvers"])
      expect(text).not.toContain(secret);
  });
});

/** Without the rules of `fetch`, which forbids some headers. */
function rawStatus(path: string, init: { method: string; headers: Record<string, string>; body?: string }) {
  return new Promise<number>((resolve, reject) => {
    const sent = plainRequest(`${serving.url}${path}`, { method: init.method, headers: init.headers }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    sent.once("error", reject);
    sent.end(init.body);
  });
}
