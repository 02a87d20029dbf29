/**
 * The net below Temporal's limits: payloads that would be too large for it go to the store of results, and a reference
 * stands in their place. They come here sealed already, where there is a key.
 */
import { ExternalStorage, type Payload, StorageDriverClaim } from "@temporalio/common";
import proto from "@temporalio/proto";
import {
  PAYLOAD_LOCAL_BYTES,
  PAYLOAD_SHARED_BYTES,
  PAYLOAD_STORED_MAX_BYTES,
} from "../../vocabulary/payload-limits.js";
import { createContents } from "../blobs/contents.js";
import type { ContentStore } from "../blobs/store.js";
import { type ToolFailure, toolFailure } from "../failure.js";

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
/** Written into the reference: what stands in a history must find its driver later. */
const DRIVER = "autoops";

export interface StorageOptions {
  /** Opened when something is kept or fetched. */
  contentStore(): Promise<ContentStore>;
  /** `shared`: every worker and client reaches it; `local`: one machine's alone, so it is used only where Temporal would refuse; `none`: keeps nothing, and fetches. */
  keeps: "shared" | "local" | "none";
}

export function createPayloadStorage({ contentStore: shelf, keeps }: StorageOptions): ExternalStorage {
  const contents = async () => createContents(besideResults(await shelf()), []);
  const driver = {
    name: DRIVER,
    type: "autoops.blobs",
    async store(_context: unknown, payloads: Payload[]) {
      const into = await contents();
      const claims: StorageDriverClaim[] = [];
      for (const payload of payloads) {
        const bytes = Buffer.from(PayloadMessage.encode(payload).finish());
        if (bytes.length > PAYLOAD_STORED_MAX_BYTES) throw tooLarge(bytes.length);
        claims.push(new StorageDriverClaim({ digest: await into.put(bytes) }));
      }
      return claims;
    },
    async retrieve(_context: unknown, claims: StorageDriverClaim[]) {
      const from = await contents();
      return Promise.all(claims.map(async ({ claimData: { digest = "" } }) => fetched(await from.get(digest), digest)));
    },
  };
  return new ExternalStorage({
    drivers: [driver],
    payloadSizeThreshold: keeps === "shared" ? PAYLOAD_SHARED_BYTES : PAYLOAD_LOCAL_BYTES,
    driverSelector: () => (keeps === "none" ? null : driver),
  });
}

function fetched(bytes: Buffer | undefined, digest: string): Payload {
  if (bytes === undefined) {
    const message = `a payload of the history lies in the store of results as ${digest.slice(0, 16)}…, and is not there`;
    const hint = "workers on several machines need a shared folder or a bucket: blobs in config.yaml";
    throw toolFailure("file-not-found", message, { hint, retryable: true });
  }
  const { metadata, data } = PayloadMessage.decode(bytes);
  return { metadata, data };
}

/** Under names of their own, so that no reference in a graph reaches a payload. */
function besideResults(shelf: ContentStore): Pick<ContentStore, "put" | "get"> {
  return {
    put: (name, bytes) => shelf.put(`payload-${name}`, bytes),
    get: (name) => shelf.get(`payload-${name}`),
  };
}

function tooLarge(bytes: number): ToolFailure {
  const message = `a payload must have at most ${PAYLOAD_STORED_MAX_BYTES} bytes, got ${bytes}`;
  return toolFailure("output-too-large", message, { hint: "ask for less" });
}
