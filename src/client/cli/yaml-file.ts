/** A document as a YAML file for editors: its first line names the schema that the package ships. */
import type { Format } from "../../schema/published.js";
import { toYaml } from "../../schema/yaml-text.js";
import { schemaFile } from "./commands/schema.js";

export function yamlFile(format: Format, value: unknown): string {
  return `# yaml-language-server: $schema=${schemaFile(format)}\n${toYaml(value)}`;
}
