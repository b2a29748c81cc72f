import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Tabs } from "@base-ui/react/tabs";
import { useEffect } from "react";
import { all, get, post } from "../api/client";
import { EVERY_STATUS, type Fact, type Page, type Turn } from "../api/types";
import { count, day, isBelieved, validity } from "../format";
import { useChange, useMemory } from "../memory";
import { Empty, FactLine, Heading, Kind, Pending } from "../parts/basics";
import { TurnLine } from "../parts/conversation";
import { address, go, replace, useRoute } from "../route";

const SIZE = 60;

export function Timeline() {
  const { user } = useMemory();
  const { query } = useRoute();
  const session = query.get("session");
  const tab = query.get("tab") ?? "said";
  if (session !== null) return <Session session={session} turn={query.get("turn") ?? ""} />;
  return (
    <>
      <Heading title="Timeline" />
      <Tabs.Root
        value={tab}
        onValueChange={(value) => replace(address(user, "timeline", "", { tab: value === "said" ? "" : String(value) }))}
      >
        <Tabs.List className="tabs" aria-label="What the timeline shows">
          <Tabs.Tab value="said">What was said</Tabs.Tab>
          <Tabs.Tab value="dated">What happened, and is planned</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="said">
          <Said />
        </Tabs.Panel>
        <Tabs.Panel value="dated">
          <Dated />
        </Tabs.Panel>
      </Tabs.Root>
    </>
  );
}

