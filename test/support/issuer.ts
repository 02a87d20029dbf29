/** An OpenID Connect issuer on loopback: discovery document, published keys, and tokens made with any claims. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { createGuardedFetch } from "../../src/platform/http/guarded-fetch.js";
import { createTokenVerifier, type TokenVerifier } from "../../src/platform/oidc.js";
import { oidcSchema } from "../../src/schema/facade-config.js";

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export interface Issuer {
  url: string;
  /** How often its keys were asked for. */
  asked(): number;
  /** Claims over the usual ones; `undefined` leaves one out. */
  token(claims?: Record<string, unknown>, how?: { pair?: KeyPair; kid?: string; alg?: string }): Promise<string>;
  publicKey: JWK;
  /** Publishes another key instead, and signs with it. */
  rotate(kid: string): Promise<void>;
  fail(status: number | undefined): void;
  verifier(settings?: object): TokenVerifier;
  stop(): Promise<void>;
}

export const AUDIENCE = "autoops";

export async function startIssuer(): Promise<Issuer> {
  let pair = await generateKeyPair("ES256", { extractable: true });
  let kid = "key-1";
  let failing: number | undefined;
  let asked = 0;
  let jwk: JWK = await exportJWK(pair.publicKey);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const send = (body: object) => response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (failing !== undefined) return void response.writeHead(failing).end("no");
    if (pathname === "/.well-known/openid-configuration") return send({ issuer: url, jwks_uri: `${url}/jwks` });
    if (pathname !== "/jwks") return void response.writeHead(404).end();
    asked++;
    return send({ keys: [{ ...jwk, kid, alg: "ES256", use: "sig" }] });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    asked: () => asked,
    async token(claims = {}, how = {}) {
      const seconds = Math.floor(Date.now() / 1_000);
      const usual = { iss: url, aud: AUDIENCE, sub: "ann", groups: ["sre"], iat: seconds, exp: seconds + 300 };
      const merged = Object.fromEntries(
        Object.entries({ ...usual, ...claims }).filter(([, value]) => value !== undefined),
      );
      return new SignJWT(merged)
        .setProtectedHeader({ alg: how.alg ?? "ES256", kid: how.kid ?? kid })
        .sign((how.pair ?? pair).privateKey);
    },
    get publicKey() {
      return jwk;
    },
    async rotate(next) {
      pair = await generateKeyPair("ES256", { extractable: true });
      jwk = await exportJWK(pair.publicKey);
      kid = next;
    },
    fail: (status) => {
      failing = status;
    },
    verifier(settings = {}) {
      const network = { blocked_hosts: [], allowed_private: [] };
      const fetch = createGuardedFetch({ network, declaredUrls: [url], resolveSecret: () => "" });
      return createTokenVerifier({
        settings: oidcSchema.parse({ issuer: url, audience: AUDIENCE, ...settings }),
        fetch,
        now: Date.now,
        cooldownMs: 0,
      });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
