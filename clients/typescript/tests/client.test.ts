/** The client against a real `lukasa serve`, with a store of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AccessError, type Answer, InputError, Lukasa, NotFoundError, ServerDownError, StaleError } from "../src/index.js";

const OWN = join(import.meta.dirname, "../../../.venv/bin/lukasa");
const PROGRAM = process.env.LUKASA ?? (existsSync(OWN) ? OWN : "lukasa");
const SAID = [
  { role: "user", name: "Alice", content: "I live in Lisbon.", at: "2026-11-23T10:00:00Z" },
  { role: "user", name: "Alice", content: "I work at Acme.\u2028Really.", at: "2026-11-23T10:01:00Z" },
  { role: "user", name: "Alice", content: "My sister Eva lives in Graz.", at: "2026-11-23T10:02:00Z" },
];

let folder: string;
let server: ChildProcess;
let address: string;
let key: string;
let client: Lukasa;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lukasa-"));
  server = spawn(PROGRAM, ["serve", "--port", "0", "--db", join(folder, "test.lukasa")], {
    env: { ...process.env, LUKASA_EMBEDDER: "hashing" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  await new Promise<void>((done, fail) => {
    server.on("error", fail);
    server.on("exit", () => fail(new Error(`${PROGRAM} serve ended`)));
    createInterface({ input: server.stderr! }).on("line", (line) => {
      if (line.startsWith("lk_")) key = line.trim();
      if (line.startsWith("Listening on ")) {
        address = line.split(" ").at(-1)!;
        done();
      }
    });
  });
  client = new Lukasa(address, { key });
});

afterAll(async () => {
  server.removeAllListeners("exit");
  const ended = new Promise((done) => server.on("exit", done));
  server.kill();
  await ended;
  rmSync(folder, { recursive: true });
});

test("what is remembered is recalled", async () => {
  const alice = client.user("../a ?%/ü");

  const receipt = await alice.remember({ messages: SAID, session: "s1", key: "k1", metadata: { tags: ["a"] } });
  const again = await alice.remember({ messages: SAID, session: "s1", key: "k1", metadata: { tags: ["a"] } });
  const { hits } = await alice.recall({ question: "Where does Alice live?", limit: 1, kinds: ["turn"] });
  const context = await alice.context({ question: "Plan her weekend", budget: 200 });

  expect([receipt.turns.length, again.duplicates.length]).toEqual([3, 3]);
  expect(hits.map((hit) => hit.text)).toEqual(["I live in Lisbon."]);
  expect(context.text).toContain("Lisbon");
  expect(await client.users()).toContain("../a ?%/ü");
  expect((await client.me()).role).toBe("admin");
});

test("a list is followed to its end", async () => {
  const user = client.user("lists");
  await user.remember({ messages: Array.from({ length: 1003 }, (_, n) => `Note ${n}.`), at: "2026-01-01T00:00:00Z" });

  const all = await user.turns().all();
  const some = await user.turns({ limit: 1001, filter: { role: "user" } }).all();
  const first = [];
  for await (const turn of user.turns()) {
    first.push(turn.text);
    if (first.length === 2) break;
  }

  expect([all.length, all.at(-1)?.text, some.length]).toEqual([1003, "Note 1002.", 1001]);
  expect(first).toEqual(["Note 0.", "Note 1."]);
});

test("facts are listed, explained and changed as they were seen", async () => {
  const alice = client.user("facts");
  await alice.remember({ messages: SAID });

  const [fact] = await alice.facts({ subject: "Alice", kind: ["profile"] }).all();
  const why = await alice.why({ fact: fact!.id });
  const changed = await alice.amend({ fact: fact!.id, pinned: true, revision: fact!.revision });

  expect(why.testimony[0]?.quote).toContain("Lisbon");
  expect(changed.pinned).toBe(true);
  await expect(alice.amend({ fact: fact!.id, pinned: false, revision: fact!.revision })).rejects.toThrow(StaleError);
  expect(await alice.path({ start: "Alice", end: "Lisbon" })).toHaveLength(1);
  expect(await alice.path({ start: "Acme", end: "Eva", valid_at: "1990-01-01T00:00:00Z" })).toBeNull();
  expect(await alice.graph({ format: "dot" })).toContain("lives_in");
  expect((await alice.forget({ ids: [fact!.id] })).retired).toEqual([fact!.id]);
  expect(await alice.restore({ ids: fact!.id })).toEqual([fact!.id]);
  expect(await alice.retry()).toBe(0);
});

test("an answer comes in pieces, and then whole", async () => {
  const alice = client.user("asks");
  await alice.remember({ messages: SAID });

  const pieces: string[] = [];
  let answer: Answer | undefined;
  for await (const piece of alice.askStream({ question: "Where does Alice live?" })) {
    if (typeof piece === "string") pieces.push(piece);
    else answer = piece;
  }

  expect(answer?.text).toBe(pieces.join(""));
  expect(answer?.mode).toBe("evidence");
});

test("an export is imported as it was", async () => {
  const alice = client.user("exports");
  await alice.remember({ messages: SAID });

  const done = await client.user("imports").import(alice.export());
  const texts = (await client.user("imports").turns().all()).map((turn) => turn.text);

  expect([done.turns, texts]).toEqual([3, SAID.map((message) => message.content)]);
});

test("errors have the classes of the library", async () => {
  const alice = client.user("errors");
  const stranger = new Lukasa(address, { key: "lk_wrong" });

  await expect(alice.recall({ question: "" })).rejects.toThrow(InputError);
  await expect(alice.recall({ question: 7 as unknown as string })).rejects.toThrow(InputError);
  await expect(alice.history({ fact: "f_none" }).all()).rejects.toMatchObject({ name: "NotFoundError", status: 404, retryable: false });
  await expect(async () => alice.why({ fact: ".." })).rejects.toThrow(InputError);
  await expect(alice.why({ fact: "a/b?c" })).rejects.toThrow(NotFoundError);
  await expect(stranger.user("a").stats()).rejects.toThrow(AccessError);
  const nowhere = new Lukasa("http://127.0.0.1:8", { key, attempts: 1 }).me();
  await expect(nowhere).rejects.toThrow(new ServerDownError("the server does not answer (ECONNREFUSED)", 0, true));
  await expect(async () => alice.askStream({ question: "" }).next()).rejects.toThrow(InputError);
  expect(() => new Lukasa("http://memory.example", { key })).toThrow("unencrypted");
});

test("a request is sent again where that does nothing twice", async () => {
  const asked: string[] = [];
  const flaky = (status: number) =>
    new Lukasa(address, {
      key,
      fetch: async (input, init) => {
        asked.push(String(init?.method));
        if (asked.length < 3) return new Response("", { status, headers: { "Retry-After": "0" } });
        return fetch(input, init);
      },
    }).user("again");

  await flaky(503).recall({ question: "x" });
  expect(asked.splice(0)).toHaveLength(3);
  await flaky(429).remember({ messages: "x" });
  expect(asked.splice(0)).toHaveLength(3);
  await flaky(502).remember({ messages: "x", key: "k" });
  expect(asked.splice(0)).toHaveLength(3);
  await expect(flaky(502).remember({ messages: "x" })).rejects.toThrow(ServerDownError);
  expect(asked.splice(0)).toHaveLength(1);
});

test("a request ends when it is told to", async () => {
  const signal = AbortSignal.abort();

  await expect(client.user("ends").stats({}, { signal })).rejects.toMatchObject({ name: "AbortError" });
});
