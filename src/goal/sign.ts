/** What a sign of injection is. Loaded by the workflow sandbox: imports no package and reads no clock. */

export interface Sign {
  code: string;
  message: string;
  /** Over plain text: lower case, one space between words. Every gap is bounded. */
  patterns: readonly RegExp[];
}

export const words = (...parts: string[]): RegExp => new RegExp(parts.join(""), "u");

/** To set something aside: never a sign by itself, for operations ignore, drop and override all day. */
export const SET_ASIDE =
  "(?:(?:ignor\\w{0,3}|disregard|forget|overlook|discard|bypass|overrid\\w{1,3}|supersede|neglect|abandon|eras|revok|nullif|void|unlearn|scrap|cancel)(?:e?s|e?d|ing|ting|e|y)?|(?:do not|don't|dont|never|stop|no longer|refuse to|rather than|instead of|not) (?:\\w+ )?(?:follow|obey|adher|comply|heed|respect|apply)\\w{0,4}(?: to| with)?|pay no attention to|(?:set|put|leave|push|throw|toss|cast|lay) (?:aside|away|out|behind)|skip over|break free (?:of|from)|(?:not|no longer) (?:bound|constrained|limited|restricted) by)";
export const EARLIER =
  "(?:previous(?:ly)?|prior|earlier|above|preceding|initial|original|foregoing|former|following|system|safety|past|existing|current|pre-?existing|old|developer'?s?|creator'?s?|default|ethical|moral|hidden)";
export const ORDERS =
  "(?:i\\w?nstr\\w{4,12}|prompt(?:s|ing)?|directi(?:on|ve)s?|guidelines?|guidance|programming|training|guardrails?|alignment)";
/** Queues hold messages, schedulers tasks, shells commands: a sign only where nothing more is said of them. */
export const SHARED =
  "(?:messages?|commands?|orders|tasks?|assignments?|rules|restrictions|polic(?:y|ies)|constraints?|protocols?|limitations|context|conversations?|requests?|inputs?|text|content)(?=[.,:;!?)\\]\"'-]| -| and\\b| then\\b| but\\b| instead\\b| you\\b| i\\b|$)";
