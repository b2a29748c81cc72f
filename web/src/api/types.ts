// What the page reads of the replies of `/v1`. A test holds every name here against the server's OpenAPI description.

export type FactKind = "fact" | "preference" | "event" | "plan" | "profile" | "procedure";
export type Status = "current" | "superseded" | "retracted" | "conflicting" | "quarantined";
export const EVERY_STATUS: readonly Status[] = ["current", "superseded", "retracted", "conflicting", "quarantined"];
export type Role = "read" | "write" | "admin";

export interface WhoAmI {
  tenant: string;
  user: string | null;
  role: Role;
  expires_at: string | null;
}

export interface Interval {
  start: string | null;
  end: string | null;
  granularity: string;
  phrase: string;
}

export interface Source {
  turn: string;
  start: number;
  end: number;
  at: string;
  speaker: string | null;
}

export interface Turn {
  id: string;
  role: string;
  text: string;
  at: string;
  speaker: string | null;
  session: string | null;
  origin: string;
  seq: number;
  retired_at: string | null;
}

export interface Fact {
  id: string;
  subject: string;
  text: string;
  kind: FactKind;
  attribute: string | null;
  value: string | null;
  negated: boolean;
  valid: Interval;
  learned_at: string;
  recorded_at: string;
  status: Status;
  confidence: number;
  trust: string;
  origin: string;
  evidence: number;
  pinned: boolean;
  expires_at: string | null;
  sources: Source[];
  found_by: string;
  superseded_by: string | null;
  retired_at: string | null;
  revision: number;
}

export interface Signal {
  channel: string;
  score: number;
  rank: number | null;
}

export interface Hit {
  id: string;
  kind: string;
  text: string;
  score: number;
  at: string;
  speaker: string | null;
  role: string | null;
  session: string | null;
  sources: Source[];
  passages: [number, number][];
  signals: Signal[];
  fact: Fact | null;
  retired: boolean;
}

export interface Recalled {
  hits: Hit[];
  confidence: number;
  mode: string;
  warnings: string[];
  searched: number;
  timings: Record<string, number>;
}

export interface JournalEntry {
  version: number;
  op: string;
  id: string;
  verb: string;
  at: string;
  reason: string;
  call: number;
}

export interface Testimony {
  source: Source;
  quote: string;
  turn: Turn;
}

export interface Why {
  fact: Fact;
  testimony: Testimony[];
  entries: JournalEntry[];
}

export interface Erased {
  turns: string[];
  facts: string[];
  rewritten: string[];
  rows: Record<string, number>;
  already: string[];
  everything: boolean;
  complete: boolean;
  digest: string;
}

export interface Entity {
  id: string;
  name: string;
  type: string;
  gist: string;
  aliases: string[];
  mentions: number;
}

export interface Relation {
  source: string;
  label: string;
  target: string;
  fact: string;
  text: string;
  valid: Interval;
  status: Status;
}

export interface Stats {
  turns: number;
  retired: number;
  facts: number;
  sessions: number;
  refused: Record<string, number>;
}

export interface Spent {
  day: string;
  purpose: string;
  model: string;
  calls: number;
  tokens_in: number;
  tokens_out: number;
  dollars: number;
  unpriced: number;
}

export interface Job {
  kind: string;
  session: string | null;
  state: string;
  due_at: string;
  attempts: number;
  error: string;
}

export interface Flaw {
  sort: string;
  ids: string[];
  detail: string;
}

export interface Audit {
  checked: Record<string, number>;
  flaws: Flaw[];
}

export interface Imported {
  turns: number;
  duplicates: number;
  skipped: number;
}

export interface Flushed {
  done: number;
  pending: number;
  errors: string[];
}

export interface Receipt {
  turns: string[];
  facts: string[];
  warnings: string[];
}

export interface Problem {
  title: string;
  status: number;
  detail: string;
  retryable: boolean;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}
