// Small parts that all views are made of.

import type { ReactNode } from "react";
import type { Fact, FactKind, Status } from "../api/types";
import { type Piece, chance, validity, words } from "../format";
import { messageOf, useMemory } from "../memory";
import { address } from "../route";

/** A strand of five beads, filled as far as a number from 0 to 1 goes. */
export function Strand({ value }: { value: number }) {
  return (
    <svg className="strand" viewBox="0 0 58 10" width="58" height="10" aria-hidden="true">
      <line x1="5" y1="5" x2="53" y2="5" />
      {[0, 1, 2, 3, 4].map((place) => (
        <circle key={place} cx={5 + place * 12} cy="5" r="4" className={value >= place / 5 + 0.1 ? "full" : ""} />
      ))}
    </svg>
  );
}

export function Score({ value }: { value: number }) {
  return (
    <span className="score">
      <Strand value={value} />
      <b>{chance(value)}</b>
    </span>
  );
}

export function Kind({ kind }: { kind: FactKind }) {
  return <span className={`kind kind-${kind}`}>{kind}</span>;
}

const STATUSES: Record<Status, string> = {
  current: "believed",
  superseded: "no longer so",
  retracted: "withdrawn",
  conflicting: "in conflict",
  quarantined: "waits for review",
};

export function StatusOf({ fact }: { fact: Fact }) {
  if (fact.retired_at !== null) return <span className="status forgotten">forgotten</span>;
  return <span className={`status ${fact.status}`}>{STATUSES[fact.status]}</span>;
}

/** Text of which parts are marked. It is always shown as text, whatever it holds. */
export function Marked({ pieces }: { pieces: Piece[] }) {
  return pieces.map((piece, place) =>
    piece.marked ? <mark key={place}>{piece.text}</mark> : <span key={place}>{piece.text}</span>,
  );
}

export function FactLine({ fact, lead, children }: { fact: Fact; lead?: ReactNode; children?: ReactNode }) {
  const { user } = useMemory();
  const when = validity(fact.valid);
  return (
    <li className={lead ? "row led" : "row"}>
      {lead}
      <a className="row-main" href={address(user, "facts", fact.id)} data-step>
        {fact.text}
      </a>
      <span className="row-meta columns">
        <span>
          {(fact.status !== "current" || fact.retired_at) && <StatusOf fact={fact} />}
          {fact.pinned && <span className="status">pinned</span>}
        </span>
        <Kind kind={fact.kind} />
        <span>{fact.attribute && words(fact.attribute)}</span>
        {!lead && <span>{when}</span>}
      </span>
      {children}
    </li>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <div>{children}</div>}
    </div>
  );
}

interface Asked {
  isPending: boolean;
  error: unknown;
  refetch: () => unknown;
}

/** What stands in the place of something that is still being read, or that could not be. `null` once it is there. */
export function Pending({ of }: { of: Asked }) {
  if (of.error) {
    return (
      <div className="empty problem" role="alert">
        <p className="empty-title">This could not be read.</p>
        <p>{messageOf(of.error)}</p>
        <button type="button" className="button" onClick={() => of.refetch()}>
          Try again
        </button>
      </div>
    );
  }
  return of.isPending ? (
    <p className="waiting" role="status">
      Reading…
    </p>
  ) : null;
}

export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="heading">
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </header>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
}

/** A select with its label. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
