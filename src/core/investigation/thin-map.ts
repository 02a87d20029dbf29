/** What a map does not know because nothing answered when it was made, in lines for people. Imports no package. */
const SHOWN_MAX = 5;
/** With this share of its targets unread, a map was made before there was anything to read. */
const EARLY_SHARE = 0.5;
export const LEARN_ANEW = "autoops discover";

interface Watched {
  kinds: readonly string[];
  labels?: Readonly<Record<string, string>> | undefined;
}

/** Targets of Prometheus from which no metric was ever read: neither what they are nor how they do can be told. */
export function unreadIn(services: Readonly<Record<string, Watched>>): string[] {
  return Object.entries(services)
    .filter(([, { kinds, labels = {} }]) => kinds.length === 0 && Object.keys(labels).length > 0)
    .map(([name]) => name);
}

export function thinIn({ services }: { services: Readonly<Record<string, Watched>> }): string | undefined {
  const unread = unreadIn(services);
  if (unread.length === 0) return undefined;
  const watched = Object.values(services).filter(({ labels = {} }) => Object.keys(labels).length > 0).length;
  const shown = `${unread.slice(0, SHOWN_MAX).join(", ")}${unread.length > SHOWN_MAX ? ` and ${unread.length - SHOWN_MAX} more` : ""}`;
  if (unread.length >= EARLY_SHARE * watched) {
    return `the map is thin: Prometheus had hardly any data when it was made (nothing of ${shown}); once it has: ${LEARN_ANEW}`;
  }
  return `the map does not know what ${shown} ${unread.length === 1 ? "is" : "are"}: nothing answered there when it was made; once it does: ${LEARN_ANEW}`;
}
