// Requests to the server that this page came from. The key is in memory and in this tab's session storage, in no address.

import type { Page, Problem } from "./types";

const STORED = "lukasa.key";

let key: string | null = sessionStorage.getItem(STORED);
let onRefused: (detail: string) => void = () => {};

export const hasKey = () => key !== null;

export function setKey(secret: string | null) {
  key = secret;
  if (secret === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, secret);
}

/** Say what is to happen when the server no longer takes the key. */
export function whenRefused(listener: (detail: string) => void) {
  onRefused = listener;
}

/** An error that the server answered, or that the network made. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
  ) {
    super(detail);
  }
}

type Query = Record<string, string | number | boolean | readonly string[] | object | null | undefined>;

/** The part of the routes that belongs to one user. */
export const memoryOf = (user: string) => `/v1/users/${encodeURIComponent(user)}`;

export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal) =>
  request<T>("GET", path + asQuery(query), undefined, signal);

export const post = <T>(path: string, body: object = {}, signal?: AbortSignal) =>
  request<T>("POST", path, { type: "application/json", text: JSON.stringify(body) }, signal);

export const patch = <T>(path: string, body: object, revision: number) =>
  request<T>("PATCH", path, { type: "application/json", text: JSON.stringify(body) }, undefined, {
    "If-Match": `"${revision}"`,
  });

export const postLines = <T>(path: string, lines: readonly string[], signal?: AbortSignal) =>
  request<T>("POST", path, { type: "application/x-ndjson", text: lines.join("\n") }, signal);

/** All things of a list, page by page; at most so many. */
export async function all<T>(path: string, query: Query = {}, most = 5000, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await get(path, { limit: Math.min(1000, most), ...query, cursor }, signal);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < most);
  return items;
}

function asQuery(query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === undefined || value === null || value === "") return [];
    if (Array.isArray(value)) return value.map((each) => [name, String(each)]);
    return [[name, typeof value === "object" ? JSON.stringify(value) : String(value)]];
  });
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}

async function request<T>(
  method: string,
  path: string,
  body?: { type: string; text: string },
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<T> {
  const sent: Record<string, string> = { Accept: "application/json", ...headers };
  if (key !== null) sent.Authorization = `Bearer ${key}`;
  if (body) sent["Content-Type"] = body.type;
  let reply: Response;
  try {
    reply = await fetch(path, { method, headers: sent, body: body?.text ?? null, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestError(0, "The server does not answer.", "Check that `lukasa serve` is running, then try again.");
  }
  if (reply.ok) return (await reply.json()) as T;
  const problem = (await reply.json().catch(() => ({}))) as Partial<Problem>;
  const detail = problem.detail ?? `The server answered ${reply.status}.`;
  if (reply.status === 401) onRefused(detail);
  throw new RequestError(reply.status, problem.title ?? "The request failed.", detail);
}
