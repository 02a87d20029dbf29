/** The URLs that config.yaml declares: of sources, clusters, targets, channels, trackers, MCP servers, Slack and the model. */

import { channelOf } from "../activities/connectors/channels.js";
import { urlsOf } from "../activities/connectors/sources.js";
import type { Config } from "../schema/config.js";

/** Every URL of the configuration, states of targets included. */
export function declaredUrls(config: Config): string[] {
  const urls: Array<string | undefined> = [];
  for (const { server } of Object.values(config.clusters ?? {})) if (server !== "") urls.push(server);
  for (const source of Object.values(config.sources)) urls.push(...urlsOf(source));
  for (const channel of Object.values(config.channels)) urls.push(...channelOf(channel).urls(channel));
  for (const tracker of Object.values(config.trackers ?? {})) urls.push(tracker.url);
  for (const target of Object.values(config.targets)) {
    if (target.kind !== "http") continue;
    for (const action of Object.values(target.actions)) urls.push(action?.url, action?.state?.url);
  }
  for (const server of Object.values(config.mcp?.servers ?? {})) if ("url" in server) urls.push(server.url);
  urls.push(config.model?.base_url, config.slack?.api_url);
  return urls.filter((url) => url !== undefined);
}
