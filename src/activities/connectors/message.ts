/** What a channel is given to deliver, and what it says of it. */

export interface Message {
  /** On one line. */
  title: string;
  /** Markdown. */
  message: string;
  /** Of a channel of kind `email`: whom else to write to. */
  to?: string[];
  /** Of a channel of kind `pagerduty`. */
  severity?: "critical" | "error" | "warning" | "info";
  alert?: { action: AlertAction; key?: string };
}

/**
 * How one message for one key is kept to one: `key`, the channel takes no second; `search`, it is looked for first;
 * `receiver`, the key goes along and who receives it may drop a repeat; `nothing`, it could not be looked for.
 */
export type KeptBy = "key" | "search" | "receiver" | "nothing";

export interface Delivered {
  /** Of HTTP, or of SMTP. */
  status: number;
  keptBy: KeptBy;
  /** By what the channel knows it. */
  ref?: string;
  url?: string;
  /** An earlier attempt had delivered it. */
  repeated?: boolean;
  truncated?: boolean;
  remarks?: string[];
}

export const ALERT_ACTIONS = ["trigger", "acknowledge", "resolve"] as const;

export type AlertAction = (typeof ALERT_ACTIONS)[number];
