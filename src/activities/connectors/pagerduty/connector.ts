/** PagerDuty: alerts as a channel, incidents as a tracker. */
import type { ChannelConnector, TrackerConnector } from "../contract.js";
import { alertPagerDuty } from "./channel.js";
import { tellPagerDuty } from "./gates.js";
import { PagerdutyTracker } from "./tracker.js";

export const pagerdutyChannel: ChannelConnector<"pagerduty"> = {
  kind: "pagerduty",
  urls: ({ url }) => [url],
  params: ["severity", "alert"],
  deliver: alertPagerDuty,
  tell: tellPagerDuty,
};

export const pagerdutyTracker: TrackerConnector<"pagerduty"> = {
  kind: "pagerduty",
  client: (...given) => new PagerdutyTracker(...given),
};
