// Files, read as messages, piece by piece where their form allows it.

export interface Read {
  message: Record<string, unknown>;
  /** How much of the file is read then, from 0 to 1. */
  share: number;
}

/** Read a file; the error of one that cannot be read says in which line, and what to do. */
export async function* messagesOf(file: File): AsyncGenerator<Read> {
  const kind = file.name.toLowerCase().split(".").at(-1) ?? "";
  if (kind === "json") yield* ofDocument(file);
  else if (kind === "jsonl" || kind === "ndjson") yield* ofLines(file);
  else if (kind === "txt" || kind === "md") yield* ofTranscript(file);
  else throw new Error(`${file.name} is no .jsonl, .json or .txt; \`lukasa import\` reads more kinds of files.`);
}

async function* lines(file: File): AsyncGenerator<{ text: string; number: number; share: number }> {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let place = 0;
  let number = 0;
  for (;;) {
    const { value, done } = await reader.read();
    const all = (rest + (value ?? "")).split("\n");
    rest = done ? "" : (all.pop() ?? "");
    for (const text of all) {
      number += 1;
      place += text.length + 1;
      // Characters stand for bytes here: near enough to show how far it is.
      yield { text: text.replace(/\r$/, ""), number, share: Math.min(1, place / Math.max(1, file.size)) };
    }
    if (done) return;
  }
}

async function* ofLines(file: File): AsyncGenerator<Read> {
  for await (const { text, number, share } of lines(file)) {
    if (!text.trim()) continue;
    yield { message: asMessage(parsed(text, `Line ${number}`), `Line ${number}`), share };
  }
}

async function* ofDocument(file: File): AsyncGenerator<Read> {
  const document = parsed(await file.text(), file.name);
  const list = isObject(document) ? document.messages : document;
  if (!Array.isArray(list)) throw new Error(`${file.name} has no list of messages. Exports of other programs: \`lukasa import\` reads them.`);
  for (const [place, message] of list.entries()) {
    yield { message: asMessage(message, `Message ${place + 1}`), share: (place + 1) / list.length };
  }
}

const HEADING = /^#\s*(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?/;
const SAID = /^([^\s:][^:]{0,60}):\s+(.*)$/;

/** `Name: words` under dates; a line without a name goes on with the one before. */
async function* ofTranscript(file: File): AsyncGenerator<Read> {
  let at = "";
  let session = "";
  let last: { role: string; name?: string; content: string; at: string; session: string } | null = null;
  for await (const { text, number, share } of lines(file)) {
    const heading = HEADING.exec(text);
    if (heading) {
      if (last) yield { message: last, share };
      last = null;
      session = heading.slice(1).filter(Boolean).join(" ");
      at = new Date(`${heading[1]}T${heading[2] ?? "12:00"}:00`).toISOString();
      continue;
    }
    if (!text.trim() || text.startsWith("#")) continue;
    const said = SAID.exec(text);
    if (!at) throw new Error(`Line ${number} comes before any date. Put a line such as "# 2026-11-23 10:00" before it.`);
    if (said) {
      if (last) yield { message: last, share };
      const name = said[1] ?? "";
      const isAssistant = /^(assistant|ai|bot)$/i.test(name);
      last = { role: isAssistant ? "assistant" : "user", ...(!isAssistant && { name }), content: said[2] ?? "", at, session };
    } else if (last) {
      last.content += `\n${text}`;
    } else {
      throw new Error(`Line ${number} has no name before it. Write "Name: words".`);
    }
  }
  if (last) yield { message: last, share: 1 };
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${where} is no JSON. What was before it is stored.`);
  }
}

function asMessage(value: unknown, where: string): Record<string, unknown> {
  if (!isObject(value)) throw new Error(`${where} is no message: it must be an object with "role" and "content".`);
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
