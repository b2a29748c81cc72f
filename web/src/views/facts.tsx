import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { get, post } from "../api/client";
import type { Fact, FactKind, Page, Receipt, Status } from "../api/types";
import { useChange, useMemory } from "../memory";
import { Choice, Empty, FactLine, Heading, Pending } from "../parts/basics";
import { Dialog } from "../parts/dialog";
import { address, replace, useRoute } from "../route";

const KINDS: readonly (readonly [FactKind | "", string])[] = [
  ["", "all kinds"],
  ["profile", "profile"],
  ["preference", "preference"],
  ["event", "event"],
  ["plan", "plan"],
  ["procedure", "procedure"],
  ["fact", "other facts"],
];

const STATUSES: readonly (readonly [Status | "" | "forgotten", string])[] = [
  ["", "believed"],
  ["superseded", "no longer so"],
  ["conflicting", "in conflict"],
  ["quarantined", "waiting for review"],
  ["retracted", "withdrawn"],
  ["forgotten", "forgotten"],
];

export function Facts() {
  const { user, home, named, mayWrite } = useMemory();
  const { query } = useRoute();
  const [isAdding, setAdding] = useState(false);
  const subject = query.get("subject") ?? "";
  const kind = (query.get("kind") ?? "") as FactKind | "";
  const status = (query.get("status") ?? "") as Status | "" | "forgotten";
  const set = (changed: Record<string, string>) =>
    replace(address(user, "facts", "", { ...Object.fromEntries(query), ...changed }));
  const facts = useInfiniteQuery({
    queryKey: named("facts", subject, kind, status),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      get<Page<Fact>>(
        `${home}/facts`,
        {
          subject,
          kind,
          status: status === "forgotten" ? ["current", "superseded", "conflicting"] : status,
          include_retired: status === "forgotten",
          limit: 200,
          cursor: pageParam,
        },
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  const read = facts.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = status === "forgotten" ? read.filter((fact) => fact.retired_at !== null) : read;
  const isFiltered = Boolean(subject || kind || status);
  return (
    <>
      <Heading title="Facts">
        {mayWrite && (
          <div className="actions">
            <button type="button" className="button" onClick={() => setAdding(true)}>
              State a fact
            </button>
          </div>
        )}
      </Heading>
      <div className="filters">
        <Subject key={subject} value={subject} onChange={(name) => set({ subject: name })} />
        <Choice label="Kind" value={kind} options={KINDS} onChange={(value) => set({ kind: value })} />
        <Choice label="Which" value={status} options={STATUSES} onChange={(value) => set({ status: value })} />
      </div>
      <Pending of={facts} />
      {facts.data && shown.length === 0 && !facts.hasNextPage && (
        <Empty title={isFiltered ? "No fact is like that." : "No facts are known yet."}>
          {isFiltered ? (
            <a href={address(user, "facts")}>Show all that are believed</a>
          ) : (
            "They are found in what is said; or state one yourself."
          )}
        </Empty>
      )}
      <ul className="rows">
        {shown.map((fact) => (
          <FactLine key={fact.id} fact={fact} />
        ))}
      </ul>
      {facts.hasNextPage && (
        <button type="button" className="button" disabled={facts.isFetching} onClick={() => void facts.fetchNextPage()}>
          Show more
        </button>
      )}
      <StateFact open={isAdding} onClose={() => setAdding(false)} />
    </>
  );
}

function Subject({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const [typed, setTyped] = useState(value);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <label className="field">
        <span>About</span>
        <input
          name="subject"
          placeholder="anyone"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={() => typed.trim() !== value && onChange(typed.trim())}
        />
      </label>
    </form>
  );
}

function StateFact({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { home } = useMemory();
  const { make, isPending } = useChange();
  const state = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = (name: string) => String(form.get(name) ?? "").trim();
    const attribute = given("attribute").replaceAll(" ", "_");
    const receipt = await make({
      run: () =>
        post<Receipt & { change: number }>(`${home}/facts`, {
          text: given("text"),
          subject: given("subject"),
          kind: given("kind"),
          ...(attribute && given("value") && { attribute, value: given("value") }),
        }),
      done: "The fact is stored, on your word.",
      undo: ({ change }) => post(`${home}/undo`, { call: change }),
    });
    if (receipt) onClose();
  };
  return (
    <Dialog open={open} title="State a fact" onClose={onClose}>
      <form className="form" onSubmit={(event) => void state(event)}>
        <label className="field">
          <span>A sentence that can be understood on its own</span>
          <textarea name="text" rows={2} required />
        </label>
        <div className="pair">
          <label className="field">
            <span>About whom or what</span>
            <input name="subject" required />
          </label>
          <label className="field">
            <span>Kind</span>
            <select name="kind" defaultValue="fact">
              {KINDS.filter(([name]) => name).map(([name, text]) => (
                <option key={name} value={name}>
                  {text}
                </option>
              ))}
            </select>
          </label>
        </div>
        <div className="pair">
          <label className="field">
            <span>Attribute (such as lives in)</span>
            <input name="attribute" />
          </label>
          <label className="field">
            <span>Value</span>
            <input name="value" />
          </label>
        </div>
        <p className="hint">With an attribute of which there is one at a time, it takes the place of what was believed before.</p>
        <div className="actions">
          <button type="submit" className="button primary" disabled={isPending}>
            Store it
          </button>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
