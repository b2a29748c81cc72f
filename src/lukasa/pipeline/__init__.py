"""How remembering and recalling work: every module once, in call order.

write
    remember            the path: from what a caller hands in to one `Store.apply`
    messages            messages → drafts of turns
    represent           a turn → the text that is indexed, and how it is shown
    encode              texts → vectors, or why there are none
    analyse             text → terms (language_data: its words and rules)
    traits              text → what it is like, in numbers

read
    recall              the path: from a question to hits or a context
    warm                a partition's heads and vectors, held as arrays (token_rows: those of the tokens)
    understand          question → terms, shape, names (dates_in_questions: windows of time)
    channels            where to look: full-text, dense, late interaction
    evidence            all that speaks for a candidate, as a row of numbers
    fuse                one score of it
    ranking             all candidates, best first; hits and signals
    confidence          how sure to be, and when to abstain
    rank                a cross-encoder's second opinion, if asked for
    compose             turns → a block of text within a budget

upkeep
    reembed             vectors of the embedder in use
    reindex             terms of the analysis in use

arrays                  the arrays that ranking computes with
policy                  every number that can be tuned, with its reason
"""
