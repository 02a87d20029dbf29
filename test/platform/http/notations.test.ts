/** No spelling of an address that is not public passes a policy that allows every host. No host is contacted. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkUrl } from "../../../src/platform/http/check-url.js";
import { createGuardedFetch } from "../../../src/platform/http/guarded-fetch.js";

const OPEN = { allowed_hosts: ["*"] };
const byte = fc.integer({ min: 0, max: 255 });
type Address = [number, number, number, number];

/** Loopback, private, link-local, shared, this network, benchmark, multicast, reserved. */
const closed: fc.Arbitrary<Address> = fc
  .tuple(
    fc.constantFrom<readonly number[]>(
      [127],
      [10],
      [172, 16],
      [172, 31],
      [192, 168],
      [169, 254],
      [100, 64],
      [0],
      [198, 18],
      [224],
      [240],
    ),
    byte,
    byte,
    byte,
  )
  .map(([start, b, c, d]) => (start.length === 2 ? [start[0] ?? 0, start[1] ?? 0, c, d] : [start[0] ?? 0, b, c, d]));

const number = ([a, b, c, d]: Address): number => ((a * 256 + b) * 256 + c) * 256 + d;
const octal = (part: number): string => `0${part.toString(8)}`;
const hex = (part: number): string => `0x${part.toString(16)}`;
const group = (high: number, low: number): string => (high * 256 + low).toString(16);
const inIpv6 = ([a, b, c, d]: Address): string => `${group(a, b)}:${group(c, d)}`;
const wide = (text: string): string => text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const circled = (text: string): string =>
  text.replace(/[1-9]/g, (digit) => String.fromCodePoint(0x2460 + Number(digit) - 1)).replace(/0/g, "⓪");

const NOTATIONS: Record<string, (address: Address) => string> = {
  plain: (parts) => parts.join("."),
  "with a final dot": (parts) => `${parts.join(".")}.`,
  "one number": (parts) => String(number(parts)),
  "one octal number": (parts) => octal(number(parts)),
  "one hexadecimal number": (parts) => hex(number(parts)),
  "octal parts": (parts) => parts.map(octal).join("."),
  "octal parts with many zeros": (parts) => parts.map((part) => `000000${part.toString(8)}`).join("."),
  "hexadecimal parts": (parts) => parts.map(hex).join("."),
  "mixed parts": ([a, b, c, d]) => `${hex(a)}.${octal(b)}.${c}.${d}`,
  "two parts": ([a, b, c, d]) => `${a}.${(b * 256 + c) * 256 + d}`,
  "three parts": ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  "percent-encoded": (parts) => [...parts.join(".")].map((char) => `%${char.charCodeAt(0).toString(16)}`).join(""),
  "percent-encoded dots": (parts) => parts.join("%2e"),
  "wide digits": (parts) => wide(parts.join(".")),
  "circled digits": (parts) => circled(parts.join(".")),
  "ideographic dots": (parts) => parts.join("。"),
  "wide dots": (parts) => parts.join("．"),
  "half-wide dots": (parts) => parts.join("｡"),
  "soft hyphens": (parts) => parts.join(".\u00ad"),
  "mapped into IPv6": (parts) => `[::ffff:${parts.join(".")}]`,
  "mapped, in groups": (parts) => `[::ffff:${inIpv6(parts)}]`,
  "mapped, written out": (parts) => `[0000:0000:0000:0000:0000:FFFF:${inIpv6(parts)}]`,
  "compatible with IPv6": (parts) => `[::${parts.join(".")}]`,
  translated: (parts) => `[::ffff:0:${parts.join(".")}]`,
  NAT64: (parts) => `[64:ff9b::${parts.join(".")}]`,
  "NAT64 of one's own": (parts) => `[64:ff9b:1::${inIpv6(parts)}]`,
  "6to4": (parts) => `[2002:${inIpv6(parts)}::1]`,
  Teredo: ([a, b, c, d]) => `[2001:0:4136:e378:8000:63bf:${inIpv6([255 - a, 255 - b, 255 - c, 255 - d])}]`,
  "with a zone": (parts) => `[::ffff:${parts.join(".")}%25eth0]`,
  "after a name": (parts) => `example.com@${parts.join(".")}`,
  "after an encoded name": (parts) => `example.com%40@${parts.join(".")}`,
  "before a name, behind a backslash": (parts) => `${parts.join(".")}\\@example.com`,
  "after a fragment": (parts) => `${parts.join(".")}#@example.com`,
  "after a query": (parts) => `${parts.join(".")}?@example.com`,
};

