/** `autoops version`. */
import { readFile } from "node:fs/promises";
import { done, type Ending } from "../ending.js";
import type { Session } from "../session.js";

/** As far above `src` as above `dist`. */
const PACKAGE = new URL("../../../../package.json", import.meta.url);

export async function ownVersion(): Promise<string> {
  return (JSON.parse(await readFile(PACKAGE, "utf8")) as { version: string }).version;
}

export async function version(session: Session): Promise<Ending> {
  const version = await ownVersion();
  session.print.result(`autoops ${version} (node ${process.versions.node})`);
  return done({ version, node: process.versions.node });
}
