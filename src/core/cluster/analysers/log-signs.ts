/** What programs write when something that they need is not as they need it: over languages and libraries. */
import type { Model, Owner } from "../model.js";
import { ADDRESS, anyOf, type LogSign, QUOTED } from "./sign-parts.js";
import { STORE_SIGNS } from "./store-signs.js";

const HOST =
  /(?:lookup |ENOTFOUND |EAI_AGAIN |UnknownHostException:? |host name "|[Rr]esolve (?:host )?(?:name )?['"]?|getaddrinfo\(?['"]?|host ['"]|server at ['"])([a-z0-9][a-z0-9.-]*[a-z0-9])/;

/** The first that fits a line. */
export const LOG_SIGNS: readonly LogSign[] = [
  {
    code: "k8s-account-rights-missing",
    pattern:
      /is forbidden: User "system:serviceaccount:|cannot (?:get|list|watch|create|update|patch|delete) resource/i,
    about: /cannot (\w+ resource "[^"]+")/,
  },
  {
    code: "k8s-account-token-missing",
    pattern:
      /serviceaccount\/(?:token|ca\.crt|namespace)['":]?.{0,40}(?:no such file|not found|ENOENT|does not exist|cannot find)|(?:ENOENT|No such file).{0,80}serviceaccount\/(?:token|ca\.crt)|unable to load in-?cluster config|not running in (?:a )?cluster|service token file does not exist|reading service account token from/i,
  },
  {
    code: "k8s-heap-exhausted",
    pattern:
      /OutOfMemoryError: (?:Java heap space|GC overhead|Metaspace|Direct buffer|Requested array)|GC overhead limit exceeded|JavaScript heap out of memory|Reached heap limit|fatal error: runtime: out of memory|^MemoryError\b|System\.OutOfMemoryException|Allowed memory size of \d+ bytes exhausted|failed to allocate memory \(NoMemoryError\)/,
  },
  {
    code: "k8s-image-platform-unmatched",
    pattern: /exec format error|cannot execute binary file|ELF: not found|rosetta error/i,
  },
  { code: "k8s-privilege-missing", pattern: /\bsysctl: (?:setting key|permission denied|error|cannot stat)/i },
  ...STORE_SIGNS,
  {
    code: "k8s-dependency-certificate-refused",
    pattern:
      /x509: |certificate verify failed|PKIX path (?:building|validation) failed|CERT_ALTNAME_INVALID|does not match certificate|SSLError: hostname '[^']+' doesn't match|self[- ]signed certificate|certificate has expired|CERT_HAS_EXPIRED|unable to verify the first certificate|SSLHandshakeException/i,
  },
  {
    code: "k8s-container-port-conflict",
    pattern:
      /address already in use|EADDRINUSE|Only one usage of each socket address|port \d+ (?:is )?already (?:in use|bound|allocated)|Address in use|bind\(\) to .* failed \(98/i,
    about: /(?:port |:)(\d{2,5})/,
  },
  {
    code: "k8s-dependency-scheme-wrong",
    pattern:
      /wrong[ _]version[ _]number|gave HTTP response to HTTPS client|Unsupported or unrecognized SSL message|first record does not look like a TLS handshake|HTTP request (?:was )?sent to (?:an )?HTTPS|plain HTTP request was sent to HTTPS port|malformed HTTP response|packet length too long|ERR_SSL_WRONG_VERSION_NUMBER|EPROTO/i,
    about: ADDRESS,
  },
  {
    code: "k8s-process-limit-reached",
    pattern:
      /too many open files|\bEMFILE\b|\bENFILE\b|inotify watch limit|limit for number of file watchers|unable to create (?:new )?native thread|failed to create new OS thread|can't start new thread|pthread_create failed|fork: (?:retry: )?Resource temporarily unavailable|cannot fork|spawn \S+ EAGAIN/i,
  },
  { code: "k8s-volume-full", pattern: /no space left on device|\bENOSPC\b|disk (?:is )?full|No space left/i },
  { code: "k8s-read-only-root", pattern: /read-only file ?system|\bEROFS\b/i, about: /(?:^|[\s'"(:=])(\/[\w./-]+)/ },
  {
    code: "k8s-volume-permission-denied",
    pattern:
      /permission denied|nio\.file\.AccessDeniedException|\bEACCES\b|Errcode: 13|Operation not permitted|\bEPERM\b/i,
    about: /(?:^|[\s'"(:=])(\/[\w./-]+)/,
  },
  {
    code: "k8s-dependency-name-unresolved",
    pattern: anyOf(
      [
        /no such host|\blookup \S+ on \S+:53: |\bENOTFOUND\b|EAI_AGAIN/,
        /Name or service not known|Temporary failure in name resolution|nodename nor servname|UnknownHostException|Name does not resolve|could not translate host name|getaddrinfo|unable to resolve|could not resolve(?! placeholder)|failed to resolve|(?:DNS|host(?:name)?|name|address|A record) lookup failed|server misbehaving|DNS resolution failed|NXDOMAIN/,
      ],
      "i",
    ),
    about: HOST,
  },
  {
    code: "k8s-setting-missing",
    pattern: anyOf([
      /(?:environment variable|env(?:ironment)? var\w*|required (?:env|setting|config\w*|option)|config(?:uration)? (?:key|value|option)|setting)\b.{0,80}(?:not (?:set|found|defined|provided|specified)|missing|required|undefined|empty|unset)/,
      /(?:missing|required|undefined|unset) (?:required )?(?:environment variable|env(?:ironment)? var|setting|config)/,
      /KeyError: '[A-Z][A-Z0-9_]+'/,
      /\b[A-Z][A-Z0-9]*_[A-Z0-9_]+ (?:is not set|is required|must be set|not set|is missing|is undefined|env var)/,
      /Could not resolve placeholder/,
      /password option is not specified/,
      /unbound variable/,
      /parameter not set/,
    ]),
    about: /['"`]?\b([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|(?<=placeholder ')[\w.]+)/,
  },
  {
    code: "k8s-setting-invalid",
    pattern: anyOf(
      [
        /invalid (?:value|config\w*|port|argument|option|setting|url|json|yaml|number)/,
        /(?:failed|unable|cannot|could not) to (?:parse|unmarshal|decode|load config)/,
        /cannot unmarshal/,
        /yaml: (?:line|unmarshal)/,
        /unknown (?:flag|option|directive|variable|argument)/,
        /unrecognized (?:option|argument|flag)/,
        /config(?:uration)? (?:error|invalid|file .* (?:invalid|not found))/,
        /nginx: \[emerg\]/,
        /NumberFormatException/,
        /Could not create the Java Virtual Machine|Unrecognized VM option|Invalid (?:maximum|initial) heap size|Initial heap size set to a larger value/,
        /strconv\.\w+: parsing/,
        /SyntaxError: Unexpected token/,
        /parsing .* config/,
        /Illegal character/,
      ],
      "i",
    ),
    about: QUOTED,
  },
  {
    code: "k8s-dependency-refused",
    pattern:
      /connection refused|ECONNREFUSED|Connect call failed|actively refused|Connection refused|No connection could be made|no healthy upstream|Can't connect to (?:MySQL|local|server)|could not connect to server|Failed to connect to/i,
    about: ADDRESS,
  },
  {
    code: "k8s-dependency-timing-out",
    pattern:
      /i\/o timeout|ETIMEDOUT|deadline exceeded|DEADLINE_EXCEEDED|connect(?:ion)? tim(?:ed|e) ?-?out|ConnectTimeout|SocketTimeoutException|upstream request timeout|Read timed out|no route to host|EHOSTUNREACH/i,
    about: ADDRESS,
  },
];

const UNREACHED =
  /time(?:d )?-?out|deadline exceeded|no such host|ENOTFOUND|EAI_AGAIN|UnknownHost|name resolution|not known|could not resolve|unreachable|no route to host/i;

/** The log of one of its pods says that it reaches nothing. */
export const saysUnreached = ({ facts }: Model, { pods }: Owner): boolean =>
  facts.logs.some(
    ({ pod, namespace, lines }) =>
      pods.some(({ metadata }) => metadata.name === pod && metadata.namespace === namespace) &&
      lines.some((line) => UNREACHED.test(line)),
  );

export function signIn(line: string): { sign: LogSign; about: string | undefined } | undefined {
  const sign = LOG_SIGNS.find(({ pattern }) => pattern.test(line));
  if (sign === undefined) return undefined;
  return { sign, about: sign.about?.exec(line)?.[1] };
}
