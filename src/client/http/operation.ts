/** The shape of one operation of the façade. */
import type { z } from "zod";
import type { Permission } from "../../vocabulary/roles.js";

export interface Answer {
  says: string;
  schema?: z.ZodType;
  /** Default: application/json where there is a schema. */
  type?: string;
}

export interface Operation {
  method: "get" | "post" | "delete";
  /** With `{name}` for a part that varies. */
  path: string;
  /** `anyone`: also who has not signed in. */
  needs: Permission | "anyone";
  says: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: readonly { name: string; says: string; schema: z.ZodType }[];
  body?: z.ZodType;
  /** Default: `DOCUMENT_MAX_BYTES`. */
  bodyMaxBytes?: number;
  /** Fields of a form; the handler gets the bytes. */
  form?: z.ZodType;
  /** JSON of which the handler gets the bytes, for a signature is over them; it says what is wrong with them. */
  rawBody?: z.ZodType;
  answers: Readonly<Record<number, Answer>>;
  /** Statuses of its problem documents, beside those that every operation may have. */
  problems: readonly number[];
}

export const json = (says: string, schema: z.ZodType): Answer => ({ says, schema });

export const V1 = "/api/v1";
