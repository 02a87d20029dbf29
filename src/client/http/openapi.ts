/** The OpenAPI 3.1 description, from the list of operations and the schemas that check requests. */
import { z } from "zod";
import { problemDocumentSchema } from "../../schema/api-answers.js";
import { PERMISSIONS } from "../../vocabulary/roles.js";
import { OPERATIONS, type Operation } from "./operations.js";

type Json = Record<string, unknown>;

/** What each status of a problem document means, whatever the operation. */
const STATUSES: Readonly<Record<number, string>> = {
  400: "The request is not of the expected form",
  401: "The caller is not known",
  403: "The caller, the host or the page may not ask this",
  404: "There is no such thing",
  405: "The path does not take this method",
  409: "It cannot be done as things are",
  412: "The action is not the one that If-Match names",
  413: "The body is too large",
  422: "Something in the request does not fit; every problem is listed",
  429: "Too many requests; Retry-After says when to come back",
  500: "A bug of ours, or settings of this machine",
  502: "Somebody further on answered wrongly",
  503: "Somebody further on does not answer; Retry-After says when to come back",
  504: "It took too long",
};
const ALWAYS = [400, 403, 429, 500];

export function openApi(): object {
  const components: Json = {};
  const schemaOf = (schema: z.ZodType): Json => lifted(schema, components);
  components.Problem = schemaOf(problemDocumentSchema);
  const paths: Record<string, Json> = {};
  for (const [id, operation] of Object.entries(OPERATIONS) as Array<[string, Operation]>) {
    const path = paths[operation.path] ?? {};
    paths[operation.path] = path;
    path[operation.method] = describe(id, operation, schemaOf);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "AutoOps Architect",
      version: "1",
      description: "Plans, runs, gates and reports. Problems are RFC 9457 documents with the codes of docs/codes.md.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: "An API key, or a token of the configured issuer" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-autoops-session",
          description: "Of the page alone; without TLS its name is autoops-session",
        },
      },
      schemas: components,
    },
  };
}

function describe(id: string, operation: Operation, schemaOf: (schema: z.ZodType) => Json): Json {
  const { needs, says, body, form, rawBody, answers, problems } = operation;
  const isOpen = needs === "anyone";
  const takesMore = [operation.params, operation.query, operation.headers].some((part) => part !== undefined);
  const statuses = [
    ...ALWAYS,
    ...problems,
    ...(isOpen ? [] : [401]),
    ...(takesMore ? [422] : []),
    ...(body === undefined ? [] : [413, 422]),
  ];
  const parameters = parametersOf(operation, schemaOf);
  return {
    operationId: id,
    summary: says,
    ...(isOpen ? { security: [] } : { description: `For ${PERMISSIONS[needs].roles.join(", ")}.` }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyIn("application/json", body, schemaOf),
    ...bodyIn("application/x-www-form-urlencoded", form, schemaOf),
    ...bodyIn("application/json", rawBody, schemaOf),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer, schemaOf)])),
      431: { description: "The headers or the address are too long; nothing was read" },
      ...Object.fromEntries(
        [...new Set(statuses)].sort().map((status) => [
          status,
          {
            description: STATUSES[status],
            content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
          },
        ]),
      ),
    },
  };
}

function bodyIn(type: string, body: z.ZodType | undefined, schemaOf: (schema: z.ZodType) => Json): Json {
  if (body === undefined) return {};
  const required = !body.safeParse(undefined).success;
  return { requestBody: { required, content: { [type]: { schema: schemaOf(body) } } } };
}

/** What has no schema of its own; a stream of events is none. */
const LOOSE: Readonly<Record<string, Json>> = {
  "application/json": { type: "object" },
  "text/plain": { type: "string" },
};

function answerOf({ says, schema, type }: Operation["answers"][number], schemaOf: (schema: z.ZodType) => Json): Json {
  if (schema === undefined && type === undefined) return { description: says };
  const known = schema === undefined ? LOOSE[type ?? ""] : schemaOf(schema);
  const content = { [type ?? "application/json"]: known === undefined ? {} : { schema: known } };
  return { description: says, content };
}

function parametersOf({ params, query, headers = [] }: Operation, schemaOf: (schema: z.ZodType) => Json): Json[] {
  const each = (where: "path" | "query", object: z.ZodObject | undefined): Json[] =>
    Object.entries(object?.shape ?? {}).map(([name, schema]) => {
      const required = where === "path" || !(schema as z.ZodType).safeParse(undefined).success;
      return { name, in: where, required, schema: schemaOf(schema as z.ZodType) };
    });
  return [
    ...each("path", params),
    ...each("query", query),
    ...headers.map(({ name, says, schema }) => ({
      name,
      in: "header",
      required: false,
      description: says,
      schema: schemaOf(schema),
    })),
  ];
}

/** What a schema takes, with the definitions that it shares moved to where OpenAPI looks for them. */
function lifted(schema: z.ZodType, components: Json): Json {
  const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
  const names = Object.entries($defs as Json).map(([name, definition]): [string, string] => {
    const text = JSON.stringify(definition).replaceAll(`#/$defs/${name}`, "#");
    const known = Object.entries(components).find(([own, other]) => {
      return JSON.stringify(other).replaceAll(`#/components/schemas/${own}`, "#") === text;
    })?.[0];
    const own = known ?? `Shared${Object.keys(components).length}`;
    components[own] = JSON.parse(text.replaceAll('"#"', `"#/components/schemas/${own}"`));
    return [name, own];
  });
  let text = JSON.stringify(rest);
  for (const [name, own] of names) text = text.replaceAll(`#/$defs/${name}"`, `#/components/schemas/${own}"`);
  return JSON.parse(text) as Json;
}
