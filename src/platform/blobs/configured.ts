/** The store that config.yaml names, or a folder of the home. */
import { join } from "node:path";
import type { BlobSettings } from "../../schema/config/blobs.js";
import type { Config } from "../../schema/config.js";
import type { Environment } from "../environment.js";
import { type CurrentPolicy, waysOutTo } from "../http/ways-out.js";
import { createSecretResolver } from "../secrets.js";
import { storesOf } from "../stores.js";
import { createBucket } from "./bucket.js";
import { createFolder } from "./folder.js";
import type { ContentStore } from "./store.js";

/** A place beside the results: in the same bucket below `name`, or a folder of that name in the home or in the declared path. */
export function storeBeside(
  name: string,
  { config, environment }: { config: Config; environment: Environment },
  policy: CurrentPolicy,
): ContentStore {
  const { blobs } = config;
  if (blobs?.kind === "s3") {
    return configuredStore(
      { config: { ...config, blobs: { ...blobs, prefix: `${blobs.prefix}${name}/` } }, environment },
      policy,
    );
  }
  // A record that somebody else takes away or makes lets an approval be used again.
  return createFolder(join(blobs?.path ?? environment.home, name), true);
}

/** Its server is reached under the network policy as it is then, and by nobody but the store. */
export function configuredStore(
  { config, environment }: { config: Config; environment: Environment },
  policy: CurrentPolicy,
): ContentStore {
  const settings: BlobSettings = config.blobs ?? { kind: "local" };
  if (settings.kind === "local") return createFolder(settings.path ?? storesOf(environment).blobs);
  const secret = createSecretResolver((name) => environment.secretFrom(name));
  return createBucket(settings, waysOutTo([settings.endpoint], policy, secret), secret);
}

/** Whether other machines reach it too. */
export function isShared({ blobs }: Config): boolean {
  return blobs?.kind === "s3";
}
