/** The browser of config.yaml: which Chromium replays, and what it may type that no graph may hold. */
import { z } from "zod";
import { secretReferenceSchema } from "./keys.js";

const originSchema = z
  .url({ protocol: /^https?$/, error: "an origin such as https://shop.example.com" })
  .max(300)
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, "an origin: scheme, host and port, no path");

export const browserSchema = z.strictObject({
  /** Absolute path of a Chromium. */
  executable: z.string().min(1).max(1_000).regex(/^\//, "an absolute path"),
  /** Chromium's own sandbox. It does not work for root; without it a page's exploit has the worker's rights. */
  sandbox: z.boolean().default(true),
  /** What `fill` may type by name, and where. */
  secrets: z
    .record(
      z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, "1 to 63 letters, digits, _, . or -"),
      z.strictObject({
        value: secretReferenceSchema,
        /** Pages of these origins alone may be told it. */
        origins: z.array(originSchema).min(1).max(20),
      }),
    )
    .default({}),
});
export type BrowserSettings = z.infer<typeof browserSchema>;
