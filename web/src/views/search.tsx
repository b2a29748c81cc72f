import { ToggleGroup } from "@base-ui/react/toggle-group";
import { Toggle } from "@base-ui/react/toggle";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get, post } from "../api/client";
import type { Hit, Recalled, Stats } from "../api/types";
import { count, moment, number, chance, pieces, validity, words } from "../format";
import { useMemory } from "../memory";
import { Empty, Heading, Kind, Marked, Pending, Score, StatusOf } from "../parts/basics";
import { speakerOf } from "../parts/conversation";
import { address, replace, useRoute } from "../route";
import { Explained } from "./explained";

const KINDS = { all: ["turn", "fact"], turns: ["turn"], facts: ["fact"] } as const;
type Kinds = keyof typeof KINDS;

/** Below it, the memory has probably no answer (docs/python.md shows what a threshold costs and gains). */
const UNSURE = 0.1;

export function Search() {
  const { user, home, named } = useMemory();
  const { query } = useRoute();
  const question = query.get("q") ?? "";
  const asOf = query.get("as_of") ?? "";
  const kinds = (query.get("kinds") ?? "all") as Kinds;
  const past = query.get("past") === "1";
  const [typed, setTyped] = useState(question);
  const set = (changed: Record<string, string>) =>
    replace(address(user, "search", "", { ...Object.fromEntries(query), ...changed }));
  const asked = useQuery({
    queryKey: named("recall", question, kinds, asOf, past),
    queryFn: ({ signal }) =>
      post<Recalled>(
        `${home}/recall`,
        {
          question,
          limit: 20,
          explain: true,
          kinds: KINDS[kinds] ?? KINDS.all,
          include_retired: past,
          ...(asOf && { as_of: new Date(`${asOf}T23:59:59`).toISOString() }),
        },
        signal,
      ),
    enabled: question !== "",
  });
  const ask = (event: FormEvent) => {
    event.preventDefault();
    set({ q: typed.trim() });
  };
  return (
    <>
      <Heading title="Search" />
      <form role="search" className="search" onSubmit={ask}>
        <input
          type="search"
          name="q"
          aria-label="Question"
          placeholder="Ask in your own words, as you would ask a friend"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoFocus={!question}
        />
        <button type="submit" className="button primary">
          Search
        </button>
      </form>
      <div className="filters">
        <ToggleGroup
          className="toggles"
          aria-label="What to look for"
          value={[kinds]}
          onValueChange={([chosen]) => chosen && set({ kinds: chosen === "all" ? "" : String(chosen) })}
        >
          <Toggle value="all">All</Toggle>
          <Toggle value="turns">What was said</Toggle>
          <Toggle value="facts">Facts</Toggle>
        </ToggleGroup>
        <label className="field inline">
          <span>As known on</span>
          <input type="date" value={asOf} onChange={(event) => set({ as_of: event.target.value })} />
        </label>
        <label className="check">
          <input type="checkbox" checked={past} onChange={(event) => set({ past: event.target.checked ? "1" : "" })} />
          Past and forgotten, too
        </label>
      </div>
      {question === "" ? <Start /> : asked.data ? <Results recalled={asked.data} /> : <Pending of={asked} />}
    </>
  );
}

function Start() {
  const { user, home, named } = useMemory();
  const stats = useQuery({ queryKey: named("stats"), queryFn: () => get<Stats>(`${home}/stats`) });
  if (!stats.data) return <Pending of={stats} />;
  if (stats.data.turns === 0) {
    return (
      <Empty title={`Nothing is remembered of ${user} yet.`}>
        <a href={address(user, "import")}>Import a conversation</a>, or let your agent call <code>remember</code>.
      </Empty>
    );
  }
  const { turns, sessions, facts, retired } = stats.data;
  return (
    <p className="summary">
      The memory of {user} has {count(turns, "turn")} in {count(sessions, "session")}, and {count(facts, "fact")} found
      in them{retired > 0 && `; ${number(retired)} turns are forgotten`}. The <a href={address(user, "timeline")}>timeline</a>{" "}
      shows them in order.
    </p>
  );
}

function Results({ recalled }: { recalled: Recalled }) {
  if (recalled.hits.length === 0) {
    return (
      <Empty title="Nothing was found.">
        Try other words, or look at past and forgotten things, too.
      </Empty>
    );
  }
  const { confidence, mode, timings, warnings } = recalled;
  return (
    <>
      <p className={`summary${confidence < UNSURE ? " unsure" : ""}`} role="status">
        {confidence < UNSURE ? (
          <>
            <b>Probably not in the memory:</b> {chance(confidence)} sure that it has an answer. The nearest:
          </>
        ) : (
          <>
            <b>{chance(confidence)} sure</b> that the memory has an answer.
          </>
        )}{" "}
        <span className="quiet">
          {count(recalled.hits.length, "hit")} of {count(recalled.searched, "turn")},{" "}
          {mode === "full" ? "by meaning and words" : "by words alone"}, {Math.round(timings.total ?? 0)} ms
        </span>
      </p>
      {warnings.map((warning) => (
        <p key={warning} className="warning">
          {warning}
        </p>
      ))}
      <ol className="hits">
        {recalled.hits.map((hit) => (
          <HitRow key={hit.id} hit={hit} hits={recalled.hits} />
        ))}
      </ol>
    </>
  );
}

function HitRow({ hit, hits }: { hit: Hit; hits: Hit[] }) {
  const { user } = useMemory();
  const { fact } = hit;
  const to = fact
    ? address(user, "facts", fact.id)
    : address(user, "timeline", "", { session: hit.session ?? undefined, turn: hit.id });
  return (
    <li className="hit">
      <Score value={hit.score} />
      <div className="hit-body">
        <a className={fact ? "row-main" : "row-main said"} href={to} data-step>
          {fact ? fact.text : <Marked pieces={pieces(hit.text, isWhole(hit) ? [] : hit.passages)} />}
        </a>
        <p className="row-meta">
          {fact ? (
            <>
              <Kind kind={fact.kind} />
              {fact.attribute && <span>{words(fact.attribute)}</span>}
              {validity(fact.valid) && <span>{validity(fact.valid)}</span>}
              {(fact.status !== "current" || fact.retired_at) && <StatusOf fact={fact} />}
            </>
          ) : (
            <>
              <span>{speakerOf(hit)}</span>
              <time dateTime={hit.at}>{moment(hit.at)}</time>
              {hit.retired && <span className="status forgotten">forgotten</span>}
            </>
          )}
        </p>
        <details className="why">
          <summary>Why it is here</summary>
          <Explained hit={hit} hits={hits} />
        </details>
      </div>
    </li>
  );
}

const isWhole = ({ text, passages }: Hit) => passages.length === 1 && passages[0]?.[1] === Array.from(text).length;
