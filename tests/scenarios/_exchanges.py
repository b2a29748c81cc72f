"""Exchanges that say something only together: neither the question nor the answer says it alone.

Each is who asks, what, who answers, what, and the fact that a reader of both takes from them. `assistant` is the agent; all were
said on Sunday 1 March 2026.
"""

from __future__ import annotations

from typing import NamedTuple


class Exchange(NamedTuple):
    first: str
    said: str
    second: str
    replied: str
    fact: str


TOGETHER = [
    Exchange(*row)
    for row in (
        ("Ben", "What is your dog called?", "Ana", "Rex!", "Ana's dog is called Rex."),
        ("Ben", "Do you eat meat?", "Ana", "No, not for years.", "Ana does not eat meat."),
        ("Ben", "So you're moving to Faro in May?", "Ana", "Yes, exactly!", "Ana is moving to Faro in May 2026."),
        ("Ben", "How many children do you have now?", "Ana", "Three.", "Ana has three children."),
        ("Ben", "Which instrument do you play?", "Ana", "The oboe, mostly.", "Ana plays the oboe."),
        ("Ben", "Are you still with Initech?", "Ana", "Yep, eight years now.", "Ana has been with Initech for eight years."),
        ("Ben", "Where did you two meet?", "Ana", "At a climbing gym in Leeds.", "Ana met her partner at a climbing gym in Leeds."),
        ("Ben", "Did you pass the driving test?", "Ana", "I did, on Friday!", "Ana passed the driving test on 27 February 2026."),
        ("Ben", "Is it true that you're allergic to shellfish?", "Ana", "Sadly, yes.", "Ana is allergic to shellfish."),
        ("Ben", "Have you ever been to Norway?", "Ana", "Never.", "Ana has never been to Norway."),
        ("Ben", "What do you do for a living?", "Ana", "Nurse, night shifts.", "Ana works as a nurse on night shifts."),
        ("Ben", "Tea or coffee in the morning?", "Ana", "Always tea.", "Ana drinks tea in the morning."),
        ("Ben", "Who taught you to sail?", "Ana", "My uncle Rui.", "Ana's uncle Rui taught her to sail."),
        ("Ben", "When is your birthday?", "Ana", "The ninth of July.", "Ana's birthday is on 9 July."),
        ("Ben", "Will you come to my wedding?", "Ana", "Of course I will!", "Ana will come to Ben's wedding."),
        ("Ben", "Did you sell the van?", "Ana", "Last week, finally.", "Ana sold the van in February 2026."),
        ("Ben", "What's the name of the school that your son goes to?", "Ana", "Oakfield.", "Ana's son goes to Oakfield school."),
        ("Ben", "Is Ines your sister?", "Ana", "My cousin, actually.", "Ines is Ana's cousin."),
        ("Ben", "Do you prefer the window or the aisle on flights?", "Ana", "Aisle.", "Ana prefers the aisle on flights."),
        ("Ben", "Have you quit smoking?", "Ana", "Yes, in January.", "Ana quit smoking in January 2026."),
        ("Ben", "How long have you lived in Porto?", "Ana", "Since 2019.", "Ana has lived in Porto since 2019."),
        ("Ben", "What are you reading at the moment?", "Ana", "Middlemarch, again.", "Ana is reading Middlemarch again."),
        ("Ben", "Is your mother better?", "Ana", "Much better, she's home from hospital.", "Ana's mother is home from hospital."),
        ("Ben", "Which team do you support?", "Ana", "Benfica, since I was six.", "Ana has supported Benfica since she was six."),
        ("Ben", "Did they give you the promotion?", "Ana", "They did. Head of sales!", "Ana was promoted to head of sales."),
        ("Ben", "Are you learning Greek or Turkish?", "Ana", "Greek, twice a week.", "Ana is learning Greek twice a week."),
        ("Ben", "Do you have any pets?", "Ana", "Two parrots, Kiwi and Mango.", "Ana has two parrots called Kiwi and Mango."),
        ("Ben", "How do you get to work?", "Ana", "By bike, whatever the weather.", "Ana goes to work by bike."),
        ("assistant", "Shall I book Table 4 at Azul for Friday at eight?", "Ana", "Perfect, please do.", "Ana has a table at Azul on Friday at eight."),
        ("assistant", "Is lactose a problem for you?", "Ana", "A big one, yes.", "Ana cannot have lactose."),
        ("assistant", "What is your shoe size?", "Ana", "39.", "Ana's shoe size is 39."),
        ("assistant", "Which city should I use for the weather?", "Ana", "Braga.", "Ana wants the weather for Braga."),
        ("assistant", "Do you want the reports weekly or monthly?", "Ana", "Weekly.", "Ana wants weekly reports."),
        ("assistant", "May I call you Annie?", "Ana", "Sure, everybody does.", "Ana may be called Annie."),
        ("Ana", "Can you find me a room in Lagos for 3 May?", "assistant", "Done: you have a room at Casa Sol, confirmation LX-204.", "Ana has a room at Casa Sol in Lagos for 3 May 2026, confirmation LX-204."),
        ("Ana", "Great, that works, thanks!", "assistant", "Then your appointment with Dr Melo is on 12 March at 10:30.", "Ana has an appointment with Dr Melo on 12 March 2026 at 10:30."),
        ("Ana", "Which of the two laptops should I get?", "assistant", "The Tern 14, since you travel so much.", "The assistant recommended the Tern 14 to Ana because she travels a lot."),
        ("Ana", "Is it five or six of us on the trip?", "assistant", "Six, with your brother.", "Six people are on Ana's trip, with her brother."),
        ("Ana", "Remind me, what did we call the project?", "assistant", "Project Heron.", "Ana's project is called Project Heron."),
        ("Ana", "Did my order ship?", "assistant", "Yes, it arrives on Tuesday with Velox.", "Ana's order arrives on Tuesday 3 March 2026 with Velox."),
    )
]  # fmt: skip

INVENTED = [
    Exchange(*row)
    for row in (
        ("Ben", "What is your dog called?", "Ana", "Rex!", "Ana's dog is called Bruno."),
        ("Ben", "I lost my job as a baker on Friday.", "Ana", "Oh no, I am so sorry!", "Ana lost her job as a baker on 27 February 2026."),
        ("Ben", "Do you eat meat?", "Ana", "No, not for years.", "Ana eats meat."),
        ("Ben", "So you're moving to Faro in May?", "Ana", "Yes, exactly!", "Ana is moving to Faro in October 2026."),
        ("Ben", "How many children do you have now?", "Ana", "Three.", "Ana has four children."),
        ("Ben", "Have you ever been to Norway?", "Ana", "Never.", "Ana has been to Norway."),
        ("Ben", "Who taught you to sail?", "Ana", "My uncle Rui.", "Ana's uncle Takeshi taught her to sail."),
        ("Ben", "How long have you lived in Porto?", "Ana", "Since 2019.", "Ana has lived in Porto since 2011."),
        ("Ben", "Did you sell the van?", "Ana", "Last week, finally.", "Ana sold the van after a painful divorce."),
        ("Ben", "Tea or coffee in the morning?", "Ana", "Always tea.", "Zorblax moved to Ostrafell in February 2031."),
        ("assistant", "What is your shoe size?", "Ana", "39.", "Ana's shoe size is 42."),
        ("assistant", "Which city should I use for the weather?", "Ana", "Braga.", "Ana wants the weather for Tallinn."),
        ("Ana", "Did my order ship?", "assistant", "Yes, it arrives on Tuesday with Velox.", "Ana's order arrives on Tuesday 3 March 2026 with Parcelo."),
    )
]  # fmt: skip
