// The signals of a hit, in words.

import type { Hit } from "../api/types";

const CHANNELS: Record<string, { title: string; text: string; unit: string }> = {
  lexical: { title: "Words", text: "words that it shares with the question; rare ones count more", unit: "BM25" },
  dense: { title: "Meaning", text: "how near the sentence as a whole is to the question", unit: "cosine" },
  late: { title: "Word by word", text: "how near each word of the question is to one of it", unit: "MaxSim" },
};

const FEATURES: Record<string, (score: number) => string> = {
  before: () => "The turn before it fits the question.",
  after: () => "The turn after it fits the question.",
  unlikely_speaker: () => "The assistant said it: that counts less.",
  asked: (score) => (score > 0 ? "Said by the person asked about." : "Said by somebody else than the person asked about."),
  window: () => "Said in the time asked about.",
  outdated: () => "What it told is not so any more: that counts less.",
  later: () => "Said after the moment of the question: that counts less.",
};

export function Explained({ hit, hits }: { hit: Hit; hits: Hit[] }) {
  const channels = hit.signals.filter(({ channel }) => channel in CHANNELS);
  const reasons = hit.signals.flatMap(({ channel, score }) => {
    const reason = FEATURES[channel.replace("feature.", "")];
    return reason && channel.startsWith("feature.") && Math.abs(score) > 0.01 ? [reason(score)] : [];
  });
  return (
    <div className="explained">
      <table>
        <thead>
          <tr>
            <th scope="col">Signal</th>
            <th scope="col">Among these hits</th>
            <th scope="col">Score</th>
            <th scope="col">Rank</th>
          </tr>
        </thead>
        <tbody>
          {channels.map(({ channel, score, rank }) => (
            <tr key={channel}>
              <th scope="row">
                {CHANNELS[channel]?.title}
                <span>{CHANNELS[channel]?.text}</span>
              </th>
              <td>
                <meter min={0} max={1} value={standing(channel, score, hits)} aria-label={CHANNELS[channel]?.title} />
              </td>
              <td>
                {score.toFixed(2)} <span className="unit">{CHANNELS[channel]?.unit}</span>
              </td>
              <td>{rank === null ? "not found" : rank}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {reasons.length > 0 && (
        <ul className="reasons">
          {reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      <p className="hint">
        The score of a hit, {(hit.score * 100).toFixed(1)} %, weighs all of this: about the chance that it bears on the question.
      </p>
    </div>
  );
}

/** Where a score lies between the least and the greatest of its channel, from 0 to 1: channels have measures of their own. */
function standing(channel: string, score: number, hits: Hit[]): number {
  const scores = hits.flatMap(({ signals }) => signals.filter((each) => each.channel === channel).map((each) => each.score));
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  return most > least ? Math.max(0.02, (score - least) / (most - least)) : 1;
}
