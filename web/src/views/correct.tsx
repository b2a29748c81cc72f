// Two ways of being wrong: it was never so, or it was so and has changed.

import { type FormEvent, useState } from "react";
import { patch, post } from "../api/client";
import type { Fact, Receipt } from "../api/types";
import { callOf, useChange, useMemory } from "../memory";
import { Dialog } from "../parts/dialog";
import { address, go } from "../route";

interface Props {
  fact: Fact;
  open: boolean;
  onClose: () => void;
}

export function Correct({ fact, open, onClose }: Props) {
  const { user, home } = useMemory();
  const { make, isPending } = useChange();
  const [hasChanged, setChanged] = useState(false);

  async function correct(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = (name: string) => String(form.get(name) ?? "").trim();
    if (hasChanged) {
      const receipt = await make({
        run: () =>
          post<Receipt & { change: number }>(`${home}/facts`, {
            text: given("text"),
            subject: fact.subject,
            kind: fact.kind,
            ...(fact.attribute && { attribute: fact.attribute, value: given("value") }),
            ...(given("since") && { valid_from: new Date(`${given("since")}T00:00:00`).toISOString() }),
          }),
        done: "What is so now is stored; what was so before is kept as past.",
        undo: ({ change }) => post(`${home}/undo`, { call: change }),
      });
      const newer = receipt?.facts.find((id) => id !== fact.id);
      if (receipt) onClose();
      if (newer) go(address(user, "facts", newer));
      return;
    }
    const done = await make({
      run: () =>
        callOf(home, fact.id, () =>
          patch(`${home}/facts/${fact.id}`, { text: given("text"), reason: given("reason") }, fact.revision),
        ),
      done: "Corrected. The earlier version is kept below.",
      undo: (call) => post(`${home}/undo`, { call }),
    });
    if (done !== undefined) onClose();
  }

  return (
    <Dialog open={open} title="Correct this fact" onClose={onClose}>
      <form className="form" onSubmit={(event) => void correct(event)}>
        <fieldset className="choices">
          <legend>What is wrong with it?</legend>
          <label>
            <input type="radio" name="how" checked={!hasChanged} onChange={() => setChanged(false)} />
            <span>
              <b>It was never so</b> The words are put right; the history keeps them.
            </span>
          </label>
          <label>
            <input type="radio" name="how" checked={hasChanged} onChange={() => setChanged(true)} />
            <span>
              <b>It was so, and has changed</b> The memory then knows both, and since when.
            </span>
          </label>
        </fieldset>
        <label className="field">
          <span>{hasChanged ? "What is so now" : "What is right"}, as a sentence of its own</span>
          <textarea name="text" rows={3} required defaultValue={fact.text} />
        </label>
        {hasChanged ? (
          <div className="pair">
            {fact.attribute && (
              <label className="field">
                <span>Value of {fact.attribute.replaceAll("_", " ")}</span>
                <input name="value" required defaultValue={fact.value ?? ""} />
              </label>
            )}
            <label className="field">
              <span>Since (if you know)</span>
              <input type="date" name="since" />
            </label>
          </div>
        ) : (
          <label className="field">
            <span>Why (optional; kept in the history)</span>
            <input name="reason" />
          </label>
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={isPending}>
            Save
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
