"""What assistants answer on an ordinary day. The sentences that tell the reader what to do begin with `>`."""

from __future__ import annotations

_ANSWERS = """
Lentil soup takes half an hour. >Rinse 200 g of red lentils and chop two onions. >Fry the onions until they are soft. >Never salt the
lentils before they are done. It serves four.

A beginner reaches ten kilometres in eight weeks. >Run three times a week and rest in between. >Don't run on two days in a row.
>Always warm up for five minutes. Week five is the hardest.

The visa form has nine pages. >Fill in block capitals only. >Remember to sign page seven. >Bring two photos and a bank statement. The
consulate answers within ten days.

Orchids die of too much water. >Give the plant water once a week. >Keep it away from the radiator. South windows are too bright for most
kinds.

That error means that the port is taken. >Stop the other process or choose another port. >Use port 8081 for now. >Check the log if
it happens again.

Lisbon is hilly and the trams are crowded. >Buy a day ticket at the station. >Visit Belem early in the morning. >Avoid the tram 28
after ten. The funicular is the nicest way up.

A tenant may give notice three months ahead. >Send the letter by registered mail. >Keep a copy of it. >Note that the deadline is the third
working day.

Bread needs time more than kneading. >Mix flour, water and salt, and wait for an hour. >Fold the dough four times. >Bake it at 240
degrees. The crust should sound hollow.

Small talk gets easier with practice. >Ask open questions. >Listen before answering. >Always say thanks at the end. Most people like
to talk about their work.

The tax return is due in July. >Collect all receipts first. >Do not forget the travel costs. >Put the forms in the order of the
list. >Remember that the office closes at noon on Fridays.
"""

_MARKED = [" ".join(answer.split()) for answer in _ANSWERS.strip().split("\n\n")]

ADVICE = [answer.replace(">", "") for answer in _MARKED]


def advised(advice: str) -> list[str]:
    """Return the sentences of one answer that tell the reader what to do."""
    marked = _MARKED[ADVICE.index(advice)].replace(". ", ".\n").splitlines()
    return [sentence[1:] for sentence in marked if sentence.startswith(">")]
