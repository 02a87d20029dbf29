/** The section `facade` of config.yaml: where the façade listens, how it is reached, and who may sign in. */
import { z } from "zod";

const pathSchema = z.string().min(1).max(1_000);
const secureUrl = z
  .url({ protocol: /^https?$/, error: "an https URL" })
  .max(2_000)
  .refine((url) => url.startsWith("https:") || isLoopback(url), "an https URL (http only on this machine)");

/** Signatures by key pairs alone: a shared secret, or none, could be made by whoever reads our settings. */
export const TOKEN_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;

export const oidcSchema = z.strictObject({
  /** Exactly as it stands in the tokens' `iss`. */
  issuer: secureUrl,
  /** What the tokens' `aud` must hold. */
  audience: z.string().min(1).max(500),
  /** Where the issuer's public keys are; default: as its discovery document says. */
  jwks_url: secureUrl.optional(),
  algorithms: z.array(z.enum(TOKEN_ALGORITHMS)).min(1).optional(),
  /** The claim that is the person's name in runs and decisions. It must be one that people cannot change themselves. */
  subject_claim: z.string().min(1).max(200).default("sub"),
  groups_claim: z.string().min(1).max(200).default("groups"),
});
export type OidcSettings = z.infer<typeof oidcSchema>;

/** `scheme://host[:port]`, as browsers send it. */
const originSchema = z
  .string()
  .max(300)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text, {
    error: "an origin such as https://temporal.example.com, without a path",
  })
  .refine((text) => text.startsWith("https:") || isLoopback(text), "https (http only on this machine)");

/** The codec server for the Temporal Web UI; off unless this is here. */
const codecSchema = z.strictObject({
  /** Where the Web UI is opened; the default is that of `autoops dev`. */
  web_ui: z.array(originSchema).min(1).max(10).default(["http://127.0.0.1:8233", "http://localhost:8233"]),
});

const hostSchema = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, "an address or a host name");
const portSchema = z.int().min(0).max(65_535);

export const facadeConfigSchema = z.strictObject({
  host: hostSchema.optional(),
  port: portSchema.optional(),
  /** Where alerts come in, if not where the rest is: nothing else is reached there. */
  hooks: z.strictObject({ host: hostSchema.default("127.0.0.1"), port: portSchema }).optional(),
  /** PEM files. */
  tls: z.strictObject({ cert: pathSchema, key: pathSchema }).optional(),
  /** A proxy in front ends TLS, and sets X-Forwarded-For and X-Forwarded-Proto itself. */
  tls_proxy: z.boolean().optional(),
  oidc: oidcSchema.optional(),
  codec: codecSchema.optional(),
});
export type FacadeConfig = z.infer<typeof facadeConfigSchema>;

function isLoopback(url: string): boolean {
  return URL.canParse(url) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}
