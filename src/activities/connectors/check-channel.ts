/** Whether a declared tracker or channel can be reached and takes our credentials; asks nothing that people would see. */
import type { Channel, Tracker } from "../../schema/config/tickets.js";
import type { ToolContext } from "../define-tool.js";
import { channelOf } from "./channels.js";
import { clientOf } from "./trackers.js";

/** Who we are there and what we see. */
export async function checkTracker(name: string, tracker: Tracker, context: ToolContext): Promise<string> {
  return clientOf(name, tracker, context).check();
}

/** The question that a channel answers; undefined for one that takes messages and answers none. */
export function questionTo(name: string, channel: Channel, context: ToolContext): (() => Promise<string>) | undefined {
  const { check } = channelOf(channel);
  return check === undefined ? undefined : () => check(name, channel, context);
}
