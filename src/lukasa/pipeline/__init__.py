"""How remembering and recalling work: every module once, in call order; a folder has a table of its own.

write
    remember            the path: from what a caller hands in to one `Store.apply`
    messages            messages → drafts of turns
    secrets             values that must not be stored → labels (secrets_data: their shapes) (secret_checks: what tells them apart)
    represent           a turn → the text that is indexed, and how it is shown
    encode              texts → vectors, or why there are none
    analyse             text → terms (language_data: its words and rules)
    traits              text → what it is like, in numbers

believe
    believe             the path: from turns to versions of facts
    statement           a fact that a person states in so many words
    sentences           text → sentences, as spans
    served              what was shown lately, so that it is not taken for news
    attributes          the labels that facts are sorted by
    versions            the next version of a fact, for all that a person or time does to it
    validity            when what somebody says is true
    (folders)           `rules` turns → claims; `dates` time in words; `gate` which claims pass; `resolve` claims and what is known

read
    recall              the path: from a question to hits or a context
    looked              what of the memory a question looks at
    warm                a partition's heads and vectors, held as arrays (token_rows: those of the tokens) (warm_facts: its facts)
    understand          question → terms, shape, names, windows of time
    channels            where to look: full-text, dense, late interaction
    evidence            all that speaks for a candidate, as a row of numbers
    fuse                one score of it
    fact_ranking        facts, scored beside the turns that they rest on
    ranking             all candidates, best first; hits and signals
    confidence          how sure to be, and when to abstain
    rank                a cross-encoder's second opinion, if asked for
    offers              which of them are shown, and in which order
    profile             the lines that stay the same until a fact changes
    compose             turns and facts → a block of text within a budget

with a model
    answer              a question → an answer with citations, or none
    asking              a reply of a given shape, asked for twice at most
    meter               what calls take: the budget before, the ledger after
    worker              jobs that were left for later
    (folders)           `distil` turns → facts by a model; `replies` what a model said → values; `answering` questions → answers

take back
    undo                the state before a change, as new changes
    erase               what goes with what is destroyed, and what is left

upkeep
    extract             claims of turns that the extractor has not read
    documents           what is indexed of a document, whatever its kind
    reembed             vectors of the embedder in use
    reindex             terms of the analysis in use
    maintain            a round of care: what expired, what says the same, what is missing
    (folders)           `audit` looks for rot; `graph` facts as entities and relations

arrays                  the arrays that ranking computes with
policy                  every number that can be tuned, with its reason
"""
