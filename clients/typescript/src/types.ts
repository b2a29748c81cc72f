/** The types of arguments and replies, from those of the OpenAPI. */

import type { components, operations } from "./schema.js";

export type Schemas = components["schemas"];
export type Answer = Schemas["Answer"];
export type Context = Schemas["Context"];
export type Fact = Schemas["Fact"];
export type Hit = Schemas["Hit"];
export type Receipt = Schemas["Receipt"];
export type Turn = Schemas["Turn"];

/** A filter, such as `{ session: "s1" }`. */
export type Filter = Record<string, unknown>;

type Operation = keyof operations;

type Body<K extends Operation> = operations[K] extends { requestBody?: infer R }
  ? NonNullable<R> extends { content: { "application/json": infer B } }
    ? B
    : unknown
  : unknown;

type Query<K extends Operation> = operations[K]["parameters"] extends { query?: infer Q }
  ? [NonNullable<Q>] extends [never]
    ? unknown
    : Omit<NonNullable<Q>, "cursor" | "filter"> & (NonNullable<Q> extends { filter?: unknown } ? { filter?: Filter } : unknown)
  : unknown;

type InPath<K extends Operation> = operations[K]["parameters"] extends { path: infer P } ? Omit<P, "user"> : unknown;

/** What a verb takes. `limit` is how many things a list has in all; without it, all of them. */
export type Arguments<K extends Operation> = Body<K> & Query<K> & InPath<K> & (K extends "amend" ? { revision?: number } : unknown);

type Json<K extends Operation> = operations[K]["responses"] extends { 200: { content: { "application/json": infer R } } }
  ? R
  : string;

/** What a verb returns: of lists their items, of counts the number. */
export type Reply<K extends Operation> =
  Json<K> extends { items: infer I; next: unknown } ? I : Json<K> extends { count: number } ? number : Json<K>;

export interface Options {
  /** Ends the request. */
  signal?: AbortSignal;
}

/** A list, of which the server gives so much at a time: `for await (const fact of alice.facts())`. */
export interface List<T> extends AsyncIterable<T> {
  /** All of it. */
  all(): Promise<T[]>;
}