function Said() {
  const { user, home, named } = useMemory();
  const { query } = useRoute();
  const since = query.get("since") ?? "";
  const until = query.get("until") ?? "";
  const turns = useInfiniteQuery({
    queryKey: named("turns", since, until),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<Page<Turn>>(
        `${home}/turns`,
        {
          newest_first: true,
          include_retired: true,
          limit: SIZE,
          cursor: pageParam,
          since: since && new Date(`${since}T00:00:00`).toISOString(),
          until: until && new Date(`${until}T23:59:59`).toISOString(),
        },
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  const read = turns.data?.pages.flatMap((page) => page.items) ?? [];
  const facts = useFactsOf(read);
  return (
    <>
      <div className="filters">
        <DateField label="From" name="since" />
        <DateField label="To" name="until" />
      </div>
      {turns.data ? (
        read.length === 0 && (
          <Empty title="Nothing was said in this time.">
            Choose other dates, or <a href={address(user, "import")}>import a conversation</a>.
          </Empty>
        )
      ) : (
        <Pending of={turns} />
      )}
      {bySession(read).map(([session, members]) => (
        <section key={`${session}/${members[0]?.id}`} className="session">
          <h2>
            <a href={address(user, "timeline", "", { session: session ?? undefined })} data-step>
              {day(members[0]?.at ?? "")}
            </a>
            <span>{session === null ? "no session" : count(members.length, "turn")}</span>
          </h2>
          <Turns turns={members} facts={facts} />
        </section>
      ))}
      {turns.hasNextPage && (
        <button type="button" className="button" disabled={turns.isFetching} onClick={() => void turns.fetchNextPage()}>
          Show earlier turns
        </button>
      )}
    </>
  );
}

function DateField({ label, name }: { label: string; name: string }) {
  const { user } = useMemory();
  const { query } = useRoute();
  return (
    <label className="field inline">
      <span>{label}</span>
      <input
        type="date"
        value={query.get(name) ?? ""}
        onChange={(event) =>
          replace(address(user, "timeline", "", { ...Object.fromEntries(query), [name]: event.target.value }))
        }
      />
    </label>
  );
}

/** One session from its first turn to its last. */
function Session({ session, turn }: { session: string; turn: string }) {
  const { user, home, named } = useMemory();
  const { make } = useChange();
  const turns = useQuery({
    queryKey: named("session", session),
    queryFn: ({ signal }) => all<Turn>(`${home}/turns`, { session, include_retired: true }, 2000, signal),
  });
  const facts = useFactsOf(turns.data ?? []);
  const isThere = Boolean(turns.data);
  useEffect(() => {
    if (isThere && turn) document.getElementById(turn)?.scrollIntoView({ block: "center" });
  }, [isThere, turn]);
  const { mayWrite, mayErase } = useMemory();
  return (
    <>
      <Heading title={`Session ${session}`}>
        <div className="actions">
          <a className="button" href={address(user, "timeline")}>
            All sessions
          </a>
          {mayWrite && (
            <button
              type="button"
              className="button"
              onClick={() =>
                void make({
                  run: () => post<{ retired: string[] }>(`${home}/forget`, { session }),
                  done: "The session is forgotten: recall does not return it.",
                  undo: ({ retired }) => post(`${home}/restore`, { ids: retired }),
                })
              }
            >
              Forget
            </button>
          )}
          {mayErase && (
            <a className="button danger" href={address(user, "erase", "", { session })}>
              Erase…
            </a>
          )}
        </div>
      </Heading>
      <Pending of={turns} />
      {turns.data?.length === 0 && <Empty title="This session has no turns (any more)." />}
      <Turns turns={turns.data ?? []} facts={facts} chosen={turn} />
    </>
  );
}

function Turns({ turns, facts, chosen = "" }: { turns: Turn[]; facts: Map<string, Fact[]>; chosen?: string }) {
  const { user } = useMemory();
  return (
    <ol className="turns">
      {turns.map((turn, place) => (
        <TurnLine
          key={turn.id}
          turn={turn}
          before={turns[place - 1]}
          chosen={turn.id === chosen}
          actions={<TurnActions turn={turn} />}
          aside={facts.get(turn.id)?.map((fact) => (
            <a key={fact.id} className={isBelieved(fact) ? "found" : "found past"} href={address(user, "facts", fact.id)}>
              <Kind kind={fact.kind} /> {fact.text}
            </a>
          ))}
        />
      ))}
    </ol>
  );
}

function TurnActions({ turn }: { turn: Turn }) {
  const { user, home, mayWrite, mayErase } = useMemory();
  const { make } = useChange();
  const ids = [turn.id];
  const forget = () => post(`${home}/forget`, { ids });
  const restore = () => post(`${home}/restore`, { ids });
  return (
    <>
      {mayWrite &&
        (turn.retired_at ? (
          <button type="button" className="link" onClick={() => void make({ run: restore, done: "Restored.", undo: forget })}>
            Restore
          </button>
        ) : (
          <button type="button" className="link" onClick={() => void make({ run: forget, done: "Forgotten.", undo: restore })}>
            Forget
          </button>
        ))}
      {mayErase && (
        <button type="button" className="link" onClick={() => go(address(user, "erase", "", { turn: turn.id }))}>
          Erase…
        </button>
      )}
    </>
  );
}

/** Facts by the turns that they rest on. */
function useFactsOf(turns: Turn[]): Map<string, Fact[]> {
  const { home, named } = useMemory();
  const times = turns.map(({ at }) => new Date(at).getTime());
  const span = { gte: isoOf(Math.min(...times)), lte: isoOf(Math.max(...times)) };
  const facts = useQuery({
    queryKey: named("facts of", span),
    queryFn: ({ signal }) =>
      all<Fact>(`${home}/facts`, { filter: { at: span }, status: EVERY_STATUS, include_retired: true }, 5000, signal),
    enabled: turns.length > 0,
    placeholderData: (before) => before,
  });
  const found = new Map<string, Fact[]>();
  for (const fact of facts.data ?? []) {
    for (const turn of new Set(fact.sources.map((source) => source.turn))) {
      found.set(turn, [...(found.get(turn) ?? []), fact]);
    }
  }
  return found;
}

const isoOf = (milliseconds: number) => (Number.isFinite(milliseconds) ? new Date(milliseconds).toISOString() : "");

/** Turns by session: the newest session first, its turns in the order in which they were said. */
function bySession(turns: Turn[]): [string | null, Turn[]][] {
  const found: [string | null, Turn[]][] = [];
  for (const turn of turns) {
    const last = found.at(-1);
    if (last && last[0] === turn.session) last[1].unshift(turn);
    else found.push([turn.session, [turn]]);
  }
  return found;
}

function Dated() {
  const { home, named } = useMemory();
  const facts = useQuery({
    queryKey: named("timeline"),
    queryFn: ({ signal }) => all<Fact>(`${home}/timeline`, {}, 5000, signal),
  });
  if (!facts.data) return <Pending of={facts} />;
  if (facts.data.length === 0) {
    return <Empty title="No dated events or plans are known.">They appear when somebody says when something happens.</Empty>;
  }
  const years = new Map<string, Fact[]>();
  for (const fact of [...facts.data].reverse()) {
    const year = fact.valid.start?.slice(0, 4) ?? "";
    years.set(year, [...(years.get(year) ?? []), fact]);
  }
  return [...years].map(([year, members]) => (
    <section key={year} className="session">
      <h2>
        <span className="year">{year}</span>
      </h2>
      <ul className="rows">
        {members.map((fact) => (
          <FactLine key={fact.id} fact={fact} lead={<time dateTime={fact.valid.start ?? ""}>{validity(fact.valid)}</time>} />
        ))}
      </ul>
    </section>
  ));
}
