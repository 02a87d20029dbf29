/** The documents of a YAML file that somebody else's program wrote, such as kubectl: several in one, each on its own. */
import { parseAllDocuments } from "yaml";
import { YAML_MAX_ALIASES } from "../vocabulary/limits.js";
import type { Json } from "./json.js";

/** Those that can be read; undefined where none can. */
export function yamlDocuments(text: string): Json[] | undefined {
  try {
    const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent", prettyErrors: false });
    const read = [...documents].flatMap((one): Json[] =>
      one.errors.length > 0 ? [] : [one.toJS({ maxAliasCount: YAML_MAX_ALIASES }) as Json],
    );
    return read.length === 0 ? undefined : read;
  } catch {
    // Nested so deep that the parser's stack ends, or more aliases than are taken.
    return undefined;
  }
}
