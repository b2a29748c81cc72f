"""Questions answered and judged: the paper's evaluation, and what it left out.

transcript      a conversation as lines and chunks of text
calls           model calls that are kept, given again, counted, or waited for
batch           pending calls as files of a batch API, and its replies
reading         a context and a question → an answer
judging         answers → verdicts
folder          what a run keeps on disk
run             systems × conversations × questions, resumable
"""
