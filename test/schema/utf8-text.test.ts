/** Files in other encodings are named as such, and what is UTF-8 passes as it is. */
import { expect, test } from "vitest";
import { utf8Text } from "../../src/schema/utf8-text.js";

test.each([
  ["Latin-1", Buffer.from("goal: Gerät in München", "latin1"), "another encoding (such as Latin-1)"],
  ["UTF-16, little end first, with its mark", Buffer.from("\ufeffid: g", "utf16le"), "UTF-16"],
  ["UTF-16, big end first, with its mark", Buffer.from("\ufeffid: g", "utf16le").swap16(), "UTF-16"],
  ["UTF-16 of ASCII alone, without its mark", Buffer.from("id: g", "utf16le"), "UTF-16"],
  ["a cut sequence", Buffer.from([0x61, 0xe2, 0x82]), "another encoding (such as Latin-1)"],
  [
    "UTF-16 of other letters, without a mark",
    Buffer.from("id: grün und é und so weiter und weiter", "utf16le"),
    "UTF-16",
  ],
])("%s", (_, bytes, encoding) => {
  expect(utf8Text(bytes, "graph.yaml")).toEqual({
    ok: false,
    message: `graph.yaml must be UTF-8 text, and is in ${encoding}`,
    hint: "save it as UTF-8, or convert it with iconv",
  });
});

test.each(["plain", "München 🚀", "\ufeffwith a mark", ""])("%j", (text) => {
  expect(utf8Text(Buffer.from(text), "x")).toEqual({ ok: true, text });
});
