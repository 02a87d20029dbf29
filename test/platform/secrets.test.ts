/** Secret references: what they stand for, and that a failure never shows a value. */
import { describe, expect, test } from "vitest";
import {
  createSecretResolver,
  isSecretHeader,
  resolveHeader,
  secretValues,
  withoutSecrets,
  withoutSecretsIn,
} from "../../src/platform/secrets.js";

const resolve = createSecretResolver((name) => ({ KEY: "v4lue", EMPTY: "", CODED: "YTpi" })[name]);

test("a reference gives the value of its variable", () => {
  expect(resolve("env:KEY")).toBe("v4lue");
});

test("a missing or empty value is refused by its name", () => {
  for (const reference of ["env:ABSENT", "env:EMPTY"]) {
    expect(() => resolve(reference)).toThrow(expect.objectContaining({ code: "secret-missing" }));
    expect(() => resolve(reference)).toThrow(reference);
  }
});

test("what is no reference is refused and not shown: it may be the secret itself", () => {
  for (const text of ["sk-live-abcdef", "env:", "env:A B", "ENV:KEY", "env:KEY\n"]) {
    expect(() => resolve(text)).toThrow(expect.objectContaining({ code: "secret-missing" }));
    expect(() => resolve(text)).not.toThrow("sk-live");
  }
});

test("a header keeps the word before its reference, and plain text stays as it is", () => {
  expect(resolveHeader("Bearer env:KEY", resolve)).toBe("Bearer v4lue");
  expect(resolveHeader("env:KEY", resolve)).toBe("v4lue");
  expect(resolveHeader("Basic env:CODED", resolve)).toBe("Basic YTpi");
  expect(resolveHeader("environment env", resolve)).toBe("environment env");
  expect(isSecretHeader("Bearer env:KEY")).toBe(true);
  expect(isSecretHeader("application/json")).toBe(false);
});

test("the values of all references are found, and taken out of text and JSON in either spelling", () => {
  const values: Record<string, string> = { KEY: 'a"b-secret', LONG: 'xa"b-secretx', SHORT: "abc", EMPTY: "" };
  const document = {
    a: { headers: { x: "env:KEY", y: "Bearer env:LONG" } },
    b: ["env:SHORT", "env:EMPTY", "no env:NOT"],
  };
  const secrets = secretValues(document, (name) => values[name]);
  expect(secrets).toEqual(['xa"b-secretx', 'a"b-secret', "abc"]);
  expect(withoutSecrets('1 xa"b-secretx 2 a"b-secret {"k":"a\\"b-secret"} abc', secrets)).toBe(
    '1 [redacted:secret] 2 [redacted:secret] {"k":"[redacted:secret]"} abc',
  );
  const value = { 'a"b-secret': ['is a"b-secret', 7, null, true] };
  expect(withoutSecretsIn(value, secrets)).toEqual({ "[redacted:secret]": ["is [redacted:secret]", 7, null, true] });
});

describe("a secret in another encoding", () => {
  const secret = "plover/of+the=shop?key&ünique";
  const bytes = Buffer.from(secret);

  test("is taken out of base64 wherever it begins there, of hexadecimal and of a URL", () => {
    for (let before = 0; before < 6; before++) {
      for (let after = 0; after < 4; after++) {
        const whole = Buffer.concat([Buffer.alloc(before, "a"), bytes, Buffer.alloc(after, "z")]);
        for (const encoding of ["base64", "base64url", "hex"] as const) {
          const clean = withoutSecrets(`see ${whole.toString(encoding)} there`, [secret]);
          expect(clean, `${encoding} ${before} ${after}`).toContain("[redacted:secret]");
          const rest = clean.split("[redacted:secret]").join("");
          // What is left are characters that its neighbours share.
          expect(rest.length - "see  there".length).toBeLessThanOrEqual(2 * (before + after) + 4);
        }
      }
    }
    const url = encodeURIComponent(secret);
    const lower = url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    expect(lower).not.toBe(url);
    for (const text of [url, lower, bytes.toString("hex").toUpperCase()]) {
      expect(withoutSecrets(`?q=${text}`, [secret]), text).toBe("?q=[redacted:secret]");
    }
  });

  test("is not looked for where it is short: what is left of it would match by chance", () => {
    const text = `${Buffer.from("abcdefg").toString("base64")} and abcdefg`;
    expect(withoutSecrets(text, ["abcdefg"])).toBe("YWJjZGVmZw== and [redacted:secret]");
  });
});

