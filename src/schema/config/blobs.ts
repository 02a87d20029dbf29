/** The section `blobs` of config.yaml: where results too large for history are kept. */
import { z } from "zod";
import { secretReferenceSchema } from "./keys.js";

const isLoopback = (url: string): boolean =>
  URL.canParse(url) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);

const endpointSchema = z
  .url({ protocol: /^https?$/, error: "an https URL" })
  .max(500)
  .refine((url) => url.startsWith("https:") || isLoopback(url), "an https URL (http only on this machine)")
  .refine((url) => {
    const { pathname, search, hash, username } = new URL(url);
    return pathname === "/" && search === "" && hash === "" && username === "";
  }, "a URL without a path; the bucket is a key of its own");

const localSchema = z.strictObject({
  kind: z.literal("local"),
  /** Default: `blobs` in the home. */
  path: z.string().min(1).max(1_000).optional(),
});
const bucketSchema = z
  .strictObject({
    kind: z.literal("s3"),
    endpoint: endpointSchema,
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of a bucket"),
    region: z.string().regex(/^[a-z0-9-]{1,40}$/, "the name of a region, such as eu-central-1"),
    /** Before every name. */
    prefix: z
      .string()
      .regex(/^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]{0,100}\/){0,8}$/, "folders, each with a slash after it, such as autoops/")
      .default("autoops/"),
    access_key: secretReferenceSchema,
    secret_key: secretReferenceSchema,
    session_token: secretReferenceSchema.optional(),
    /** What the server is asked to encrypt with, beside our own encryption. */
    encryption: z.enum(["AES256", "aws:kms"]).optional(),
    kms_key: z.string().min(1).max(500).optional(),
  })
  .refine(({ encryption, kms_key }) => kms_key === undefined || encryption === "aws:kms", {
    path: ["kms_key"],
    error: "left out unless encryption is aws:kms",
  });

export const blobsSchema = z.discriminatedUnion("kind", [localSchema, bucketSchema], { error: "one of local, s3" });
export type BlobSettings = z.infer<typeof blobsSchema>;
export type BucketSettings = Extract<BlobSettings, { kind: "s3" }>;
