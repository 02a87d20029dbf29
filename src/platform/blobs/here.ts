/** The store that config.yaml names, or a folder of the home. */
import type { Config } from "../../schema/config.js";
import type { BlobSettings } from "../../schema/config-blobs.js";
import type { Environment } from "../environment.js";
import { type CurrentPolicy, waysOutTo } from "../http/ways-out.js";
import { createSecretResolver } from "../secrets.js";
import { storesOf } from "../stores.js";
import { createBucket } from "./bucket.js";
import { createFolder } from "./folder.js";
import type { Shelf } from "./shelf.js";

/** Its server is reached under the network policy as it is then, and by nobody but the store. */
export function shelfHere(
  { config, environment }: { config: Config; environment: Environment },
  policy: CurrentPolicy,
): Shelf {
  const settings: BlobSettings = config.blobs ?? { kind: "local" };
  if (settings.kind === "local") return createFolder(settings.path ?? storesOf(environment).blobs);
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  return createBucket(settings, waysOutTo([settings.endpoint], policy, secret), secret);
}

/** The shelf of payloads that are too large for Temporal: beside the results, so that neither is taken for the other. */
export function payloadShelf(shelf: Shelf): Shelf {
  return {
    put: (name, bytes) => shelf.put(`payload-${name}`, bytes),
    get: (name) => shelf.get(`payload-${name}`),
  };
}
