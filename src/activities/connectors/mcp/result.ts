/**
 * A server's result as data: parts of known kinds, within bounds, marked as coming from outside. Nothing in it is
 * followed, run or taken for an instruction; links stay text, images and sounds are counted and not kept.
 */
import type { CallToolResult } from "@modelcontextprotocol/client";
import { z } from "zod";
import { redact, redactValue } from "../../../core/redact.js";
import type { Json } from "../../../schema/json.js";
import {
  MCP_PARTS_MAX,
  MCP_STRUCTURED_MAX_BYTES,
  MCP_TEXT_MAX_CHARS,
  MCP_TEXTS_MAX_CHARS,
} from "../../../vocabulary/mcp-limits.js";
import type { ToolContext } from "../../define-tool.js";

const URI_MAX_CHARS = 500;
const KIND_MAX_CHARS = 100;

const partSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text"), text: z.string() }),
  /** A document inside the result. */
  z.strictObject({ kind: z.literal("resource"), uri: z.string(), text: z.string() }),
  z.strictObject({ kind: z.literal("link"), uri: z.string(), name: z.string() }),
  /** An image, a sound or other bytes: not kept. */
  z.strictObject({ kind: z.literal("media"), media_type: z.string(), bytes: z.int() }),
]);
type Part = z.infer<typeof partSchema>;

export const outsideSchema = z.strictObject({
  /** Who wrote what stands below: it is data, whatever it says. */
  origin: z.string(),
  trusted: z.literal(false),
  parts: z.array(partSchema).max(MCP_PARTS_MAX),
  /** As the server gives it beside the parts; null where it gives none, or it does not fit its schema or its bound. */
  structured: z.json(),
  /** Something was cut or left out. */
  truncated: z.boolean(),
  /** The whole of it, redacted, where it was cut. */
  stored: z.string().nullable(),
});
export type Outside = z.infer<typeof outsideSchema>;

/** Turns a result into bounded data. `structured` is what passed the pinned schema, or null. */
export async function outsideOf(
  origin: string,
  { content }: Pick<CallToolResult, "content">,
  structured: Json,
  blobs: ToolContext["blobs"],
): Promise<Outside> {
  const parts: Part[] = [];
  let truncated = false;
  let left = MCP_TEXTS_MAX_CHARS;
  const cut = (text: string): string => {
    const clean = redact(text);
    const kept = wellFormed(clean.slice(0, Math.min(MCP_TEXT_MAX_CHARS, left)));
    left -= kept.length;
    truncated ||= kept.length < clean.length;
    return kept;
  };
  for (const block of content.slice(0, MCP_PARTS_MAX)) parts.push(partOf(block, cut));
  truncated ||= content.length > MCP_PARTS_MAX;
  const clean = redactValue(structured);
  const fits = Buffer.byteLength(JSON.stringify(clean)) <= MCP_STRUCTURED_MAX_BYTES;
  truncated ||= !fits;
  const whole = { parts: content.map((block) => partOf(block, redact)), structured: clean };
  const stored = truncated ? await blobs.put(JSON.stringify(whole)) : null;
  return { origin, trusted: false, parts, structured: fits ? clean : null, truncated, stored };
}

function partOf(block: CallToolResult["content"][number], text: (value: string) => string): Part {
  switch (block.type) {
    case "text":
      return { kind: "text", text: text(block.text) };
    case "image":
    case "audio":
      return media(block.mimeType, block.data);
    case "resource_link":
      return { kind: "link", uri: short(block.uri), name: short(block.name) };
    case "resource":
      if ("text" in block.resource)
        return { kind: "resource", uri: short(block.resource.uri), text: text(block.resource.text) };
      return media(block.resource.mimeType ?? "unknown", block.resource.blob);
  }
}

/** `data` is base64. */
const media = (type: string, data: string): Part => ({
  kind: "media",
  media_type: redact(type).slice(0, KIND_MAX_CHARS),
  bytes: Math.floor((data.length * 3) / 4),
});

const short = (text: string): string => wellFormed(redact(text).slice(0, URI_MAX_CHARS));
/** A cut may have split a pair. */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udbff]$/, "");
