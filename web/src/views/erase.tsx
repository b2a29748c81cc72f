import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { all, post } from "../api/client";
import { EVERY_STATUS, type Erased, type Fact, type Turn } from "../api/types";
import { count, moment, number } from "../format";
import { messageOf, useChange, useMemory } from "../memory";
import { Empty, Heading, Pending } from "../parts/basics";
import { speakerOf } from "../parts/conversation";
import { useRoute } from "../route";

type What = "text" | "session" | "turn" | "fact" | "everything";
const NAMES: Record<What, string> = {
  text: "Everything that has these words",
  session: "A session",
  turn: "A turn",
  fact: "A fact, and what it rests on stays",
  everything: "The whole memory",
};

interface Wanted {
  what: What;
  value: string;
}

/** So many of the things that would go are shown; the counts are of all. */
const SHOWN = 200;

export function Erase() {
  const { user, mayErase } = useMemory();
  const { query } = useRoute();
  const named = (["session", "turn", "fact"] as const).find((each) => query.has(each));
  const [what, setWhat] = useState<What>(named ?? "text");
  const [value, setValue] = useState(named ? (query.get(named) ?? "") : "");
  const [wanted, setWanted] = useState<Wanted | null>(named ? { what: named, value: query.get(named) ?? "" } : null);
  const [receipt, setReceipt] = useState<Erased | null>(null);
  if (!mayErase) {
    return (
      <>
        <Heading title="Erase" />
        <Empty title="This key may not erase.">
          Erasing needs a key with the role admin: <code>lukasa keys create --user {user} --role admin</code>
        </Empty>
      </>
    );
  }
  if (receipt) return <Receipt receipt={receipt} onDone={() => setReceipt(null)} />;
  const preview = (event: FormEvent) => {
    event.preventDefault();
    setWanted({ what, value: value.trim() });
  };
  return (
    <>
      <Heading title="Erase" />
      <p className="hint">
        To erase is to destroy: words, facts, vectors and indexes go, and cannot be brought back. To hide something from recall and keep it,
        forget it instead.
      </p>
      <form className="erase-form" onSubmit={preview}>
        <label className="field">
          <span>What</span>
          <select
            value={what}
            onChange={(event) => {
              setWhat(event.target.value as What);
              setValue("");
              setWanted(null);
            }}
          >
            {Object.entries(NAMES).map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
        {what !== "everything" && (
          <label className="field grow">
            <span>{what === "text" ? "Words" : what === "session" ? "Name of the session" : `Id of the ${what}`}</span>
            <input
              name="value"
              required
              value={value}
              onChange={(event) => {
                setValue(event.target.value);
                setWanted(null);
              }}
            />
          </label>
        )}
        <button type="submit" className="button">
          Show what would go
        </button>
      </form>
      {wanted && (
        <Preview
          key={`${wanted.what}/${wanted.value}`}
          wanted={wanted}
          onErased={(erased) => {
            setReceipt(erased);
            setWanted(null);
            setValue("");
          }}
        />
      )}
    </>
  );
}

const asRequest = ({ what, value }: Wanted) =>
  ({
    text: { text: value },
    session: { session: value },
    turn: { turns: [value] },
    fact: { facts: [value] },
    everything: { everything: true },
  })[what];

function Preview({ wanted, onErased }: { wanted: Wanted; onErased: (erased: Erased) => void }) {
  const { user, home, named } = useMemory();
  const { make, isPending } = useChange();
  const [typed, setTyped] = useState("");
  const word = wanted.what === "everything" ? user : "erase";
  const plan = useQuery({
    queryKey: named("erase", wanted),
    queryFn: ({ signal }) => post<Erased>(`${home}/erase`, { ...asRequest(wanted), dry_run: true }, signal),
    staleTime: 0,
    retry: false,
  });
  if (plan.error) {
    return (
      <Empty title="This cannot be erased.">
        <span role="alert">{messageOf(plan.error)}</span>
      </Empty>
    );
  }
  if (!plan.data) return <Pending of={plan} />;
  const { turns, facts, rewritten } = plan.data;
  const isNothing = turns.length + facts.length + rewritten.length === 0 && !plan.data.everything;
  if (isNothing) {
    return <Empty title="Nothing of this kind is stored.">Nothing would go. Look for other words, or check the name.</Empty>;
  }
  const erase = async (event: FormEvent) => {
    event.preventDefault();
    const erased = await make({
      run: () => post<Erased>(`${home}/erase`, asRequest(wanted)),
      done: "Erased.",
    });
    if (erased) onErased(erased);
  };
  return (
    <section className="preview" aria-label="What would go">
      <h2>
        {wanted.what === "everything" ? `All that is stored of ${user}, its history included: ` : ""}
        {count(turns.length, "turn")} and {count(facts.length, "fact")} would go
        {rewritten.length > 0 && `; ${count(rewritten.length, "fact")} would lose a source and stay`}
      </h2>
      <Going turns={turns} facts={facts} />
      <form className="confirm" onSubmit={(event) => void erase(event)}>
        <label className="field">
          <span>
            Type <b>{word}</b> to confirm
          </span>
          <input name="confirm" autoComplete="off" value={typed} onChange={(event) => setTyped(event.target.value)} />
        </label>
        <button type="submit" className="button danger solid" disabled={typed.trim() !== word || isPending}>
          Erase for good
        </button>
      </form>
    </section>
  );
}

/** The words of what would go. */
function Going({ turns, facts }: { turns: string[]; facts: string[] }) {
  const { home, named } = useMemory();
  const going = useQuery({
    queryKey: named("going", turns, facts),
    queryFn: async ({ signal }) => {
      const ids = (of: string[]) => ({ filter: { id: { in: of.slice(0, SHOWN) } }, include_retired: true });
      return {
        turns: turns.length ? await all<Turn>(`${home}/turns`, ids(turns), SHOWN, signal) : [],
        facts: facts.length
          ? await all<Fact>(`${home}/facts`, { ...ids(facts), status: EVERY_STATUS }, SHOWN, signal)
          : [],
      };
    },
  });
  if (!going.data) return <Pending of={going} />;
  const hidden = turns.length + facts.length - going.data.turns.length - going.data.facts.length;
  return (
    <ul className="going" tabIndex={0} aria-label="Turns and facts that would go">
      {going.data.facts.map((fact) => (
        <li key={fact.id}>
          <span className="quiet">fact</span> {fact.text}
        </li>
      ))}
      {going.data.turns.map((turn) => (
        <li key={turn.id}>
          <span className="quiet">
            {speakerOf(turn)}, {moment(turn.at)}
          </span>{" "}
          <span className="said">{turn.text}</span>
        </li>
      ))}
      {hidden > 0 && <li className="quiet">and {number(hidden)} more</li>}
    </ul>
  );
}

const ROWS: Record<string, string> = { fts: "full-text entries", terms: "full-text entries", vectors: "vectors" };

function Receipt({ receipt, onDone }: { receipt: Erased; onDone: () => void }) {
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" }));
    link.download = "erased.json";
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <>
      <Heading title="Erased" />
      <section className="receipt" role="status">
        <p>
          <b>
            {count(receipt.turns.length, "turn")} and {count(receipt.facts.length, "fact")} are gone.
          </b>{" "}
          {receipt.complete
            ? "No byte of them is left in the store or its log."
            : "The rows are gone, but the file could not be rewritten yet, because somebody else was reading it. It is done at the next erasure, or when the store is next opened."}
        </p>
        <dl className="about">
          {Object.entries(receipt.rows).map(([name, rows]) => (
            <div key={name}>
              <dt>{ROWS[name] ?? name.replaceAll("_", " ")}</dt>
              <dd>{number(rows)}</dd>
            </div>
          ))}
          {receipt.rewritten.length > 0 && (
            <div>
              <dt>facts that lost a source</dt>
              <dd>{number(receipt.rewritten.length)}</dd>
            </div>
          )}
        </dl>
        <p className="quiet">The same content is not stored again until somebody readmits it. The receipt holds ids and counts, no content.</p>
        <div className="actions">
          <button type="button" className="button" onClick={save}>
            Save the receipt
          </button>
          <button type="button" className="button" onClick={onDone}>
            Erase something else
          </button>
        </div>
      </section>
    </>
  );
}
