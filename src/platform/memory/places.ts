/** Where this machine keeps its memory. */
import { join } from "node:path";
import type { Environment } from "../environment.js";
import { cacheDirectory } from "../temporal/cache.js";
import type { MemoryPlaces } from "./session.js";

export function memoryPlaces(environment: Environment): MemoryPlaces {
  const key = environment.secretFrom("AUTOOPS_MEMORY_KEY");
  const cache = cacheDirectory(environment.variables);
  return {
    directory: join(environment.home, "memory"),
    keyFile: join(environment.home, "memory-key"),
    headFile: join(environment.home, "memory-head.json"),
    key,
    cache,
  };
}
