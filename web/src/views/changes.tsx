import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { all, get, post } from "../api/client";
import { EVERY_STATUS, type Fact, type JournalEntry, type Page } from "../api/types";
import { count, moment, words } from "../format";
import { useChange, useMemory } from "../memory";
import { Empty, Heading, Pending } from "../parts/basics";
import { address } from "../route";

/** Entries that are read at first. */
const SIZE = 300;

const OPS: Record<string, [string, string]> = {
  add: ["turn stored", "turns stored"],
  retire: ["turn hidden", "turns hidden"],
  restore: ["turn restored", "turns restored"],
  believe: ["fact found", "facts found"],
  confirm: ["fact said again", "facts said again"],
  revise: ["fact reworded", "facts reworded"],
  supersede: ["fact replaced", "facts replaced"],
  retract: ["fact withdrawn", "facts withdrawn"],
  dispute: ["fact contradicted", "facts contradicted"],
  mark: ["fact marked", "facts marked"],
  hide: ["fact forgotten", "facts forgotten"],
  show: ["fact restored", "facts restored"],
  quarantine: ["fact held back", "facts held back"],
  erase: ["thing erased", "things erased"],
  readmit: ["thing readmitted", "things readmitted"],
};

interface Call {
  number: number;
  entries: JournalEntry[];
}

export function Changes() {
  const { home, named } = useMemory();
  const [size, setSize] = useState(SIZE);
  const changes = useQuery({
    queryKey: named("changes", size),
    queryFn: async ({ signal }) => {
      const last = await lastVersion(home, signal);
      const since = Math.max(0, last - size);
      const entries: JournalEntry[] = [];
      for (let cursor: string | null = String(since); cursor !== null; ) {
        const page: Page<JournalEntry> = await get(`${home}/changes`, { cursor, limit: 1000 }, signal);
        entries.push(...page.items);
        cursor = page.next;
      }
      const calls = byCall(entries);
      return { calls, facts: await factsOf(home, calls, signal), isAll: since === 0 };
    },
    placeholderData: (before) => before,
  });
  return (
    <>
      <Heading title="Changes" />
      <p className="hint">Every call that changed this memory, the latest first. Undoing one is a change, too, and can be undone.</p>
      <Pending of={changes} />
      {changes.data?.calls.length === 0 && <Empty title="Nothing has changed yet." />}
      <ol className="rows">
        {changes.data?.calls.map((call) => (
          <CallRow key={call.number} call={call} facts={changes.data.facts} />
        ))}
      </ol>
      {changes.data && !changes.data.isAll && (
        <button type="button" className="button" disabled={changes.isFetching} onClick={() => setSize(size * 4)}>
          Show earlier changes
        </button>
      )}
    </>
  );
}

function CallRow({ call, facts }: { call: Call; facts: Map<string, Fact> }) {
  const { user, home, mayWrite } = useMemory();
  const { make, isPending } = useChange();
  const first = call.entries[0];
  if (!first) return null;
  const ops = Map.groupBy(call.entries.filter(({ op }) => op in OPS), ({ op }) => op);
  const changed = [...new Set(call.entries.map(({ id }) => id))].flatMap((id) => facts.get(id) ?? []);
  const isFinal = ops.has("erase") || ops.has("readmit") || ops.size === 0;
  return (
    <li className="row led">
      <time dateTime={first.at}>{moment(first.at)}</time>
      <div className="row-main">
        <b>{words(first.verb)}</b>{" "}
        {[...ops].map(([op, entries]) => count(entries.length, ...(OPS[op] as [string, string]))).join(", ") ||
          "indexes brought up to date"}
        {first.reason && <span className="quiet"> “{first.reason}”</span>}
        {changed.length > 0 && (
          <ul className="changed">
            {changed.slice(0, 4).map((fact) => (
              <li key={fact.id}>
                <a href={address(user, "facts", fact.id)}>{fact.text}</a>
              </li>
            ))}
            {changed.length > 4 && <li className="quiet">and {changed.length - 4} more</li>}
          </ul>
        )}
      </div>
      {mayWrite && !isFinal && (
        <button
          type="button"
          className="button small"
          aria-label={`Undo ${words(first.verb)} of ${moment(first.at)}`}
          data-step
          disabled={isPending}
          onClick={() =>
            void make({
              run: () => post(`${home}/undo`, { call: call.number, reason: "undone on the page" }),
              done: "Taken back.",
            })
          }
        >
          Undo
        </button>
      )}
    </li>
  );
}

/** The facts that calls changed, by id: those of the latest. */
async function factsOf(home: string, calls: Call[], signal: AbortSignal): Promise<Map<string, Fact>> {
  const ids = calls.flatMap(({ entries }) => entries.map(({ id }) => id)).filter((id) => id.startsWith("f_"));
  const wanted = [...new Set(ids)].slice(0, SIZE);
  if (wanted.length === 0) return new Map();
  const query = { filter: { id: { in: wanted } }, status: EVERY_STATUS, include_retired: true };
  const facts = await all<Fact>(`${home}/facts`, query, SIZE, signal);
  return new Map(facts.map((fact) => [fact.id, fact]));
}

function byCall(entries: JournalEntry[]): Call[] {
  const found: Call[] = [];
  for (const entry of entries) {
    const last = found.at(-1);
    const number = entry.call || entry.version;
    if (last?.number === number) last.entries.push(entry);
    else found.push({ number, entries: [entry] });
  }
  return found.reverse();
}

/** The number of the last change. The journal is listed from its beginning, so its end is searched for, in a few steps. */
async function lastVersion(home: string, signal: AbortSignal): Promise<number> {
  const isBeyond = async (version: number) =>
    (await get<Page<JournalEntry>>(`${home}/changes`, { cursor: String(version), limit: 1 }, signal)).items.length > 0;
  let least = 0;
  let most = SIZE;
  while (await isBeyond(most)) {
    least = most;
    most *= 4;
  }
  while (most - least > SIZE / 4) {
    const middle = Math.floor((least + most) / 2);
    if (await isBeyond(middle)) least = middle;
    else most = middle;
  }
  return most;
}
