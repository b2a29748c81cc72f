// The suite asks for Node 22, of which it uses one function at import, and never in a run against a server. This lets Node 20 load it:
// node --import ./node20.mjs
import { register } from "node:module";

const FS = `export * from "node:fs"; export { default } from "node:fs"; export const globSync = () => { throw new Error("needs Node 22"); };`;
const HOOK = `export const resolve = (name, context, next) =>
  name === "fs" && context.parentURL?.includes("/@modelcontextprotocol/conformance/")
    ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(FS)}`)}, shortCircuit: true }
    : next(name, context);`;

register(`data:text/javascript,${encodeURIComponent(HOOK)}`);
