/** A JSON value as YAML text that `parseDocumentText` reads back to the same value, hidden characters by their number. */
import { Document, Scalar, visit } from "yaml";
import { visible, writeHidden } from "../vocabulary/visible.js";

export function toYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_, node) {
      // In double quotes alone YAML takes a character by its number.
      if (typeof node.value === "string" && visible(node.value) !== node.value) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return writeHidden(document.toString({ lineWidth: 0 }), numbered);
}

function numbered(char: string): string {
  const hex = (char.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
