import { useQuery } from "@tanstack/react-query";
import { all, get, post } from "../api/client";
import type { Audit, Flushed, Job, Spent, Stats } from "../api/types";
import { count, moment, number } from "../format";
import { useChange, useMemory } from "../memory";
import { Empty, Heading, Pending } from "../parts/basics";
import { address } from "../route";

export function Activity() {
  return (
    <>
      <Heading title="Activity" />
      <Counts />
      <Jobs />
      <Usage />
      <Flaws />
    </>
  );
}

function Counts() {
  const { home, named } = useMemory();
  const stats = useQuery({ queryKey: named("stats"), queryFn: () => get<Stats>(`${home}/stats`) });
  if (!stats.data) return <Pending of={stats} />;
  const { turns, sessions, facts, retired, refused } = stats.data;
  const left = Object.entries(refused);
  return (
    <dl className="counts">
      {(
        [
          ["turns", turns],
          ["sessions", sessions],
          ["facts", facts],
          ["forgotten turns", retired],
          ["claims not believed", left.reduce((sum, [, each]) => sum + each, 0)],
        ] as const
      ).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{number(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Jobs() {
  const { home, named, mayWrite } = useMemory();
  const { make, isPending } = useChange();
  const jobs = useQuery({
    queryKey: named("jobs"),
    queryFn: () => all<Job>(`${home}/jobs`, {}, 1000),
    refetchInterval: (query) => (query.state.data?.some(({ state }) => state !== "dead") ? 3000 : false),
  });
  const isDead = jobs.data?.some(({ state }) => state === "dead");
  return (
    <section className="block">
      <h2>Background jobs</h2>
      <Pending of={jobs} />
      {jobs.data?.length === 0 && <Empty title="Nothing waits to be done." />}
      {jobs.data && jobs.data.length > 0 && (
        <>
          <div className="scroll" tabIndex={0} role="region" aria-label="Background jobs">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Job</th>
                  <th scope="col">Session</th>
                  <th scope="col">State</th>
                  <th scope="col">Due</th>
                  <th scope="col">Tries</th>
                  <th scope="col">Last error</th>
                </tr>
              </thead>
              <tbody>
                {jobs.data.map((job) => (
                  <tr key={`${job.kind}/${job.session}`}>
                    <td>{job.kind}</td>
                    <td>{job.session ?? "all"}</td>
                    <td>{job.state}</td>
                    <td>{moment(job.due_at)}</td>
                    <td>{job.attempts}</td>
                    <td>{job.error}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {mayWrite && (
            <div className="actions">
              <button
                type="button"
                className="button"
                disabled={isPending}
                onClick={() =>
                  void make({ run: () => post<Flushed>(`${home}/jobs/flush`, { timeout: 30 }), done: "What was due is done." })
                }
              >
                Do them now
              </button>
              {isDead && (
                <button
                  type="button"
                  className="button"
                  disabled={isPending}
                  onClick={() => void make({ run: () => post(`${home}/jobs/retry`), done: "Failed jobs are tried again." })}
                >
                  Try failed ones again
                </button>
              )}
            </div>
          )}
        </>
      )}
    </section>
  );
}

function Usage() {
  const { home, named } = useMemory();
  const usage = useQuery({ queryKey: named("usage"), queryFn: () => all<Spent>(`${home}/usage`, {}, 1000) });
  return (
    <section className="block">
      <h2>Usage of models</h2>
      <Pending of={usage} />
      {usage.data?.length === 0 && <Empty title="No model was asked: what is remembered here cost nothing." />}
      {usage.data && usage.data.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Usage of models">
          <table className="table numbers">
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                <th scope="col">For</th>
                <th scope="col">Model</th>
                <th scope="col">Calls</th>
                <th scope="col">Tokens in</th>
                <th scope="col">Tokens out</th>
                <th scope="col">Cost</th>
              </tr>
            </thead>
            <tbody>
              {[...usage.data].reverse().map((spent) => (
                <tr key={`${spent.day}/${spent.purpose}/${spent.model}`}>
                  <td>{spent.day}</td>
                  <td>{spent.purpose}</td>
                  <td>{spent.model}</td>
                  <td>{number(spent.calls)}</td>
                  <td>{number(spent.tokens_in)}</td>
                  <td>{number(spent.tokens_out)}</td>
                  <td>{spent.unpriced === spent.calls ? "no price known" : `$${spent.dollars.toFixed(4)}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Flaws() {
  const { user, home, named } = useMemory();
  const audit = useQuery({
    queryKey: named("audit"),
    queryFn: ({ signal }) => get<Audit>(`${home}/audit`, {}, signal),
    enabled: false,
  });
  return (
    <section className="block">
      <h2>Audit</h2>
      <p className="hint">Looks for duplicates, contradictions, junk, secrets and lost sources. Nothing is changed.</p>
      {audit.error ? <Pending of={audit} /> : null}
      {audit.data && (
        <>
          <p>
            {audit.data.flaws.length === 0 ? "Nothing was found" : `${count(audit.data.flaws.length, "thing")} found`} in{" "}
            {Object.entries(audit.data.checked)
              .map(([name, checked]) => `${number(checked)} ${name}`)
              .join(" and ")}
            .
          </p>
          <ul className="rows">
            {audit.data.flaws.slice(0, 200).map((flaw) => (
              <li key={`${flaw.sort}/${flaw.ids.join()}`} className="row">
                <span className="row-main">{flaw.detail}</span>
                <span className="row-meta">
                  <span>{flaw.sort}</span>
                  {flaw.ids
                    .filter((id) => id.startsWith("f_"))
                    .map((id, place) => (
                      <a key={id} href={address(user, "facts", id)}>
                        fact {place + 1}
                      </a>
                    ))}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      <button type="button" className="button" disabled={audit.isFetching} onClick={() => void audit.refetch()}>
        {audit.isFetching ? "Looking…" : "Look now"}
      </button>
    </section>
  );
}
