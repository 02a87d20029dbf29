/** Text on one line: what becomes a header, a subject or a title can end no line and begin none. */
import { z } from "zod";

export const oneLineSchema = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => text.trim() !== "", "some text")
    .refine((text) => !/[\p{Cc}\u2028\u2029]/u.test(text), "one line without control characters");
