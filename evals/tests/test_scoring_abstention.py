"""What counts as saying that nothing is known. Every phrase is invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lukasa_evals.scoring.abstention import says_unknown

UNKNOWN = (
    # Who answers does not know.
    "I don't know.",
    "I do not know",
    "i dont know",
    "I really don't know.",
    "I’m sorry, I don’t know.",
    "Sorry, I can't tell.",
    "We can't tell from this.",
    "I cannot determine that.",
    "I couldn't find anything.",
    "I don't have that information.",
    "I do not have any information about Petra's boat.",
    "I don't have enough context to answer.",
    "I have no information on that.",
    "I have no idea.",
    "I see no mention of it.",
    "I found no record of a boat.",
    "I don't recall her saying so.",
    "I'm not sure.",
    "I am not certain about that.",
    "I'm unable to say.",
    "I am not able to answer this from the notes.",
    "Not sure.",
    "No idea.",
    "Don't know",
    # Nothing is there to know it from.
    "There is no information about a boat.",
    "There's no specific mention of it.",
    "There isn't any information on this.",
    "There is not enough information to answer.",
    "There's nothing about that.",
    "There was no mention of it.",
    "No information available.",
    "No mention of this.",
    "No relevant memories found.",
    "Not enough information.",
    "Insufficient data",
    "The notes contain no reference to a boat.",
    "The conversation does not mention a boat.",
    "The context doesn't contain that.",
    "The memories provided do not reveal where she lives.",
    "The information is not available.",
    "That information is missing.",
    "The details aren't available here.",
    "The data is not yet available.",
    "Based on the notes, there is no information about her sister.",
    "From what was said, it is impossible to know.",
    # It was not said.
    "It is not mentioned.",
    "Not mentioned",
    "This was not specified.",
    "Not stated in the notes",
    "Her age is not known.",
    "That is not explicitly mentioned.",
    "The date isn't specified.",
    "It hasn't been discussed.",
    "The notes do not say.",
    "The notes don’t tell.",
    "It doesn't say.",
    "They never mentioned it.",
    "She never said.",
    "She didn't say where.",
    "Petra does not specify which boat.",
    "It isn't clear from the conversation.",
    "None mentioned",
    "Nothing is known about it",
    "Nobody said so.",
    # It cannot be found out.
    "It cannot be determined.",
    "It can't be inferred from the context.",
    "Unknown",
    "UNKNOWN.",
    "Unclear.",
    "The reason is unclear.",
    "unanswerable",
    "N/A",
    "It's hard to say.",
    "The answer is unknown.",
    # More than one sentence, and something beside it.
    "No. The notes do not mention a boat.",
    "I don't know. Please ask Petra.",
    "I don't know. The notes do not cover that.",
    "The notes don't mention a boat. They are about her bicycle.",
    "There is no mention of a boat, so I cannot answer.",
    "Although she mentions her sister, her age is not specified.",
    "While the notes are about sailing, they don't say whose boat it was.",
    "I'm not sure, but I don't think it was mentioned.",
    "I'm sorry, but there is no information about that.",
    "Based on the notes, not mentioned.",
    "Honestly, not sure.",
    "From the conversation - I don't know.",
    "I'm not sure, but you could ask Petra.",
    "I cannot answer that. Let me know if you have more notes.",
)

KNOWN = (
    "Lisbon",
    "Yes",
    "No",
    "No, she sold it.",
    "None",
    "Nothing",
    "Nobody",
    "Two cats",
    "In May 2023",
    "No sugar",
    "Not Porto",
    "Not in 2022, in 2023",
    "Not long",
    "no notes of vanilla",
    # Denials are answers.
    "She does not like fish.",
    "He didn't go.",
    "She doesn't own a car.",
    "He never learned to swim.",
    "They do not eat meat.",
    "She has no siblings.",
    "He has no car.",
    "There is no sugar in it.",
    "There are no cats at home.",
    "There was no wedding.",
    "She can't swim.",
    "He couldn't find his keys.",
    "She was unable to attend.",
    "It was not in the garage.",
    "The dog was not found.",
    "He was not available on Friday.",
    "She was not given a raise.",
    "He is not known for his patience.",
    "Her mother was not told about the wedding.",
    "She never said goodbye.",
    "She told nobody.",
    "It was hard to say goodbye.",
    "Her history teacher does not give homework.",
    "He doesn't show his paintings.",
    "It is not the red one; the blue one.",
    # Words of not knowing about other things.
    "An unknown artist",
    "He is unaware of the party",
    "She lost her memory card.",
    "The record store",
    "A note from Petra",
    "Her notes on sailing",
    "It was clear weather.",
    "He said that he knows.",
    "She knows Petra.",
    "There are three.",
    "There is a bakery below.",
    # Answers with reservations.
    "I'm not sure, but she probably lives in Lisbon.",
    "I’m not sure but it was Lisbon",
    "I am not certain. She lives in Lisbon.",
    "I'm not entirely sure, probably Lisbon.",
    "Not sure, I think it was in May.",
    "I don't know for certain, however she moved to Porto in May.",
    "I don't know exactly, but the notes say Lisbon.",
    "It is not stated, but likely in spring.",
    "The notes don't say. Perhaps it was Lisbon.",
    "The city isn't mentioned, so it must be Lisbon.",
    "Although it is not stated, she lives in Lisbon.",
    "There is no exact date; my best guess is June 2023.",
    "Lisbon, though it is not mentioned directly.",
    "Probably Lisbon, but I'm not sure.",
    "Lisbon (not explicitly stated)",
    "In Lisbon. It is not stated when.",
    "Based on the notes, she lives in Lisbon. Her street is not mentioned.",
    "You can find her in Lisbon. The street is not mentioned.",
    "Lisbon, not explicitly stated",
    "In May 2023, the exact day is not specified.",
    "She moved to Lisbon. The exact date is not mentioned.",
)


@pytest.mark.parametrize("answer", UNKNOWN)
def test_an_answer_that_says_that_nothing_is_known(answer: str):
    assert says_unknown(answer)


@pytest.mark.parametrize("answer", KNOWN)
def test_an_answer_that_says_something(answer: str):
    assert not says_unknown(answer)


@pytest.mark.parametrize("answer", ["", " ", "\n\t", "...", "?"])
def test_an_empty_answer_says_nothing_at_all(answer: str):
    assert not says_unknown(answer)


@pytest.mark.parametrize("answer", ["I don't know.", "Not mentioned", "Lisbon", "She does not like fish."])
def test_case_and_layout_do_not_matter(answer: str):
    shaped = f"\n  {answer.upper().replace(' ', '  ')} \n"

    assert says_unknown(shaped) == says_unknown(answer)


@given(st.text(max_size=200))
def test_any_text_can_be_read(answer: str):
    assert says_unknown(answer) in {True, False}
