export { Lukasa, Memory, type ClientOptions } from "./client.js";
export type { Answer, Arguments, Context, Fact, Filter, Hit, List, Options, Receipt, Reply, Schemas, Turn } from "./types.js";
export * from "./verbs.js";
