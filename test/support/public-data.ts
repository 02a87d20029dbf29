/** Public test data: the whole sets beside the checkout where they are, else those of them that may lie in the repository. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const BESIDE = resolve(import.meta.dirname, "../../../shared/data");
const OWN = resolve(import.meta.dirname, "../data");

/** The path of a file or folder of the data, which may be absent. */
export function publicData(path: string): string {
  const beside = resolve(BESIDE, path);
  return existsSync(beside) ? beside : publicDataInRepository(path);
}

export const publicDataInRepository = (path: string): string => resolve(OWN, path);