describe("a declared secret goes from a text", () => {
  const SECRET = `p&ss "w'rd/<x>~(1) more*`;
  const form = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);
  const html = SECRET.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const numbered = (text: string, of: (code: number) => string): string =>
    [...text].map((char) => of(char.charCodeAt(0))).join("");
  const unicode = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const mail = (code: number): string =>
    /\w/.test(String.fromCharCode(code)) ? String.fromCharCode(code) : `=${code.toString(16).toUpperCase()}`;
  test.each([
    ["as it is", SECRET],
    ["in JSON", JSON.stringify({ a: SECRET })],
    ["in JSON within JSON", JSON.stringify({ a: JSON.stringify({ b: SECRET }) })],
    ["in JSON with slashes escaped", JSON.stringify(SECRET).replaceAll("/", "\\/")],
    ["in a form", `a=${form(SECRET)}&b=1`],
    ["in a form in small letters", `a=${form(SECRET).replace(/%../g, (code) => code.toLowerCase())}&b=1`],
    ["in a URL", `https://x/?a=${encodeURIComponent(SECRET)}`],
    ["in HTML", `<p>${html.replace(/"/g, "&quot;").replace(/'/g, "&#39;")}</p>`],
    ["in HTML by numbers", `<p>${html.replace(/"/g, "&#34;").replace(/'/g, "&apos;")}</p>`],
    ["as a text of HTML", `<p>${html}</p>`],
    ["over two lines", `${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`],
    ["over lines that are set in", `  | ${SECRET.slice(0, 6)}\n  | ${SECRET.slice(6, 12)}\n  | ${SECRET.slice(12)}`],
    ["over lines that a shell continues", `${SECRET.slice(0, 8)}\\\n${SECRET.slice(8)}`],
    ["in base64 of 20 characters a line", btoa(`x${SECRET}y`).replace(/.{20}/g, "$&\r\n")],
    ["in quoted-printable", `${SECRET.slice(0, 8)}=\r\n${SECRET.slice(8)}`],
    ["in JSON, three deep", JSON.stringify(JSON.stringify(JSON.stringify({ a: SECRET })))],
    ["in JSON by numbers", `"${numbered(SECRET, (code) => `\\u${code.toString(16).padStart(4, "0")}`)}"`],
    ["in JSON as Go writes it", JSON.stringify(SECRET).replace(/[&<>]/g, unicode)],
    ["in JSON as Go writes it, twice", JSON.stringify(JSON.stringify(SECRET).replace(/[&<>]/g, unicode))],
    ["in JSON, broken over two lines", JSON.stringify(`${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`)],
    ["in HTML by numbers alone", numbered(SECRET, (code) => `&#${code};`)],
    ["in HTML by hexadecimal numbers", numbered(SECRET, (code) => `&#x${code.toString(16)};`)],
    ["in HTML, each special by number", SECRET.replace(/[&<>"'/]/g, (char) => `&#${char.charCodeAt(0)};`)],
    ["in HTML, broken over two lines", html.replace("&lt;", "&lt;\n  ")],
    ["for a shell", SECRET.replace(/[^\w]/g, "\\$&")],
    ["in quoted-printable, each special by number", numbered(SECRET, mail)],
    ["in a URL, each character by number", numbered(SECRET, (code) => `%${code.toString(16)}`)],
    ["with characters that nobody sees in it", [...SECRET].join("\u200b")],
  ])("%s", (_, text) => {
    const clean = withoutSecrets(`before ${text}\nafter`, [SECRET]);
    expect(clean).toContain("[redacted:secret]");
    expect(clean.startsWith("before ")).toBe(true);
    expect(clean.endsWith("after")).toBe(true);
    for (const part of [SECRET.slice(0, 6), SECRET.slice(-6), btoa(`x${SECRET}y`).slice(8, 28)])
      expect(clean).not.toContain(part);
    // Nothing of it is left, and nothing else is gone.
    expect(clean.replace(/^before |\nafter$/g, "").replaceAll("[redacted:secret]", "").length).toBeLessThan(30);
  });

  test("and nothing else does: escapes stay as they were", () => {
    const text = 'a=%41 &amp;&#38; \\n \\\\"x\\" =41=3D \u200b C:\\new\\x41 100%\nend';
    expect(withoutSecrets(text, [SECRET])).toBe(text);
    const around = `[%41&amp;\\n]${numbered(SECRET, (code) => `&#${code};`)}[\\n&amp;%41]`;
    expect(withoutSecrets(around, [SECRET])).toBe("[%41&amp;\\n][redacted:secret][\\n&amp;%41]");
  });

  test("and nothing else does: lines stay lines", () => {
    const text = "one\n  two\n\n> three\r\nfour \\\nfive";
    expect(withoutSecrets(text, [SECRET])).toBe(text);
    const around = `a\n${SECRET.slice(0, 9)}\n${SECRET.slice(9)}\n\nb\n`;
    expect(withoutSecrets(around, [SECRET])).toBe("a\n[redacted:secret]\n\nb\n");
  });
});
