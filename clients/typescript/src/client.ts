/** The way to a `lukasa serve`: one method for each verb, made from the table of routes. */

import type { Answer, List, Options, Schemas } from "./types.js";
import { AccessError, ERRORS, InputError, LukasaError, ROUTES, ServerDownError, ServerError, type Verbs } from "./verbs.js";

export interface ClientOptions {
  /** As `lukasa keys create` printed it. */
  key: string;
  /** Milliseconds until a reply begins; a model may have to write it first. */
  timeout?: number;
  /** How often a request is sent that was not taken, or that changes nothing when it is sent again. */
  attempts?: number;
  /** In place of the global one. */
  fetch?: typeof fetch;
}

interface Request {
  method: string;
  path: string;
  body?: BodyInit;
  headers?: Record<string, string>;
  repeatable?: boolean;
  signal?: AbortSignal | undefined;
}

type Values = Record<string, unknown>;

const LONGEST_PAGE = 1000;
const FIRST_WAIT = 250;
const LONGEST_WAIT = 20_000;

/** Long-term memory at a server. */
export class Lukasa {
  readonly #address: string;
  readonly #options: Required<ClientOptions>;

  constructor(address: string, options: ClientOptions) {
    const url = new URL(address);
    if (url.protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)) {
      throw new InputError(`the key and the memory would go to ${url.hostname} unencrypted; use https://`);
    }
    this.#address = address.replace(/\/+$/, "");
    this.#options = { timeout: 120_000, attempts: 3, fetch: globalThis.fetch, ...options };
  }

  /** The memory of one user. */
  user(name: string): Memory {
    return new Memory(this, name);
  }

  /** Who has a memory here; for keys of all users. */
  async users(options: Options = {}): Promise<string[]> {
    return ((await this.json({ method: "GET", path: "/v1/users", repeatable: true, ...options })) as Schemas["Users"]).items;
  }

  /** What the key is for. */
  async me(options: Options = {}): Promise<Schemas["WhoAmI"]> {
    return (await this.json({ method: "GET", path: "/v1/me", repeatable: true, ...options })) as Schemas["WhoAmI"];
  }

  /** @internal */
  async json(request: Request): Promise<unknown> {
    const response = await this.send(request);
    try {
      return await response.json();
    } catch {
      throw new ServerError("the server does not answer as Lukasa does", response.status);
    }
  }

  /** @internal Returns the reply of a request that was taken. */
  async send(request: Request): Promise<Response> {
    let wait = FIRST_WAIT;
    for (let left = this.#options.attempts; ; left--) {
      const { response, failure, again } = await this.#attempt(request);
      if (response) return response;
      if (left <= 1 || !again) throw failure;
      await new Promise((done) => setTimeout(done, Math.min(again.after ?? wait, LONGEST_WAIT)));
      wait *= 2;
    }
  }

  async #attempt(request: Request): Promise<{ response?: Response; failure?: LukasaError; again?: { after?: number } | undefined }> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.#options.timeout);
    const { method, path, body, headers, repeatable } = request;
    let response: Response;
    try {
      response = await this.#options.fetch(this.#address + path, {
        method,
        headers: { Authorization: `Bearer ${this.#options.key}`, ...headers },
        redirect: "manual",
        signal: request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal,
        ...(body === undefined ? {} : { body, duplex: "half" }),
      } as RequestInit);
    } catch (error) {
      if (request.signal?.aborted) throw error;
      return { failure: lost(error), again: repeatable ? {} : undefined };
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return { response };
    const failure = errorOf(await response.json().catch(() => undefined), response.status);
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    const untouched = response.status === 429;
    const passing = repeatable && failure.constructor === ServerDownError;
    return { failure, again: untouched || passing ? (Number.isNaN(seconds) ? {} : { after: seconds * 1000 }) : undefined };
  }
}

/** The memory of one user. Its methods are those of `Verbs`. */
export class Memory {
  readonly client: Lukasa;
  readonly user: string;

  constructor(client: Lukasa, user: string) {
    this.client = client;
    this.user = user;
  }

  /** Store messages as `export` gives them, of any number; returns what became of them. */
  async import(messages: Iterable<object> | AsyncIterable<object>, options: Options = {}): Promise<Schemas["Imported"]> {
    const encoder = new TextEncoder();
    const lines = (async function* () {
      for await (const message of messages) yield encoder.encode(`${JSON.stringify(message)}\n`);
    })();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await lines.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => void lines.return(),
    });
    const headers = { "Content-Type": "application/x-ndjson" };
    const path = `/v1/users/${segment(this.user)}/import`;
    return (await this.client.json({ method: "POST", path, body, headers, ...options })) as Schemas["Imported"];
  }

  /** @internal */
  request(verb: keyof Verbs, args: Values, options: Options): Request {
    const [method, address, read] = ROUTES[verb];
    const values = { ...args };
    let path = `/v1/users/${segment(this.user)}${address}`;
    for (const [, name = ""] of address.matchAll(/\{(\w+)\}/g)) {
      path = path.replace(`{${name}}`, segment(String(values[name] ?? "")));
      delete values[name];
    }
    const headers: Record<string, string> = {};
    if (verb === "amend" && values.revision !== undefined) {
      headers["If-Match"] = `"${String(values.revision)}"`;
      delete values.revision;
    }
    const request = { method, path, headers, repeatable: read || values.key !== undefined, signal: options.signal };
    if (method === "GET") return { ...request, path: path + query(values) };
    return { ...request, body: JSON.stringify(values), headers: { ...headers, "Content-Type": "application/json" } };
  }
}

