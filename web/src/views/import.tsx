import { Progress } from "@base-ui/react/progress";
import { useQueryClient } from "@tanstack/react-query";
import { type DragEvent, useRef, useState } from "react";
import { postLines } from "../api/client";
import type { Imported } from "../api/types";
import { count, number, percent } from "../format";
import { messagesOf } from "../messages";
import { messageOf, useMemory } from "../memory";
import { Empty, Heading } from "../parts/basics";
import { address } from "../route";

/** Messages that are sent together. */
const BATCH = 200;

interface State extends Imported {
  file: string;
  share: number;
  problem: string;
  isDone: boolean;
}

export function Import() {
  const { user, home, mayWrite } = useMemory();
  const client = useQueryClient();
  const [state, setState] = useState<State | null>(null);
  const [isOver, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const running = useRef<AbortController | null>(null);
  if (!mayWrite) {
    return (
      <>
        <Heading title="Import" />
        <Empty title="This key may only read.">
          Importing needs a key with the role write: <code>lukasa keys create --user {user} --role write</code>
        </Empty>
      </>
    );
  }

  async function take(file: File | undefined) {
    if (!file || running.current) return;
    const stop = new AbortController();
    running.current = stop;
    const done: State = { file: file.name, share: 0, turns: 0, duplicates: 0, skipped: 0, problem: "", isDone: false };
    setState({ ...done });
    try {
      let lines: string[] = [];
      const send = async (share: number) => {
        if (lines.length) {
          const imported = await postLines<Imported>(`${home}/import`, lines, stop.signal);
          for (const name of ["turns", "duplicates", "skipped"] as const) done[name] += imported[name];
        }
        lines = [];
        done.share = share;
        setState({ ...done });
      };
      for await (const { message, share } of messagesOf(file)) {
        lines.push(JSON.stringify(message));
        if (lines.length === BATCH) await send(share);
      }
      await send(1);
    } catch (error) {
      done.problem = stop.signal.aborted ? "Stopped. What was sent is stored; send the file again to go on." : messageOf(error);
    }
    running.current = null;
    setState({ ...done, isDone: true });
    await client.invalidateQueries();
  }

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const isRunning = state !== null && !state.isDone;
  return (
    <>
      <Heading title="Import" />
      <div
        className={`drop${isOver ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <p className="empty-title">Drop a conversation here</p>
        <button type="button" className="button" disabled={isRunning} onClick={() => picker.current?.click()}>
          Choose a file
        </button>
        <input
          ref={picker}
          type="file"
          className="hidden"
          tabIndex={-1}
          aria-label="File with a conversation"
          accept=".jsonl,.ndjson,.json,.txt,.md"
          onChange={(event) => {
            void take(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
        <p className="hint">The same turn is never stored twice: you may send a file again.</p>
      </div>
      {state && (
        <section className="import-state" aria-label="The import">
          <Progress.Root value={Math.round(state.share * 100)} className="progress">
            <Progress.Label className="progress-label">{state.file}</Progress.Label>
            <span className="progress-value">{percent(state.share)}</span>
            <Progress.Track className="progress-track">
              <Progress.Indicator className="progress-bar" />
            </Progress.Track>
          </Progress.Root>
          <p role="status">
            {count(state.turns, "turn")} stored
            {state.duplicates > 0 && `, ${number(state.duplicates)} known already`}
            {state.skipped > 0 && `, ${number(state.skipped)} without a text left out`}.
          </p>
          {state.problem && (
            <p className="problem-text" role="alert">
              {state.problem}
            </p>
          )}
          {isRunning ? (
            <button type="button" className="button" onClick={() => running.current?.abort()}>
              Stop
            </button>
          ) : (
            <a className="button" href={address(user, "timeline")}>
              See it in the timeline
            </a>
          )}
        </section>
      )}
      <section className="block formats">
        <h2>What can be imported</h2>
        <dl>
          <dt>.jsonl</dt>
          <dd>
            A message on each line, as <code>lukasa export</code> writes them: <code>{'{"role": "user", "content": "…", "at": "…"}'}</code>
          </dd>
          <dt>.json</dt>
          <dd>A list of such messages, or an object with a list <code>messages</code></dd>
          <dt>.txt</dt>
          <dd>
            <code>Name: words</code> on each line, under dates such as <code># 2026-11-23 10:00</code>
          </dd>
        </dl>
        <p className="hint">
          <code>lukasa import</code> reads more: exports of ChatGPT and Claude, mailboxes and chats.
        </p>
      </section>
    </>
  );
}
