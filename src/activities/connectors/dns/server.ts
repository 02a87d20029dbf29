/** Where a declared resolver is asked. */

import type { ToolContext } from "../../define-tool.js";
import { sourceNamed } from "../declared-sources.js";

/** Where to ask a declared resolver: an address that was checked, as `address:port`. */
export async function serverOf(name: string, { config, hosts, signal }: ToolContext): Promise<string> {
  const { server, port } = sourceNamed(config, name, ["dns"]);
  const [place] = (await hosts.resolve(server, port, { signal })).addresses;
  return place?.family === 6 ? `[${place.address}]:${port}` : `${place?.address}:${port}`;
}
