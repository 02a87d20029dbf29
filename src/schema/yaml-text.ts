/** A JSON value as YAML text that `parseDocumentText` reads back to the same value. */
import { stringify } from "yaml";

export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 110, aliasDuplicateObjects: false });
}
