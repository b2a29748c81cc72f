import { useQuery } from "@tanstack/react-query";
import { all, post } from "../api/client";
import type { Fact, Turn } from "../api/types";
import { day, pieces, validity } from "../format";
import { callOf, useChange, useMemory } from "../memory";
import { Empty, Heading, Kind, Marked, Pending } from "../parts/basics";
import { speakerOf } from "../parts/conversation";
import { address } from "../route";

export function Review() {
  const { home, named } = useMemory();
  const conflicts = useQuery({
    queryKey: named("conflicts"),
    queryFn: ({ signal }) => all<Fact[]>(`${home}/conflicts`, {}, 1000, signal),
  });
  const review = useQuery({
    queryKey: named("review"),
    queryFn: ({ signal }) => all<Fact>(`${home}/review`, {}, 1000, signal),
  });
  const turns = useTurns([...(conflicts.data?.flat() ?? []), ...(review.data ?? [])]);
  return (
    <>
      <Heading title="Review" />
      <section className="block">
        <h2>Conflicts</h2>
        <p className="hint">Both cannot be so at once, and nothing that was said decides it. The one that you keep is believed; the other is withdrawn.</p>
        <Pending of={conflicts} />
        {conflicts.data?.length === 0 && <Empty title="Nothing contradicts anything." />}
        {conflicts.data?.map((rivals) => (
          <Conflict key={rivals.map(({ id }) => id).join()} rivals={rivals} turns={turns} />
        ))}
      </section>
      <section className="block">
        <h2>Held back</h2>
        <p className="hint">Somebody who may not tell the assistant what to do said this. It is not believed, and never recalled, until you approve it.</p>
        <Pending of={review} />
        {review.data?.length === 0 && <Empty title="Nothing waits for review." />}
        {review.data?.map((fact) => (
          <HeldBack key={fact.id} fact={fact} turns={turns} />
        ))}
      </section>
    </>
  );
}

function Conflict({ rivals, turns }: { rivals: Fact[]; turns: Map<string, Turn> }) {
  const { home, mayWrite } = useMemory();
  const { make, isPending } = useChange();
  const keep = (fact: Fact) =>
    make({
      run: () =>
        callOf(home, fact.id, () => post(`${home}/conflicts/settle`, { keep: fact.id, reason: "decided on the page" })),
      done: "Settled.",
      undo: (call) => post(`${home}/undo`, { call }),
    });
  return (
    <div className="conflict" role="group" aria-label={`Conflict: ${rivals.map(({ text }) => text).join(" or ")}`}>
      {rivals.map((fact) => (
        <div key={fact.id} className="rival">
          <Cited fact={fact} turns={turns} />
          {mayWrite && (
            <button
              type="button"
              className="button"
              aria-label={`Keep this: ${fact.text}`}
              disabled={isPending}
              onClick={() => void keep(fact)}
            >
              Keep this
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

function HeldBack({ fact, turns }: { fact: Fact; turns: Map<string, Turn> }) {
  const { home, mayWrite } = useMemory();
  const { make, isPending } = useChange();
  const decide = (verb: "approve" | "reject", done: string) =>
    make({
      run: () => callOf(home, fact.id, () => post(`${home}/review/${verb}`, { facts: [fact.id] })),
      done,
      undo: (call) => post(`${home}/undo`, { call }),
    });
  return (
    <div className="held">
      <Cited fact={fact} turns={turns} />
      {mayWrite && (
        <div className="actions">
          <button
            type="button"
            className="button"
            disabled={isPending}
            onClick={() => void decide("approve", "It is believed, on your word.")}
          >
            Approve
          </button>
          <button type="button" className="button" disabled={isPending} onClick={() => void decide("reject", "Rejected.")}>
            Reject
          </button>
        </div>
      )}
    </div>
  );
}

/** A fact with the words that it rests on. */
function Cited({ fact, turns }: { fact: Fact; turns: Map<string, Turn> }) {
  const { user } = useMemory();
  const source = fact.sources[0];
  const turn = source && turns.get(source.turn);
  return (
    <div className="cited">
      <a className="row-main" href={address(user, "facts", fact.id)} data-step>
        {fact.text}
      </a>
      <p className="row-meta">
        <Kind kind={fact.kind} />
        {validity(fact.valid) && <span>{validity(fact.valid)}</span>}
        <span>trust: {fact.trust}</span>
      </p>
      {turn && source && (
        <blockquote>
          <p className="said">
            <Marked pieces={pieces(turn.text, [[source.start, source.end]])} />
          </p>
          <footer>
            {speakerOf(turn)}, {day(turn.at)}
          </footer>
        </blockquote>
      )}
    </div>
  );
}

/** The turns that facts rest on, by id. */
function useTurns(facts: Fact[]): Map<string, Turn> {
  const { home, named } = useMemory();
  const ids = [...new Set(facts.flatMap(({ sources }) => sources.slice(0, 1).map(({ turn }) => turn)))].sort();
  const turns = useQuery({
    queryKey: named("turns of", ids),
    queryFn: ({ signal }) =>
      all<Turn>(`${home}/turns`, { filter: { id: { in: ids } }, include_retired: true }, 1000, signal),
    enabled: ids.length > 0,
    placeholderData: (before) => before,
  });
  return new Map(turns.data?.map((turn) => [turn.id, turn]));
}
