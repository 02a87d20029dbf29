/** What a worker makes of AUTOOPS_PAYLOAD_KEY: its data converter, and the workflows that go with it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { WorkerOptions } from "@temporalio/worker";
import type { Environment } from "../platform/environment.js";
import { createPayloadCodec } from "../platform/payloads/codec.js";
import { createSealer } from "../platform/payloads/seal.js";
import { createPayloadStorage, type StorageOptions } from "../platform/payloads/storage.js";
import { sharedModules } from "./shared-modules.js";

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const FAILURES = pathOf("../workflows/encoded-failures.cjs");
const ANY_PAYLOAD = pathOf("../workflows/any-payload.cjs");

/** For the worker of runs and for that of plans. Without a key it says of what is encrypted which key is missing. */
export function workerConverter(
  { payloadKeys, payloadRequired }: Pick<Environment, "payloadKeys" | "payloadRequired">,
  storage: StorageOptions,
): NonNullable<WorkerOptions["dataConverter"]> {
  const codec = createPayloadCodec(createSealer(payloadKeys), payloadRequired);
  return {
    payloadCodecs: [codec],
    externalStorage: createPayloadStorage(storage),
    payloadConverterPath: ANY_PAYLOAD,
    // Messages of failures stand in the open otherwise.
    failureConverterPath: payloadKeys.length === 0 ? undefined : FAILURES,
  };
}

/** The bundle made at build time, or the sources where the program runs uncompiled. */
export function workflowSource(
  encrypts: boolean,
): Pick<WorkerOptions, "workflowBundle" | "workflowsPath" | "bundlerOptions"> {
  const codePath = pathOf(encrypts ? "../workflow-bundle-encoded.js" : "../workflow-bundle.js");
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  const preloadModules = sharedModules(pathOf("../workflows"));
  return { workflowsPath: pathOf("../workflows/index.ts"), bundlerOptions: { preloadModules } };
}
