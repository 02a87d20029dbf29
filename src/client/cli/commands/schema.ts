/** `autoops schema graph|policy|config|playbook`: the JSON Schema of a file format, as the package ships it. */
import { fileURLToPath } from "node:url";
import { FORMAT_NAMES, type Format, publishedSchema } from "../../../schema/published.js";
import { done, type Ending, failed } from "../ending.js";
import type { Session } from "../session.js";

export async function schema(session: Session, [format = ""]: readonly string[]): Promise<Ending> {
  if (!(FORMAT_NAMES as string[]).includes(format)) {
    const message = `the format must be one of ${FORMAT_NAMES.join(", ")}, got ${JSON.stringify(format.slice(0, 40))}`;
    return failed([{ code: "usage", at: "format", message, hint: "autoops schema graph" }]);
  }
  const published = publishedSchema(format as Format);
  session.print.raw(`${JSON.stringify(published, undefined, 2)}\n`);
  return done({ format, file: schemaFile(format as Format), schema: published });
}

/** Where the package has it; as far above `src` as above `dist`. */
export function schemaFile(format: Format): string {
  return fileURLToPath(new URL(`../../../../docs/schemas/${format}.schema.json`, import.meta.url));
}
