// Note which sources the bundle was built from, so that a test without Node can say when it is out of date.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("..", import.meta.url));
const page = join(web, "../src/lukasa/surfaces/http/page");

const under = (folder) =>
  readdirSync(join(web, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(entry.parentPath.slice(web.length).replaceAll("\\", "/"), entry.name));

const sources = [...under("src"), ...under("public"), "index.html", "package-lock.json", "vite.config.ts"].sort();
const digest = createHash("sha256");
for (const name of sources) {
  digest.update(`${name}\0`);
  digest.update(readFileSync(join(web, name)));
  digest.update("\0");
}
writeFileSync(join(page, "sources.sha256"), `${digest.digest("hex")}\n`);

for (const name of readdirSync(page).sort()) console.log(`${String(readFileSync(join(page, name)).length).padStart(8)}  ${name}`);
