import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { all, get, patch, post } from "../api/client";
import type { Fact, JournalEntry, Testimony, Turn, Why } from "../api/types";
import { compared, count, day, moment, percent, validity, words } from "../format";
import { callOf, useChange, useMemory } from "../memory";
import { Empty, Heading, Kind, Marked, Pending, StatusOf } from "../parts/basics";
import { TurnLine } from "../parts/conversation";
import { address } from "../route";
import { Correct } from "./correct";

/** Turns before and after a source that are shown with it. */
const AROUND = 2;

export function FactView({ id }: { id: string }) {
  const { user, home, named } = useMemory();
  const why = useQuery({
    queryKey: named("why", id),
    queryFn: ({ signal }) => get<Why>(`${home}/facts/${encodeURIComponent(id)}/why`, {}, signal),
  });
  if (!why.data) {
    return (
      <>
        <Heading title="Fact" />
        <Pending of={why} />
        {why.error && <a href={address(user, "facts")}>All facts</a>}
      </>
    );
  }
  const { fact, testimony, entries } = why.data;
  return (
    <article className="fact">
      <Heading title={fact.text}>
        <Actions fact={fact} />
      </Heading>
      <About fact={fact} />
      <div className="fact-columns">
        <section>
          <h2>Where it was said</h2>
          {testimony.length === 0 && (
            <Empty title="It rests on no words.">They were erased, or it was stated without a conversation.</Empty>
          )}
          {bySession(testimony).map((members) => (
            <Excerpt key={members[0]?.turn.id} testimony={members} />
          ))}
        </section>
        <section>
          <h2>Versions</h2>
          <Versions id={id} entries={entries} />
        </section>
      </div>
    </article>
  );
}

function Actions({ fact }: { fact: Fact }) {
  const { user, home, mayWrite, mayErase } = useMemory();
  const { make } = useChange();
  const [isCorrecting, setCorrecting] = useState(false);
  const ids = [fact.id];
  if (!mayWrite) return null;
  const pin = () =>
    make({
      run: () =>
        callOf(home, fact.id, () => patch(`${home}/facts/${fact.id}`, { pinned: !fact.pinned }, fact.revision)),
      done: fact.pinned ? "It is no longer pinned." : "It is pinned: every context begins with it.",
      undo: (call) => post(`${home}/undo`, { call }),
    });
  const hide = () =>
    fact.retired_at
      ? make({ run: () => post(`${home}/restore`, { ids }), done: "Restored.", undo: () => post(`${home}/forget`, { ids }) })
      : make({
          run: () => post(`${home}/forget`, { ids }),
          done: "Forgotten: recall does not return it.",
          undo: () => post(`${home}/restore`, { ids }),
        });
  return (
    <div className="actions">
      <button type="button" className="button primary" data-key="e" onClick={() => setCorrecting(true)}>
        Correct
      </button>
      <button type="button" className="button" data-key="p" onClick={() => void pin()}>
        {fact.pinned ? "Unpin" : "Pin"}
      </button>
      <button type="button" className="button" data-key="x" onClick={() => void hide()}>
        {fact.retired_at ? "Restore" : "Forget"}
      </button>
      {mayErase && (
        <a className="button danger" href={address(user, "erase", "", { fact: fact.id })}>
          Erase…
        </a>
      )}
      <Correct fact={fact} open={isCorrecting} onClose={() => setCorrecting(false)} />
    </div>
  );
}

