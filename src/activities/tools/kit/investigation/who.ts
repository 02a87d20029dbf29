/** Which service of the map something tells of: labels of an alert, a name in a proxy, words in a log line. */
import { healthFiles, healthOf } from "./health-rules.js";

export interface Nameable {
  name: string;
  kinds: readonly string[];
  labels: Readonly<Record<string, string>>;
  instances: readonly string[];
  also: readonly string[];
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
/** `shop1`, `shop-2`, `shop_b`: one of several. */
const stem = (text: string): string => plain(text).replace(/-?(?:(?<!\d)\d+|[ab])$/, "");
/** `booking-api`, `booking_service`: people say booking. */
const bare = (text: string): string =>
  plain(text).replace(/-(?:api|app|application|backend|deployment|exporter|job|server|service|srv|svc)$/, "");

/** The service that a short name stands for (a proxy's server, a label's value). */
export function named<T extends Nameable>(text: string, services: readonly T[]): string | undefined {
  if (text === "") return undefined;
  const wanted = plain(text);
  const namesOf = ({ name, also }: Nameable) => [name, ...also].map(plain);
  const exact = services.find((one) => namesOf(one).includes(wanted));
  const byInstance = services.filter(({ instances }) => instances.includes(text));
  const byStem = services.find((one) => stem(text) !== "" && namesOf(one).some((own) => own === stem(text)));
  const byBare = services.filter(({ name }) => bare(name) === bare(stem(text)));
  const found = [exact, byInstance.length === 1 ? byInstance[0] : undefined, byStem];
  return (found.find((one) => one !== undefined) ?? (byBare.length === 1 ? byBare[0] : undefined))?.name;
}

/** `rates-import` where people say the rates import; never an address. */
const isSpoken = (name: string, joined: string): boolean =>
  !name.includes(":") && /^[a-z0-9]+(?:[-_. ][a-z0-9]+)+$/.test(name) && joined.includes(`-${plain(name)}-`);

/** The services that a text names: by their names as words, else by the words for their kind where only one is of it. */
export function mentioned<T extends Nameable>(text: string, services: readonly T[]): T[] {
  const words = new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}_-]+/u)
      .flatMap((word) => [word, ...word.split(/[_-]/)]),
  );
  const whole = text.toLowerCase();
  const joined = `-${plain(text)}-`;
  const byName = services.filter(({ name, also }) =>
    [name, ...also].some((one) => {
      const own = one.toLowerCase();
      if (own.length < 3) return false;
      const isOfSeveral = /[^\p{L}\p{N}]/u.test(own);
      return words.has(own) || (isOfSeveral && (whole.includes(own) || isSpoken(own, joined)));
    }),
  );
  if (byName.length > 0) return byName;
  const byBare = services.filter(({ name }) => bare(name) !== plain(name) && words.has(bare(name)));
  if (byBare.length > 0) return byBare;
  return byKindWord(services, (word) => words.has(word) || (word.includes(" ") && whole.includes(word)));
}

/** The kind of thing that words of a name or an image stand for. */
export function kindOfWords(words: readonly string[]): string | undefined {
  return healthFiles().find(({ kind, rank, words: own }) =>
    words.some((word) => kind === word || (rank >= 70 && own.includes(word))),
  )?.kind;
}

/** By the words for their kind; undecided where several services are of that kind. */
export function byKindWord<T extends Nameable>(services: readonly T[], has: (word: string) => boolean): T[] {
  const found = services.filter(({ kinds: [main] }) => main !== undefined && healthOf(main)?.words.some(has));
  const kinds = new Set(found.map(({ kinds: [main] }) => main));
  return [...kinds].flatMap((kind) => {
    const same = found.filter(({ kinds: [main] }) => main === kind);
    return same.length === 1 ? same : [];
  });
}

/** Host and port that stand apart, put together: `host "10.0.0.1", port 5432`, `host=db port=5432`. */
export function withAddresses(text: string): string {
  return text.replace(
    /\b(?:at|to|host(?:name)?|server)[ =:]{1,3}\\?["'(]?(?!(?:at|to|host|server|running)\b)([\w.-]{1,253})\\?["')]?(?: \([\d.:a-f]{2,45}\))?[^\d:]{0,60}?\bport["']?[ =:]{1,3}["']?(\d{2,5})/gi,
    "$1:$2",
  );
}

/** The first address of another machine or port in a text, as it stands there. */
export function addressIn(text: string): string | undefined {
  const upstream = /upstream: "(?:\w+:\/\/)?([\w.-]+:\d{1,5})/.exec(text)?.[1];
  return (
    upstream ??
    /(?<![\d.:\w])(?:[a-z][\w-]{0,62}(?:\.[\w-]{1,63}){0,9}|\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}(?!\d|:\d)/i.exec(text)?.[0]
  );
}

/** By an address in a text: an instance's port, or the usual port of a kind. */
export function byAddress<T extends Nameable>(text: string, services: readonly T[]): T | undefined {
  const ports = [...text.matchAll(/(?<![\w.:-])(?:[\w.-]{1,253}|\[[0-9a-f:]{2,45}\]):(\d{2,5})(?!\d)/gi)].map(
    ([whole, port]) => ({
      whole,
      port: Number(port),
    }),
  );
  for (const { whole, port } of ports) {
    const own = services.filter(
      ({ instances, also }) => instances.includes(whole) || also.some((one) => one.includes(whole)),
    );
    if (own.length === 1) return own[0];
    const samePort = services.filter(({ also }) => also.some((one) => one.endsWith(`:${port}`)));
    if (samePort.length === 1) return samePort[0];
    const usual = services.filter(({ kinds: [main] }) => main !== undefined && healthOf(main)?.ports.includes(port));
    if (usual.length === 1) return usual[0];
  }
  return undefined;
}
