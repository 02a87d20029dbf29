/** The text files of a folder of dumps, within bounds. Links are not followed. */
import { lstat } from "node:fs/promises";
import { join, relative } from "node:path";
import { entriesUnderRoots, openUnderRoots, readBounded } from "../../../../platform/files.js";
import { type ToolContext, toolFailure } from "../../../define-tool.js";

/** A dump of a namespace has some hundred; one of a cluster with its logs some thousand. */
const FILES_MAX = 5_000;
/** Of one file; a list of 10,000 pods is about 100 MB. */
const FILE_MAX_BYTES = 150_000_000;
const BYTES_MAX = 400_000_000;
const DEPTH_MAX = 10;
const TEXT_LOOKED_AT_BYTES = 8_000;

export interface DumpFile {
  /** Below the folder, with slashes. */
  path: string;
  text: string;
  modifiedMs: number;
}
export interface DumpFolder {
  files: DumpFile[];
  /** What was left out, in words. */
  cut: string[];
}

export async function readFolder(folder: string, context: ToolContext): Promise<DumpFolder> {
  const paths = await pathsIn(folder, folder, 0);
  const cut: string[] = paths.length > FILES_MAX ? [`more than ${FILES_MAX} files; the rest was not read`] : [];
  const files: DumpFile[] = [];
  let bytes = 0;
  for (const path of paths.slice(0, FILES_MAX)) {
    context.signal.throwIfAborted();
    const opened = await openUnderRoots(path, [folder]);
    if (!opened.ok) {
      cut.push(`${relative(folder, path)} cannot be opened`);
      continue;
    }
    const { handle, size, modifiedMs } = opened;
    try {
      if (size > FILE_MAX_BYTES || bytes + size > BYTES_MAX) {
        cut.push(`${relative(folder, path)} has ${size} bytes, too much to read`);
        continue;
      }
      const content = await readBounded(handle, Math.min(FILE_MAX_BYTES, BYTES_MAX - bytes));
      if (content === undefined) {
        cut.push(`${relative(folder, path)} grew while it was read`);
        continue;
      }
      bytes += content.length;
      const text = textIn(content);
      if (text === undefined) {
        cut.push(`${relative(folder, path)} is no text; unpack an archive first`);
        continue;
      }
      files.push({ path: relative(folder, path).replaceAll("\\", "/"), text, modifiedMs });
      context.heartbeat(`${files.length} files`);
    } finally {
      await handle.close();
    }
  }
  return { files, cut };
}

/** PowerShell writes what it redirects as UTF-16, with a mark. Undefined: it is no text. */
function textIn(content: Buffer): string | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return content.subarray(2).toString("utf16le");
  if (content.subarray(0, TEXT_LOOKED_AT_BYTES).includes(0)) return undefined;
  return content.toString("utf8").replace(/^\ufeff/, "");
}

async function pathsIn(top: string, folder: string, depth: number): Promise<string[]> {
  const listed = await entriesUnderRoots(folder, [top]);
  if (!listed.ok) {
    if (depth > 0) return [];
    // A folder that is not there is no root either, so nothing would lie under it.
    const isThere = await lstat(folder).then(
      () => true,
      () => false,
    );
    const { code, message } = listed.problem;
    const why = isThere ? message : `${folder} does not exist, or may not be looked into`;
    throw toolFailure(isThere ? code : "file-not-found", `the folder of dumps cannot be read: ${why}`, {
      hint: "check `dumps` of the cluster in config.yaml",
      retryable: false,
    });
  }
  const found: string[] = [];
  for (const entry of listed.entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    if (entry.isFile()) found.push(path);
    else if (entry.isDirectory() && depth < DEPTH_MAX) found.push(...(await pathsIn(top, path, depth + 1)));
    if (found.length > FILES_MAX) break;
  }
  return found;
}
