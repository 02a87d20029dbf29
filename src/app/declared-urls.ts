/** The URLs that config.yaml declares: of sources, clusters, targets, channels, trackers, MCP servers, Slack and the model. */

import { urlsOf } from "../activities/connectors/sources.js";
import type { Channel } from "../schema/config/tickets.js";
import type { Config } from "../schema/config.js";

/** Every URL of the configuration, states of targets included. */
export function declaredUrls(config: Config): string[] {
  const urls: Array<string | undefined> = [];
  for (const { server } of Object.values(config.clusters ?? {})) urls.push(server);
  for (const source of Object.values(config.sources)) urls.push(...urlsOf(source));
  for (const channel of Object.values(config.channels)) urls.push(urlOf(channel));
  for (const tracker of Object.values(config.trackers ?? {})) urls.push(tracker.url);
  for (const target of Object.values(config.targets)) {
    if (target.kind !== "http") continue;
    for (const action of Object.values(target.actions)) urls.push(action?.url, action?.state?.url);
  }
  for (const server of Object.values(config.mcp?.servers ?? {})) if ("url" in server) urls.push(server.url);
  urls.push(config.model?.base_url, config.slack?.api_url);
  return urls.filter((url) => url !== undefined);
}

/** Mail servers are declared by host and port: they are spoken to in a protocol of their own. */
function urlOf(channel: Channel): string | undefined {
  if (channel.kind === "slack") return undefined;
  if (channel.kind !== "email") return channel.url;
  const { host, port } = channel;
  return `smtp://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
