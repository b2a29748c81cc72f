"""A model reads turns and proposes facts; rules judge, compare and write them.

segment         what is read in one call
transcript      how turns are shown, and how a quotation is found again
guidance        what a user wants remembered, and how
reply           what the model is asked to fill in
candidates      what it filled in → claims, each with the words that it rests on
recipe          what a recipe is; Background and Reading, its input and output
one_call        recipe `llm`: facts and summary of a segment in one call; a second one for what rules cannot decide
message_pairs   recipe `paper`: the Mem0 paper's two phases, a tool call for each fact
triplets        … and its graph variant: entities, then relations
neighbours      the known facts that are most like a text
summarise       the rolling summary S
reading         turns → versions of facts; the rules read where the model fails
extraction      the job: read what is unread of a session, and write what follows
catch_up        have read what was never read
again           read a session again, after the model or the rules changed
"""
