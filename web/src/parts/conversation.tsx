// Turns as they were said, with the words marked that something rests on.

import type { ReactNode } from "react";
import type { Turn } from "../api/types";
import { day, pieces, time } from "../format";
import { Marked } from "./basics";

export const speakerOf = (turn: { speaker: string | null; role: string | null }) => turn.speaker ?? turn.role ?? "unknown";

interface Props {
  turn: Turn;
  spans?: readonly (readonly [number, number])[];
  /** It is one of those that matter here; others give the context. */
  chosen?: boolean;
  /** The turn before it: a time that it has, too, is not repeated. */
  before?: Turn | undefined;
  aside?: ReactNode;
  actions?: ReactNode;
}

export function TurnLine({ turn, spans = [], chosen = false, before, aside, actions }: Props) {
  const name = speakerOf(turn);
  const state = `${chosen ? " chosen" : ""}${turn.retired_at ? " retired" : ""}`;
  return (
    <li className={`turn${state}${actions ? " active" : ""}`} id={turn.id} tabIndex={actions ? -1 : undefined}>
      <div className="turn-who">
        <b>{name}</b>
        {before?.at !== turn.at && (
          <time dateTime={turn.at} title={day(turn.at)}>
            {time(turn.at)}
          </time>
        )}
      </div>
      <div className="turn-said">
        <p className="said">
          <Marked pieces={pieces(turn.text, spans)} />
        </p>
        {(turn.retired_at || !["user", "assistant", "import"].includes(turn.origin)) && (
          <p className="turn-note">
            {turn.retired_at ? "Forgotten: recall does not return it." : `From a ${turn.origin}: nothing is believed of it.`}
          </p>
        )}
        {actions && <div className="turn-actions">{actions}</div>}
      </div>
      {aside && <div className="turn-aside">{aside}</div>}
    </li>
  );
}
