"""How an answer is made and checked; `answer` is the path. Pure.

evidence        a context → numbered pieces, and their text in a prompt
citations       a reply → its text with citations that name what was shown, whole or as it comes
quoting         an answer without a model: the words of the best hits
conversation    messages and a context → what a model is shown in a chat
"""