function About({ fact }: { fact: Fact }) {
  const { user } = useMemory();
  const when = validity(fact.valid);
  const rows: (readonly [string, React.ReactNode])[] = [
    ["Status", <StatusOf key="status" fact={fact} />],
    ["About", <a key="about" href={address(user, "facts", "", { subject: fact.subject })}>{fact.subject}</a>],
    ["Kind", <Kind key="kind" kind={fact.kind} />],
    ...(fact.attribute
      ? [[words(fact.attribute), `${fact.negated ? "not " : ""}${fact.value ?? ""}`] as const]
      : []),
    ...(when ? [["So", when] as const] : []),
    ["Said", fact.evidence === 1 ? "once" : count(fact.evidence, "time")],
    ["Found by", fact.found_by === "caller" ? "an agent or a person" : "the extractor"],
    ["Sure", percent(fact.confidence)],
    ["Trust", `${fact.trust} (${fact.origin})`],
    ...(fact.expires_at ? [["Expires", day(fact.expires_at)] as const] : []),
    ...(fact.pinned ? [["Pinned", "yes"] as const] : []),
    ...(fact.superseded_by
      ? [["Replaced", <a key="by" href={address(user, "facts", fact.superseded_by)}>by another fact</a>] as const]
      : []),
  ];
  return (
    <dl className="about">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The turns that say a fact, with the words marked, among those around them. */
function Excerpt({ testimony }: { testimony: Testimony[] }) {
  const { user, home, named } = useMemory();
  const first = testimony[0]?.turn;
  const last = testimony.at(-1)?.turn;
  const session = first?.session ?? null;
  const from = Math.max(0, (first?.seq ?? 1) - AROUND - 1);
  const size = (last?.seq ?? 0) - from + AROUND;
  const around = useQuery({
    queryKey: named("around", session, from, size),
    queryFn: ({ signal }) =>
      get<{ items: Turn[] }>(
        `${home}/turns`,
        { session, include_retired: true, cursor: String(from), limit: Math.min(size, 200) },
        signal,
      ),
    enabled: session !== null,
  });
  const turns = around.data?.items ?? testimony.map(({ turn }) => turn);
  const spans = (turn: Turn) =>
    testimony.filter((each) => each.turn.id === turn.id).map(({ source }) => [source.start, source.end] as const);
  return (
    <div className="excerpt">
      <h3>
        <a href={address(user, "timeline", "", session === null ? {} : { session, turn: first?.id })}>{day(first?.at ?? "")}</a>
      </h3>
      <ol className="turns">
        {turns.map((turn, place) => (
          <TurnLine key={turn.id} turn={turn} before={turns[place - 1]} spans={spans(turn)} chosen={spans(turn).length > 0} />
        ))}
      </ol>
    </div>
  );
}

function bySession(testimony: Testimony[]): Testimony[][] {
  const found: Testimony[][] = [];
  for (const each of [...testimony].sort((one, other) => one.turn.seq - other.turn.seq)) {
    const last = found.at(-1);
    const before = last?.at(-1)?.turn;
    if (last && before && before.session === each.turn.session && each.turn.seq - before.seq <= 4 * AROUND) last.push(each);
    else found.push([each]);
  }
  return found;
}

const OPS: Record<string, string> = {
  believe: "Found",
  confirm: "Said again",
  revise: "Reworded",
  supersede: "Replaced by another fact",
  retract: "Withdrawn",
  dispute: "Contradicted",
  mark: "Marked",
  hide: "Forgotten",
  show: "Restored",
  quarantine: "Held back for review",
};

function Versions({ id, entries }: { id: string; entries: JournalEntry[] }) {
  const { home, named, mayWrite } = useMemory();
  const { make } = useChange();
  const versions = useQuery({
    queryKey: named("history", id),
    queryFn: ({ signal }) => all<Fact>(`${home}/facts/${encodeURIComponent(id)}/history`, {}, 1000, signal),
  });
  if (!versions.data) return <Pending of={versions} />;
  const made = entries.filter(({ op }) => op in OPS);
  return (
    <ol className="versions" reversed>
      {versions.data
        .map((version, place) => ({ version, before: versions.data[place - 1], entry: made[place] }))
        .reverse()
        .map(({ version, before, entry }) => (
          <li key={version.revision}>
            <p className="version-head">
              <b>{OPS[entry?.op ?? ""] ?? "Changed"}</b>
              <time dateTime={version.recorded_at}>{moment(version.recorded_at)}</time>
            </p>
            {entry?.reason && <p className="reason">“{entry.reason}”</p>}
            <Difference before={before} after={version} />
            {mayWrite && entry && entry.op !== "believe" && (
              <button
                type="button"
                className="link"
                onClick={() =>
                  void make({
                    run: () => callOf(home, id, () => post(`${home}/undo`, { change: entry.version })),
                    done: "Taken back, as a new version.",
                    undo: (call) => post(`${home}/undo`, { call }),
                  })
                }
              >
                Undo this
              </button>
            )}
          </li>
        ))}
    </ol>
  );
}

function Difference({ before, after }: { before: Fact | undefined; after: Fact }) {
  if (!before) return <p>{after.text}</p>;
  const changes: string[] = [];
  if (before.status !== after.status) changes.push(`${before.status} → ${after.status}`);
  if (validity(before.valid) !== validity(after.valid)) {
    changes.push(`true ${validity(before.valid) || "at no known time"} → ${validity(after.valid) || "at no known time"}`);
  }
  if (before.pinned !== after.pinned) changes.push(after.pinned ? "pinned" : "no longer pinned");
  if (before.evidence !== after.evidence) changes.push(`said ${before.evidence} → ${after.evidence} times`);
  if (before.expires_at !== after.expires_at) changes.push(after.expires_at ? `expires ${day(after.expires_at)}` : "does not expire");
  const texts = before.text === after.text ? null : compared(before.text, after.text);
  return (
    <>
      {texts && (
        <p className="difference">
          <del>
            <Marked pieces={texts.before} />
          </del>
          <ins>
            <Marked pieces={texts.after} />
          </ins>
        </p>
      )}
      {changes.length > 0 && <p className="quiet">{changes.join("; ")}</p>}
    </>
  );
}
