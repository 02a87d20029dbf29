/** Programs that `npm run provide:services` builds into the cache, for tests that run the real server. */
import { accessSync, constants } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { cacheDirectory } from "../../src/platform/temporal/cache.js";

/** The path of a built program, or undefined where it has not been built. */
export function serviceProgram(name: string): string | undefined {
  const cache = cacheDirectory(process.env);
  if (cache === undefined) return undefined;
  const program = join(cache, "services", "bin", name);
  try {
    accessSync(program, constants.X_OK);
    return program;
  } catch {
    return undefined;
  }
}

/**
 * Whether this is `npm run test:services`, which has built what takes long: the tests of `test/services` run then, and
 * are skipped by name otherwise.
 */
export const hasSlowServices = process.env.TEST_SERVICES === "1";

/** The path of a program that `npm run test:services` has built. Throws where it is missing. */
export function slowProgram(name: string): string {
  const program = serviceProgram(name);
  if (program === undefined) throw new Error(`${name} has not been built: npm run provide:services -- ${name}`);
  return program;
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