const CLOSED_IPV6 = [
  "[::1]",
  "[::]",
  "[0:0:0:0:0:0:0:1]",
  "[fe80::1]",
  "[fe80::1%25eth0]",
  "[fc00::1]",
  "[fd12:3456::1]",
  "[ff02::1]",
  "[fec0::1]",
  "[100::1]",
  "[2001:db8::1]",
  "[::ffff:7f00:1]",
];
const CLOSED_NAMES = [
  "localhost",
  "LOCALHOST",
  "localhost.",
  "a.localhost",
  "ｌｏｃａｌｈｏｓｔ",
  "loc%61lhost",
  "ⓛocalhost",
  "metadata.google.internal",
];

test("no notation of an address that is not public passes", () => {
  fc.assert(
    fc.property(
      closed,
      fc.constantFrom(...Object.keys(NOTATIONS)),
      fc.constantFrom("http", "https", "HTTP"),
      (address, name, scheme) => {
        const url = `${scheme}://${NOTATIONS[name]?.(address)}/latest/meta-data`;
        expect(checkUrl(url, OPEN).ok, `${name}: ${url}`).toBe(false);
      },
    ),
    { numRuns: 3_000 },
  );
  for (const host of [...CLOSED_IPV6, ...CLOSED_NAMES]) {
    for (const url of [`http://${host}/`, `https://${host}:8443/x`, `http://${host}`]) {
      expect.soft(checkUrl(url, OPEN).ok, url).toBe(false);
    }
  }
});

test("what is allowed by its name alone is not reached in another spelling", () => {
  const rules = { allowed_hosts: ["api.example.com"] };
  for (const host of [
    "api.example.com.evil.test",
    "evil.test#api.example.com",
    "evil.test?api.example.com",
    "evil.test\\@api.example.com",
    "api.example.com@evil.test",
    "api.example.com%2eevil.test",
    "api.example.com:443@evil.test",
    "xn--pi-7ma.example.com",
    "аpi.example.com",
    "api-example.com",
    "api.example.com%00.evil.test",
    "api.example.com\t.evil.test",
  ]) {
    expect.soft(checkUrl(`https://${host}/`, rules).ok, host).toBe(false);
  }
  for (const host of ["api.example.com", "API.EXAMPLE.COM", "api.example.com.", "api.example.com:8443"]) {
    expect.soft(checkUrl(`https://${host}/`, rules).ok, host).toBe(true);
  }
});

test("public addresses and names pass", () => {
  for (const host of [
    "93.184.215.14",
    "[2606:4700::1111]",
    "example.com",
    "xn--bcher-kva.example",
    "a-b.c.example.org:8443",
    "1.1.1.1",
  ]) {
    expect.soft(checkUrl(`https://${host}/path?q=1#x`, OPEN), host).toEqual({ ok: true });
  }
});

test("a name that resolves to any such address is not connected to", async () => {
  await fc.assert(
    fc.asyncProperty(closed, fc.boolean(), async (parts, mapped) => {
      let contacted = 0;
      const address = mapped ? `::ffff:${parts.join(".")}` : parts.join(".");
      const fetch = createGuardedFetch({
        network: OPEN,
        declaredUrls: [],
        resolveSecret: () => "",
        lookup: async () => [{ address, family: mapped ? 6 : 4 }],
        send: async () => {
          contacted++;
          return { status: 200, headers: {}, text: "" };
        },
      });
      await expect(fetch("https://shop.example.com/")).rejects.toThrow();
      expect(contacted).toBe(0);
    }),
    { numRuns: 100 },
  );
});