export interface Memory extends Verbs {}

for (const verb of Object.keys(ROUTES) as (keyof Verbs)[]) {
  const call = {
    export: lines,
    askStream: events,
    graph: async (memory: Memory, args: Values, options: Options) =>
      (await memory.client.send(memory.request("graph", args, options))).text(),
  }[verb as string];
  const paged = ROUTES[verb][3];
  Object.defineProperty(Memory.prototype, verb, {
    value(this: Memory, args: Values = {}, options: Options = {}) {
      if (call) return call(this, args, options);
      return paged ? new Pages(this, verb, args, options) : reply(this, verb, args, options);
    },
  });
}

async function reply(memory: Memory, verb: keyof Verbs, args: Values, options: Options): Promise<unknown> {
  const value = await memory.client.json(memory.request(verb, args, options));
  if (isObject(value)) {
    if ("items" in value && "next" in value) return value.items;
    if ("count" in value && Object.keys(value).length === 1) return value.count;
  }
  return value;
}

class Pages implements List<unknown> {
  readonly #page: (args: Values) => Promise<{ items: unknown[]; next: string | null }>;
  readonly #args: Values;

  constructor(memory: Memory, verb: keyof Verbs, args: Values, options: Options) {
    this.#args = args;
    this.#page = async (more) =>
      (await memory.client.json(memory.request(verb, { ...args, ...more }, options))) as { items: unknown[]; next: string | null };
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    let left = typeof this.#args.limit === "number" ? this.#args.limit : Number.POSITIVE_INFINITY;
    for (let cursor: string | undefined; left > 0; ) {
      const { items, next } = await this.#page({ limit: Math.min(left, LONGEST_PAGE), cursor });
      yield* items;
      left -= items.length;
      if (next === null) return;
      cursor = next;
    }
  }

  async all(): Promise<unknown[]> {
    const items = [];
    for await (const item of this) items.push(item);
    return items;
  }
}

async function* lines(memory: Memory, args: Values, options: Options): AsyncGenerator<unknown, void> {
  for await (const line of parts(memory, memory.request("export", args, options), "\n")) yield JSON.parse(line);
}

async function* events(memory: Memory, args: Values, options: Options): AsyncGenerator<string | Answer, void> {
  for await (const event of parts(memory, memory.request("askStream", args, options), "\n\n")) {
    const at = event.indexOf("\ndata: ");
    const value: unknown = JSON.parse(event.slice(at + "\ndata: ".length));
    switch (event.slice("event: ".length, at)) {
      case "text":
        yield value as string;
        break;
      case "answer":
        yield value as Answer;
        return;
      case "error":
        throw errorOf(value, 0);
    }
  }
  throw new ServerDownError("the answer ended before its end", 0, true);
}

/** Yields the parts of a reply as they come; they are cut at `end` alone: a text may hold other ends of lines. */
async function* parts(memory: Memory, request: Request, end: string): AsyncGenerator<string, void> {
  const { body } = await memory.client.send(request);
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw lost(error);
      });
      if (done) break;
      const whole = (rest + value).split(end);
      rest = whole.pop() ?? "";
      yield* whole;
    }
    if (rest.trim()) yield rest;
  } finally {
    await reader.cancel().catch(() => undefined); // Also when the reader of the parts leaves early.
  }
}

function lost(error: unknown): ServerDownError {
  const beneath = error instanceof Error ? (error.cause as { code?: unknown } | undefined)?.code : undefined;
  const cause = typeof beneath === "string" ? beneath : error instanceof Error ? error.name : "";
  return new ServerDownError(`the server does not answer (${cause})`, 0, true);
}

function errorOf(problem: unknown, status: number): LukasaError {
  const { type, detail, retryable } = isObject(problem) ? problem : ({} as Values);
  const name = typeof type === "string" ? type.replace("urn:lukasa:error:", "") : "";
  const kind = ERRORS[name] ?? (status === 401 || status === 403 ? AccessError : status === 422 || status === 413 ? InputError : undefined);
  const down = [408, 429, 502, 503, 504].includes(status);
  const message = typeof detail === "string" ? detail : `the server answered ${status}`;
  return new (kind ?? (down ? ServerDownError : ServerError))(message, status, retryable === true || (!kind && down));
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null;
}

/** A part of a path. Every encoding of `..` leads elsewhere, by the rules of URLs. */
function segment(text: string): string {
  if (["", ".", ".."].includes(text)) throw new InputError(`${JSON.stringify(text)} cannot be part of an address`);
  return encodeURIComponent(text);
}

function query(values: Values): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? value : [value]) {
      pairs.append(name, typeof each === "object" ? JSON.stringify(each) : String(each));
    }
  }
  return pairs.size ? `?${pairs}` : "";
}
