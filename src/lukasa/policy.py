"""Numbers that a person tunes, with the reason for each default.

Retrieval constants were chosen on LoCoMo conversations 1–5 and confirmed on 6–10; docs/research-log.md has the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from lukasa import weights
from lukasa.weights import BestChannel

EMBEDDED_PASSAGES = 256
"""Passages of one turn that get vectors, from its beginning: about 25,000 words, which take two or three seconds to encode. A turn
of 1 MB would take half a minute. Full-text has all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputLimits:
    """How large and how deep what callers hand in may be; `bounds.py` checks it. Beyond a limit a verb raises `InputError`.

    They are far above what honest input needs, and low enough that nothing that is handed in can fill the memory or
    keep everybody else waiting. The text of a turn has its own limit: `RememberPolicy.max_turn_bytes`.
    """

    label_bytes: int = 1_000
    """Session, speaker, agent, key, id, attribute, subject, a metadata key. They are repeated in index, vectors and
    contexts: a speaker's name of 100 kB would be encoded with each of their turns."""

    question_bytes: int = 100_000
    """A pasted page with a question about it. Full-text looks for at most 48 of its terms (`RecallPolicy.max_terms`)."""

    fact_bytes: int = 20_000
    """A fact is a sentence: its words, its value, a text to be erased."""

    facts: int = 1_000
    """Facts that the caller names in one call of `remember`."""

    fact_search: int = 100_000_000
    """Such facts that name no message, times the characters in which each is looked for: a few seconds of computing."""

    reason_bytes: int = 4_000

    metadata_bytes: int = 100_000
    """Keys and texts of one message's metadata together; each message may have as much."""

    metadata_values: int = 1_000
    """Values at all levels: each at the top, or in a list there, becomes a row that filters read."""

    metadata_depth: int = 8
    """Mappings and lists within one another."""

    filter_depth: int = 21
    """A mapping may have 20 (`domain.filter.MAX_DEPTH`), and each of them one condition more."""

    filter_bytes: int = 20_000
    """A text that is compared with."""

    conditions: int = 20_000
    """Conditions and values of one filter: SQLite binds 32,766 values."""

    ids: int = 100_000
    """Ids in one call."""

    messages: int = 100_000
    """Messages in one call: they are written in one transaction, and held in memory until then, about 3 kB each."""

    call_bytes: int = 100_000_000
    """Texts of one call together."""

    guidance_bytes: int = 20_000
    """Guidance goes into every prompt of an extraction."""

    setting_bytes: int = 4_000
    """A setting that is a text: names, paths, URLs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberPolicy:
    """How turns are taken in."""

    max_turn_bytes: int = 1_000_000
    """A larger text is a document, not a turn: it would be cut by the encoder and crowd out a context."""

    retry_window: timedelta = timedelta(minutes=10)
    """A single message without a time that repeats the session's last turn within this span is a client's retry.
    Longer ago, it was really said again."""

    overlap: int = 50
    """How many of the session's last turns are compared with the beginning of a call that sends history again."""

    redact: bool = True
    """Whether secrets (keys, passwords, card numbers) are replaced by a label before anything is stored. What is stored
    is served to models for years, and a key in it would be copied with it."""

    attempts: int = 100
    """How often a write is decided again because another process came first: with eight that do nothing else, each
    attempt fails seven times in eight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvePolicy:
    """How claims are compared with what is known."""

    near_duplicate: float = 0.9
    """Likeness of two sentences from which they are called near duplicates, unless they disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much may be spent on model calls; 0: no bound."""

    calls: int = 0
    tokens: int = 0
    """In and out."""

    dollars: float = 0.0
    """Calls without a known price count nothing."""

    @property
    def bounded(self) -> bool:
        return bool(self.calls or self.tokens or self.dollars)


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPolicy:
    """Limits of model calls. They are checked before each call, so the last one may go beyond them."""

    run: Allowance = field(default_factory=Allowance)
    """For one call of a verb, or one job."""

    day: Allowance = field(default_factory=Allowance)
    """For all partitions, by the day in UTC."""

    user_day: Allowance = field(default_factory=Allowance)
    """For one partition, by the day in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionPolicy:
    """How a model extracts facts from turns."""

    segment: int = 3_000
    """Characters that are read in one call. Longer ones make models forget the middle; shorter ones pay for the
    instructions again."""

    overhang: float = 0.4
    """How much longer a segment may be when the rest would be shorter than that: one call less."""

    recent: int = 10
    """m: messages before the new ones that are shown for understanding (paper §1.3: 10)."""

    similar: int = 10
    """s: known facts that each new one is compared with in the recipe `paper` (paper §1.3: 10)."""

    neighbours: int = 3
    """Known facts that an undecided one is compared with in the recipe `llm`: more cost tokens, and the first is nearly
    always the one."""

    undecided: float = 0.75
    """Cosine of two facts about the same subject from which rules alone do not say that both stand."""

    summary_words: int = 220
    """Longest summary S; the paper names no limit."""

    summary_every: int = 20
    """Turns after which S is refreshed in the recipe `paper`: the last `recent` are shown anyway, so S is at most ten
    behind what is shown. The paper says only "periodically"."""

    reply_tokens: int = 3_000
    """Longest reply. A segment of 3,000 characters gave up to about 1,500 tokens of facts."""

    timeout: float = 90.0
    """Seconds for one call; it runs in the background."""

    patience: timedelta = timedelta(seconds=30)
    """How long turns wait for more of their session before a model reads them: exchange by exchange, the instructions
    would be paid for each time, and the recipe `paper` wants the answer to a message beside it. `flush` does not wait."""

    gather: timedelta = timedelta(minutes=2)
    """How long new facts wait to be compared with those like them in the recipe `llm`, so that several sessions share a
    call. `flush` does not wait."""

    longest_turn: int = 12_000
    """Characters of one turn that are shown to a model: what is longer is a document, and is read by its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintainPolicy:
    """How much one round of maintenance may do to a partition; the next one goes on from there."""

    merges: int = 500
    """Versions of facts written."""

    documents: int = 512
    """Documents given vectors: about ten seconds of work."""

    refresh: int = 64
    """Documents of another version of Lukasa that one round of `refresh` indexes and embeds anew: a second or two of work."""

    summaries: int = 20
    """Sessions that a model summarises."""

    turns: int = 5_000
    """Latest turns that are looked at for sessions to summarise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPolicy:
    """How background jobs run."""

    concurrency: int = 4
    """Sessions at once, in one process."""

    lease: timedelta = timedelta(minutes=2)
    """After this, a silent worker counts as dead and another takes over its job, so this is how long the jobs of a killed
    process wait. Leases are prolonged while work goes on."""

    attempts: int = 8
    """With the waits below, an outage of about an hour is survived."""

    first_wait: timedelta = timedelta(seconds=2)
    """Before the second attempt; then four times as long each time."""

    longest_wait: timedelta = timedelta(minutes=30)

    poll: timedelta = timedelta(seconds=2)
    """How often a worker looks for jobs of other processes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPolicy:
    """How patient a client is with the server whose memory it uses. All times are in seconds."""

    connect: float = 5.0
    """For a connection: further away than this is out of reach."""

    timeout: float = 120.0
    """Until the next part of a reply: a model may have to write it first, and models get 60 s."""

    attempts: int = 3
    """How often a request is sent that the server did not take, or that changes nothing when it is sent again."""

    first_wait: float = 0.25
    """Before the second attempt, then twice as long each time; the server may say how long instead."""

    longest_wait: float = 20.0
    """A key that asked too often has its next request within a minute at most; nobody should hang as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposePolicy:
    """How a context is put together."""

    length_penalty: float = 0.6
    """Taken from a turn's score for each unit of the logarithm of its words, when a context is packed: two short turns
    tell more than one long one. 0.3 to 0.9 were about alike on the dev split; 0 was worse."""

    turns: float = 0.5
    """Share of the budget, in words, that goes to the best turns as they were said; facts compete for the rest."""

    several: float = 1.0
    """What a fact counts more beside turns where several things are asked for: in fewer words, more of them are reached."""

    when: float = 1.0
    """What it counts less where a time or a wording is asked for: turns hold both."""

    profile_share: float = 0.02
    """Share of the budget that the stable profile may take: every word of it is one less for what was asked. On the dev
    split, 5 % cost 0.4 points of the questions whose evidence is complete, 2 % none."""

    profile_tokens: tuple[int, int] = (30, 100)
    """At least and at most so many tokens, though never more than a tenth of the budget."""

    profile_confidence: float = 0.7
    """Least confidence of a fact in the profile: a prompt begins with it, whatever is asked."""

    misses: int = 8
    """Turns that may be passed over because they do not fit; more would fill the rest with ever weaker ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactPolicy:
    """How facts are weighed beside the turns that they rest on."""

    most: float = 0.5
    """Highest chance that a fact says what its turn has for the question. It, `base` and `late` fit how often facts of a strong
    model have all words of the answer that their turn has, on LongMemEval (docs/results/facts.md)."""

    base: float = 1.0
    """Log-odds that a fact says what its turn has for the question, where both match it equally well."""

    late: float = 30.0
    """What they gain for each unit by which the fact matches the question better than its turn (mean MaxSim)."""

    lexical: float = 0.1
    """The same for full-text, where there are no token vectors."""

    window: float = 1.0
    """What a fact gains if it was true in the time asked about."""

    share: float = 0.34
    """The most that facts may take of the hits of a recall."""

    alone: Literal["auto", "fused", "dense"] = "auto"
    """What ranks facts that are asked for without turns: every signal (`fused`), or their vectors alone (`dense`), as the Mem0
    paper does. `auto`: `dense` in the recipe `paper` and its graph variant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPolicy:
    """How turns are found and weighed."""

    per_channel: int = 100
    """Candidates taken from each channel in a large partition. With all ten LoCoMo conversations in one partition (5,882
    turns), 60, 100 and 200 found as much as scoring every turn (recall@20 79.3, 78.3, 78.8 against 78.8); so they do on BEAM and
    RealMem."""

    neighbours_of: int = 30
    """The best of each channel bring their neighbours along: answers follow questions."""

    exact_documents: int = 700
    """Up to this many documents, counted by their passages, late interaction scores every one, in about 3 ms on one core;
    beyond it, the channels' candidates only, which find as much (see `per_channel`)."""

    late_passages: int = 1
    """Beyond that, so many passages of each candidate: those nearest by their single vectors, and the best by words. 1 to 5
    find the same on BEAM and RealMem."""

    warm_bytes: int = 256_000_000
    """Memory for warm partitions; the least recently asked are dropped beyond it."""

    warm_token_bytes: int = 16_000_000
    """Memory for one partition's token vectors; when it is full, they are dropped and read again as questions need them. That
    many hold 10,000 short turns; with eight times as much, recall over 50,000 took 4 % less processor time."""

    max_terms: int = 48
    """Terms of a question that full-text looks for; a pasted page is cut."""

    common_terms: float = 0.2
    """Terms in more than this share of the documents are left out of the lexical channel: they made it five times
    slower at 50,000 documents and did not change the ranking."""

    max_bare: float = 0.1
    """From this share of turns without vectors (another embedder made the file, or ours failed), only full-text
    looks: beside turns that have vectors, those that have none would be ranked by an average."""

    fusion: Mapping[BestChannel, Mapping[str, float]] = field(default_factory=weights.fusion)
    """Weights of the features, by the best channel that scored the candidates."""

    confidence: Mapping[str, Mapping[str, float]] = field(default_factory=weights.confidence)
    """Weights of the confidence features, by the embedder's name."""

    compose: ComposePolicy = field(default_factory=ComposePolicy)
    facts: FactPolicy = field(default_factory=FactPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPolicy:
    """When two names are one entity's, and which relations bear on a question."""

    crowd: int = 64
    """A misspelled name is recognised by its context, such as the firm that both spellings work at. In a context of more
    names than this, two people may well have similar names."""

    same_node: float = 0.985
    """t: cosine of two names and their types from which they are one node's, in a graph that a model found; above 1, only what is
    stated and spelling join names. Chosen on 88 labelled pairs, where it joined no two that differ and half of the others; on 84
    fresh ones it joined 26 rightly and one wrongly (docs/paper.md has the curve)."""

    near_node: float = 0.865
    """Cosine of question and node from which the node is one of the question's. Of 13 questions, the right node was found for all;
    off-topic ones were 0.865 away at most."""

    relevant: float = 0.86
    """Cosine of question and relation from which the relation bears on the question. Of 22 questions over 16 relations, all 17 that
    bear on one were kept, and no off-topic question found any (the nearest had 0.85).

    These three are in the measure of the bundled embedder, and are carried over to another (`graph/calibration.py`)."""

    share: float = 0.15
    """The most of a context's budget that relations of a graph which a model found may take."""

    cached_views: int = 8
    """Graphs that are kept in memory; a large one takes about a kilobyte a fact."""
