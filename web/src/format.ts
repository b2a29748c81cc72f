// Times, counts and stretches of text, as they are shown.

import type { Fact, Interval } from "./api/types";

const zoned = (options: Intl.DateTimeFormatOptions) => {
  const here = new Intl.DateTimeFormat("en-GB", options);
  const there = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  // What was said has the clock of whoever said it; what the server noted is in UTC, and shown in the reader's zone.
  return (at: string) =>
    at.endsWith("Z") ? here.format(new Date(at)) : there.format(new Date(`${at.replace(/[+-]\d\d:\d\d$/, "")}Z`));
};
const NUMBER = new Intl.NumberFormat("en-GB");

export const day = zoned({ day: "numeric", month: "short", year: "numeric" });
export const time = zoned({ hour: "2-digit", minute: "2-digit" });
const month = zoned({ month: "long", year: "numeric" });
export const moment = (at: string) => `${day(at)}, ${time(at)}`;
export const number = (value: number) => NUMBER.format(value);
export const percent = (value: number) => `${Math.round(value * 100)} %`;
/** A chance: never quite certain. */
export const chance = (value: number) => percent(Math.min(value, 0.99));
export const count = (value: number, one: string, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;
export const words = (label: string) => label.replaceAll("_", " ");

/** When a fact is true, in words; empty when nothing is known. */
export function validity({ start, end, granularity }: Interval): string {
  if (granularity === "year" && start) return start.slice(0, 4);
  if (granularity === "month" && start) return month(start);
  if (granularity === "day" && start) return day(start);
  if (start && end) return `${day(start)} to ${day(lastMoment(end))}`;
  if (start) return `since ${day(start)}`;
  return end ? `until ${day(lastMoment(end))}` : "";
}

/** The moment before a stretch ends, on the same clock. */
function lastMoment(end: string): string {
  const [, clock = end, offset = "Z"] = /^(.*?)(Z|[+-]\d\d:\d\d)$/.exec(end) ?? [];
  return new Date(new Date(`${clock}Z`).getTime() - 1).toISOString().replace("Z", offset);
}

/** Whether a fact is one of today: believed, and not hidden. */
export const isBelieved = (fact: Fact) => fact.status === "current" && fact.retired_at === null;

export interface Piece {
  text: string;
  marked: boolean;
}

/** Cut a text where spans begin and end. The server counts characters; JavaScript counts UTF-16 units. */
export function pieces(text: string, spans: readonly (readonly [number, number])[]): Piece[] {
  const characters = Array.from(text);
  const cuts = [...spans].sort((one, other) => one[0] - other[0]);
  const found: Piece[] = [];
  let place = 0;
  for (const [start, end] of cuts) {
    if (end <= place) continue;
    const from = Math.max(start, place);
    if (from > place) found.push({ text: characters.slice(place, from).join(""), marked: false });
    found.push({ text: characters.slice(from, end).join(""), marked: true });
    place = end;
  }
  if (place < characters.length) found.push({ text: characters.slice(place).join(""), marked: false });
  return found;
}

/** Compare two texts word by word: what only the older one has, and what only the newer one has, is marked. */
export function compared(older: string, newer: string): { before: Piece[]; after: Piece[] } {
  const one = older.split(/(?<=\s)/);
  const other = newer.split(/(?<=\s)/);
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (
    end < one.length - start &&
    end < other.length - start &&
    one[one.length - 1 - end] === other[other.length - 1 - end]
  ) {
    end += 1;
  }
  const cut = (all: string[]): Piece[] =>
    [
      { text: all.slice(0, start).join(""), marked: false },
      { text: all.slice(start, all.length - end).join(""), marked: true },
      { text: all.slice(all.length - end).join(""), marked: false },
    ].filter((piece) => piece.text);
  return { before: cut(one), after: cut(other) };
}
