/** Contents in a bucket of S3, or of what speaks its protocol. Requests are signed by `aws4fetch` and leave by the guarded fetch. */
import { createHash } from "node:crypto";
import { AwsV4Signer } from "aws4fetch";
import type { BucketSettings } from "../../schema/config/blobs.js";
import { BLOB_MAX_BYTES } from "../../vocabulary/limits.js";
import { BLOB_TIMEOUT_MS, SEALED_OVERHEAD_BYTES } from "../../vocabulary/payload-limits.js";
import { type ToolFailure, toolFailure } from "../failure.js";
import type { GuardedFetch, HttpAnswer } from "../http/contract.js";
import type { SecretResolver } from "../secrets.js";
import type { ContentStore } from "./store.js";

/** The keys are resolved for each request, so that new ones are taken up without a restart where they can change. */
export function createBucket(settings: BucketSettings, reach: GuardedFetch, secret: SecretResolver): ContentStore {
  const send = async (method: "GET" | "PUT", name: string, body?: Buffer, isNew = false): Promise<HttpAnswer> => {
    const url = `${settings.endpoint.replace(/\/$/, "")}/${settings.bucket}/${settings.prefix}${name}`;
    const headers = await signed(settings, secret, { method, url, body, isNew });
    const limits = { timeoutMs: BLOB_TIMEOUT_MS, maxBytes: BLOB_MAX_BYTES + SEALED_OVERHEAD_BYTES };
    return reach(url, { method, headers, bytes: body, redirect: "refuse", encoding: "latin1", ...limits });
  };
  return {
    async put(name, bytes) {
      const answer = await send("PUT", name, bytes);
      if (answer.status < 200 || answer.status > 299) throw refused(answer, settings, "put into");
    },
    async add(name, bytes) {
      const answer = await send("PUT", name, bytes, true);
      // 409: another request for the same name was on its way. Its sender has the name, or nobody has.
      if (answer.status === 412 || answer.status === 409) return false;
      if (answer.status < 200 || answer.status > 299) throw refused(answer, settings, "put into");
      return true;
    },
    async get(name) {
      const answer = await send("GET", name);
      if (answer.status === 200) return Buffer.from(answer.text, "latin1");
      // A bucket that is not there is no missing object.
      if (answer.status === 404 && !answer.text.includes("NoSuchBucket")) return undefined;
      throw refused(answer, settings, "read from");
    },
  };
}

async function signed(
  { region, access_key, secret_key, session_token, encryption, kms_key }: BucketSettings,
  secret: SecretResolver,
  { method, url, body, isNew }: { method: string; url: string; body?: Buffer; isNew: boolean },
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    "x-amz-content-sha256": createHash("sha256")
      .update(body ?? "")
      .digest("hex"),
  };
  if (isNew) headers["if-none-match"] = "*";
  if (method === "PUT" && encryption !== undefined) headers["x-amz-server-side-encryption"] = encryption;
  if (method === "PUT" && kms_key !== undefined) headers["x-amz-server-side-encryption-aws-kms-key-id"] = kms_key;
  const signer = new AwsV4Signer({
    method,
    url,
    headers,
    body: body === undefined ? undefined : new Uint8Array(body),
    accessKeyId: secret(access_key),
    secretAccessKey: secret(secret_key),
    sessionToken: session_token === undefined ? undefined : secret(session_token),
    service: "s3",
    region,
  });
  const { headers: all } = await signer.sign();
  return Object.fromEntries(all as unknown as Iterable<[string, string]>);
}

const CODES: Readonly<Record<number, "source-denied" | "source-refused">> = {
  401: "source-denied",
  403: "source-denied",
};

function refused({ status, text }: HttpAnswer, { bucket }: BucketSettings, what: string): ToolFailure {
  const said = /<Code>([A-Za-z0-9]{1,60})<\/Code>/.exec(text)?.[1];
  const message = `the bucket ${bucket} could not be ${what}: it answered ${status}${said === undefined ? "" : ` (${said})`}`;
  if (status >= 500 || status === 429) return toolFailure("source-unreachable", message);
  return toolFailure(CODES[status] ?? "source-refused", message, {
    hint: "check blobs in config.yaml, and what its keys may do",
  });
}
