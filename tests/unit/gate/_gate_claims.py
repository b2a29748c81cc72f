"""Labelled claims: what somebody said, and what an extractor made of it. The people are invented.

A line is `kind; what was said; the claim`. `{…}` is a date or name that the extractor resolved; `Ines` is the speaker,
and the subject unless the claim begins with `<subject>`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from lukasa.domain.claim import Claim
from lukasa.domain.fact import FactKind
from lukasa.domain.turn import Origin, Role, Source, Turn

AT = datetime(2023, 5, 8, 14, 30, tzinfo=UTC)
KNOWN = ("Ines", "Tomasz", "Farid")


def make_turn(
    text: str, *, role: Role = "user", origin: Origin = "user", speaker: str | None = "Ines"
) -> Turn:
    return Turn(id="t1", role=role, text=text, at=AT, recorded_at=AT, speaker=speaker, origin=origin)


def make_claim(text: str, turn: Turn, *, quote: str | None = None, **changes: object) -> Claim:
    """Return a claim about the speaker that cites *quote*, by default all of the turn."""
    quote = turn.text if quote is None else quote
    start = turn.text.index(quote)
    resolved = tuple(re.findall(r"\{([^}]*)\}", text))
    text = text.replace("{", "").replace("}", "")
    subject = turn.speaker or "User"
    if text.startswith("<") and "subject" not in changes:
        subject, text = text[1:].split("> ", 1)
    given: dict[str, object] = {
        "subject": subject,
        "text": text,
        "kind": "fact",
        "source": Source(turn=turn.id, start=start, end=start + len(quote), at=AT, speaker=turn.speaker),
        "quote": quote,
        "resolved": (turn.speaker or "User", *resolved),
    }
    return Claim(**(given | changes))  # type: ignore[arg-type]


def parse(lines: str) -> list[tuple[FactKind, str, str]]:
    """Return (kind, what was said, the claim) of each line."""
    out: list[tuple[FactKind, str, str]] = []
    for line in lines.strip().splitlines():
        kind, said, claimed = line.split("; ", 2)
        out.append((kind, said.replace("\\n", "\n"), claimed))  # type: ignore[arg-type]
    return out


GOOD = parse("""
profile; I live in Lisbon now.; Ines lives in Lisbon
profile; I'm originally from Tartu, a small town in Estonia.; Ines is originally from Tartu
profile; I work as a nurse at St. Anna hospital.; Ines works as a nurse at St. Anna hospital
profile; My name is Ines Varga, by the way.; Ines's name is Ines Varga
profile; I turned 34 last week.; Ines turned 34 last week
profile; My birthday is on the 3rd of March.; Ines's birthday is on 3 March
profile; I'm vegetarian, so no fish for me please.; Ines is vegetarian
profile; I'm allergic to peanuts and shellfish.; Ines is allergic to peanuts and shellfish
profile; I have two cats, Miso and Tofu.; Ines has 2 cats, Miso and Tofu
profile; We have a dog called Bruno.; Ines has a dog called Bruno
profile; My sister Katya is a pilot.; <Katya> Ines's sister Katya is a pilot
profile; My brother lives in Oslo with his wife.; <Ines's brother> Ines's brother lives in Oslo with his wife
profile; My son Leo plays the cello.; <Leo> Leo plays the cello
profile; I got divorced in 2019.; Ines got divorced in 2019
profile; I speak Polish and a bit of Arabic.; Ines speaks Polish and a bit of Arabic
profile; I've been married for twelve years.; Ines has been married for 12 years
profile; I studied marine biology in Bergen.; Ines studied marine biology in Bergen
profile; I'm a single mother of three.; Ines is a single mother of 3
profile; I have type 1 diabetes.; Ines has type 1 diabetes
profile; I'm left-handed.; Ines is left-handed
profile; I don't have any siblings.; Ines does not have any siblings
profile; I never learned to drive.; Ines never learned to drive
profile; I don't eat meat.; Ines does not eat meat
profile; I no longer work at Initech.; Ines no longer works at Initech
profile; I used to live in Ghent.; Ines used to live in Ghent
profile; I stopped smoking three years ago.; Ines stopped smoking {3 years ago}
profile; My wife's name is Oona.; <Oona> Ines's wife is called Oona
profile; My parents run a bakery in Graz.; <Ines's parents> Ines's parents run a bakery in Graz
profile; I play the accordion in a folk band.; Ines plays the accordion in a folk band
profile; I drive an old Skoda.; Ines drives an old Skoda
profile; My email is ines@varga.example; Ines's email is ines@varga.example
profile; I go to the gym every Tuesday.; Ines goes to the gym every Tuesday
profile; I run 10 km every morning.; Ines runs 10 km every morning
profile; I volunteer at an animal shelter on weekends.; Ines volunteers at an animal shelter on weekends
profile; I own a small bookshop on Harbour Street.; Ines owns a small bookshop on Harbour Street
preference; I love hiking in the Tatra mountains.; Ines loves hiking in the Tatra mountains
preference; I hate olives.; Ines hates olives
preference; I can't stand loud music.; Ines can't stand loud music
preference; I don't like horror films.; Ines does not like horror films
preference; I don't like horror films at all.; Ines dislikes horror films
preference; My favourite author is Stanisław Lem.; Ines's favourite author is Stanisław Lem
preference; I prefer tea over coffee.; Ines prefers tea over coffee
preference; I'm a huge fan of jazz.; Ines is a huge fan of jazz
preference; I really enjoy pottery classes.; Ines enjoys pottery classes
preference; I'd rather take the train than fly.; Ines would rather take the train than fly
preference; My favourite colour is teal.; Ines's favourite colour is teal
preference; I always take the window seat.; Ines always takes the window seat
preference; Painting calms me down after work.; Painting calms Ines down after work
preference; I like my coffee black, no sugar.; Ines likes her coffee black, without sugar
preference; I like short answers.; Ines likes short answers
preference; I love Farid's lasagne.; Ines loves Farid's lasagne
event; I went to a pottery workshop yesterday.; Ines went to a pottery workshop on {7 May 2023}
event; I ran a charity race last Saturday.; Ines ran a charity race on {Saturday 6 May 2023}
event; I moved to Lisbon in May 2021.; Ines moved to Lisbon in May 2021
event; We adopted a puppy two weeks ago.; Ines adopted a puppy {2 weeks ago}
event; I adopted a puppy on the 24th of April.; Ines adopted a puppy on 24 April {2023}
event; I broke my wrist while skiing in January.; Ines broke her wrist while skiing in January
event; I got promoted to team lead today!; Ines got promoted to team lead on {8 May 2023}
event; Tomasz and I visited the science museum on Sunday.; Tomasz and Ines visited the science museum on {Sunday 7 May 2023}
event; I lost my passport at Heathrow.; Ines lost her passport at Heathrow
event; My grandmother passed away in 2020.; <Ines's grandmother> Ines's grandmother passed away in 2020
event; I finished my thesis on sea urchins.; Ines finished her thesis on sea urchins
event; I bought a cello for 1,200 euros.; Ines bought a cello for 1200 euros
event; I sold my car last month.; Ines sold her car in {April 2023}
event; I met Farid at a chess club in 2015.; Ines met Farid at a chess club in 2015
event; Farid gave me a record player.; Farid gave Ines a record player
event; I taught Tomasz how to swim.; Ines taught Tomasz how to swim
event; I was attacked by a goose in the park.; Ines was attacked by a goose in the park
event; We had a big storm here last night, the roof of the shed is gone.; The roof of Ines's shed is gone after a big storm {on 7 May 2023}
event; I didn't get the job at the aquarium.; Ines did not get the job at the aquarium
event; I started taking Spanish lessons this week.; Ines started taking Spanish lessons this week
event; I quit my job at the bank.; Ines quit her job at the bank
event; I switched from Android to iPhone.; Ines switched from Android to iPhone
event; My daughter was born on 2 June 2018.; <Ines's daughter> Ines's daughter was born on 2 June 2018
event; I read "Solaris" twice last summer.; Ines read "Solaris" twice in the {summer of 2022}
event; I saw her at the market yesterday.; Ines saw {Katya} at the market on {7 May 2023}
event; I cooked it for the first time on Friday.; Ines cooked {goulash} for the first time on {Friday 5 May 2023}
event; I cancelled my gym membership.; Ines cancelled her gym membership
event; I passed my driving test on the third try.; Ines passed her driving test on the third try
event; Katya's wedding was on 2023-04-15.; Katya's wedding was on 15 April 2023
plan; I'm going to Japan next month.; Ines is going to Japan in {June 2023}
plan; We're planning to renovate the kitchen in autumn.; Ines is planning to renovate the kitchen in autumn
plan; I want to learn how to sail.; Ines wants to learn how to sail
plan; I have a dentist appointment tomorrow at 9:30.; Ines has a dentist appointment on {9 May 2023} at 9:30
plan; I'll start a new job at the city library in June.; Ines will start a new job at the city library in June
plan; I'm saving money for a boat.; Ines is saving money for a boat
plan; We're getting married on 12 August!; Ines is getting married on 12 August
plan; I'm thinking of adopting a second cat.; Ines is thinking of adopting a second cat
plan; My cousin is visiting us in July.; <Ines's cousin> Ines's cousin is visiting Ines in July
plan; I'm training for the Porto marathon.; Ines is training for the Porto marathon
plan; I can't wait to visit Rome in September.; Ines is looking forward to visiting Rome in September
plan; I won't go to the reunion this year.; Ines will not go to the reunion {in 2023}
plan; I have to renew my visa by 30 June.; Ines has to renew her visa by 30 June
plan; I plan to open a bakery with my brother.; Ines plans to open a bakery with her brother
plan; I signed up for a first aid course in October.; Ines signed up for a first aid course in October
procedure; Please always answer me in French.; Ines wants answers in French always
procedure; Never send me links without a summary.; Ines never wants links without a summary
procedure; When I ask for recipes, give me metric units.; Give Ines metric units when she asks for recipes
procedure; From now on call me Nes.; Call Ines Nes from now on
procedure; To open the cellar door you have to lift the handle first.; To open the cellar door, lift the handle first
procedure; Keep your answers under 100 words.; Ines wants answers under 100 words
procedure; Don't use emojis when you write to me.; Ines does not want emojis
procedure; Use British spelling in my texts.; Use British spelling in Ines's texts
procedure; I water the orchids with two ice cubes a week.; Ines waters the orchids with 2 ice cubes a week
procedure; Remember that I take my pills at 8 pm.; Ines takes her pills at 8 pm
fact; The spare key is under the blue flower pot.; The spare key is under the blue flower pot
fact; Our flat is on the fourth floor without a lift.; Ines's flat is on the fourth floor without a lift
fact; The rent is 950 euros a month.; Ines's rent is 950 euros a month
fact; Bruno is scared of thunder.; <Bruno> Bruno is scared of thunder
fact; Our wedding anniversary is 14 June.; Ines's wedding anniversary is 14 June
fact; The bakery on our street closes on Mondays.; The bakery on Ines's street closes on Mondays
fact; Miso is fifteen years old.; <Miso> Miso is 15 years old
fact; The car needs new brakes.; The car needs new brakes
fact; My boss is called Mr. Haddad.; <Ines's boss> Ines's boss is called Mr. Haddad
fact; Katya and Leo don't get along.; <Katya> Katya and Leo don't get along
fact; The choir meets in the old fire station.; The choir meets in the old fire station
fact; My laptop has 16 GB of memory.; <Ines's laptop> Ines's laptop has 16 GB of memory
fact; I keep a diary.; Ines keeps a diary
fact; My flight is LH1829.; Ines's flight is LH1829
fact; The garden is full of hedgehogs.; The garden is full of hedgehogs
fact; Tomasz owes me 40 euros.; Tomasz owes Ines 40 euros
fact; The book club reads one novel a month.; The book club reads one novel a month
fact; Our heating is broken since Christmas.; Ines's heating is broken since Christmas
fact; My doctor told me to avoid salt.; <Ines's doctor> Ines's doctor told her to avoid salt
fact; The painting in the hall is by my grandfather.; The painting in the hall is by Ines's grandfather
profile; Ich wohne seit 2019 in Leipzig.; Ines wohnt seit 2019 in Leipzig
profile; Ich habe keine Geschwister.; Ines hat keine Geschwister
preference; Mein Lieblingsessen ist Grünkohl.; Ines' Lieblingsessen ist Grünkohl
profile; J'habite à Nantes avec ma sœur.; Ines habite à Nantes avec sa sœur
preference; Je n'aime pas le fromage.; Ines n'aime pas le fromage
profile; Trabajo en una farmacia de Sevilla.; Ines trabaja en una farmacia de Sevilla
preference; Mi libro favorito es Rayuela.; El libro favorito de Ines es Rayuela
profile; Abito a Torino da tre anni.; Ines abita a Torino da tre anni
profile; Moro em Braga com dois gatos.; Ines mora em Braga com dois gatos
profile; Я живу в Твери.; Ines живёт в Твери
profile; 我住在成都，是一名护士。; Ines住在成都，是一名护士
preference; 私は抹茶が好きです。; Inesは抹茶が好きです
profile; 저는 부산에서 선생님으로 일합니다.; Ines는 부산에서 선생님으로 일합니다
profile; Ik werk als loods in de haven van Gent.; Ines werkt als loods in de haven van Gent
profile; Mieszkam w Gdyni z bratem.; Ines mieszka w Gdyni z bratem
preference; Lubię zupę ogórkową.; Ines lubi zupę ogórkową
fact; Thanks! By the way, my new phone number is 555-0147.; Ines's new phone number is 555-0147
event; Sorry for the late reply, I was at the hospital with Leo because he broke his arm.; Leo broke his arm and Ines was at the hospital with Leo
profile; Yes, I'm a beekeeper.; Ines is a beekeeper
profile; No, I live in Porto, not in Lisbon.; Ines lives in Porto
profile; I don't drink coffee, but I love green tea.; Ines loves green tea
profile; I don't drink coffee, but I love green tea.; Ines does not drink coffee
event; Haha yes, I finally climbed Rysy last August.; Ines climbed Rysy in {August 2022}
preference; You know I love thunderstorms, right? I sit on the balcony to watch them.; Ines loves thunderstorms
profile; I grew up on a farm near Cork.; Ines grew up on a farm near Cork
profile; I'm a retired postman.; Ines is a retired postman
profile; I teach chemistry at a secondary school.; Ines teaches chemistry at a secondary school
profile; I've got a twin brother, Paolo.; Ines has a twin brother, Paolo
profile; I broke up with Jan in March.; Ines broke up with Jan in March {2023}
profile; I'm colour-blind.; Ines is colour-blind
profile; I can't swim.; Ines cannot swim
profile; I'm lactose intolerant.; Ines is lactose intolerant
profile; My server job pays the rent.; Ines's server job pays the rent
profile; I was promoted to store manager.; Ines was promoted to store manager
preference; Black and white films are my favourites.; Ines's favourites are black and white films
preference; Nothing beats fresh bread.; Ines says nothing beats fresh bread
preference; I'm not really into football.; Ines is not into football
preference; I adore snow.; Ines adores snow
preference; I would never eat snails.; Ines would never eat snails
event; The table was moved to the attic last week.; The table was moved to the attic in the {week of 1 May 2023}
event; My training for the triathlon started on Monday.; Ines's training for the triathlon started on {Monday 8 May 2023}
event; We saw a whale off the coast of Maine!; Ines saw a whale off the coast of Maine
event; I had surgery on my knee two years ago.; Ines had surgery on her knee {in 2021}
event; I gave my old guitar to my nephew.; Ines gave her old guitar to her nephew
event; I forgot Tomasz's birthday.; Ines forgot Tomasz's birthday
event; My therapy session on Tuesday went well.; Ines's therapy session on {Tuesday 2 May 2023} went well
event; I finally read Middlemarch.; Ines read Middlemarch
event; Someone stole my bike outside the library.; Ines's bike was stolen outside the library
event; I was stuck in an elevator for two hours yesterday.; Ines was stuck in an elevator for 2 hours on {7 May 2023}
plan; I'm going to paint the fence green next weekend.; Ines is going to paint the fence green on {the weekend of 13 May 2023}
plan; I hope to publish my novel one day.; Ines hopes to publish her novel one day
plan; My visa application is still pending.; Ines's visa application is still pending
plan; We're having dinner with Farid on Thursday.; Ines is having dinner with Farid on {Thursday 11 May 2023}
plan; I'm waiting for a kidney transplant.; Ines is waiting for a kidney transplant
procedure; You should always ask me before you book anything.; Always ask Ines before booking anything
procedure; When we talk about money, use Swiss francs.; Use Swiss francs when Ines talks about money
procedure; Don't wake me before nine.; Ines does not want to be woken before 9
fact; My car insurance runs out in November.; Ines's car insurance runs out in November
fact; The model railway in the cellar is 12 metres long.; The model railway in the cellar is 12 metres long
fact; The system my dad uses to sort stamps is odd.; The system that Ines's dad uses to sort stamps is odd
fact; The test for my boating licence has 40 questions.; The test for Ines's boating licence has 40 questions
fact; My daughter's teacher is Ms. Abara.; <Ms. Abara> Ms. Abara is the teacher of Ines's daughter
fact; The neighbours have a trampoline.; <Ines's neighbours> Ines's neighbours have a trampoline
fact; It takes me forty minutes to get to work.; It takes Ines 40 minutes to get to work
""")

CHATTER = parse("""
fact; Hi there!; Ines says hi
fact; Good morning Farid, how are you?; Ines greets Farid
fact; Thanks so much!; Ines is thankful
fact; Thank you, that means a lot.; That means a lot to Ines
fact; You're welcome, Farid!; Farid is welcome
fact; Wow, that's amazing!; Ines thinks that is amazing
fact; That sounds great.; Ines thinks that sounds great
fact; Good luck with everything!; Ines wishes good luck
fact; I agree.; Ines agrees
fact; Okay, sounds good.; Ines says okay
fact; Cool, got it.; Ines got it
fact; It was nice talking to you.; It was nice talking to Ines
fact; It is nice.; It is nice
fact; So true!; It is so true
fact; Yes, exactly, same here.; Ines says yes
fact; lol; Ines laughs
fact; hmm okay; Ines says okay
fact; Well, you know how it is.; Ines knows how it is
fact; Let me know how it goes.; Ines wants to know how it goes
fact; That must be so exciting!; It must be exciting
fact; I hope so.; Ines hopes so
fact; Me too!; Ines too
fact; We had a nice chat.; Ines had a nice chat
fact; brb, doorbell; Ines will be right back
fact; I'm so tired today.; Ines is so tired today
fact; I'm hungry.; Ines is hungry
""")

TASKS = parse("""
fact; HEARTBEAT_OK; <Agent> HEARTBEAT_OK
fact; Heartbeat check: nothing to report.; <Agent> The heartbeat check had nothing to report
fact; The cron job ran at 04:00 without errors.; <Cron job> The cron job ran at 04:00 without errors
fact; Scheduled task daily-digest completed.; Scheduled task daily-digest completed
fact; Traceback (most recent call last):\\n  File "x.py", line 3, in <module>\\nValueError: bad input; ValueError: bad input
fact; TypeError: undefined is not a function; TypeError: undefined is not a function
fact; exit code 0; The exit code is 0
fact; HTTP 502 from the gateway; The gateway answered HTTP 502
fact; Connection refused on retry, will poll again.; Connection refused on retry
fact; The search tool returned 12 results.; The search tool returned 12 results
fact; {"status": "ok", "rows": 14}; {{"status": "ok", "rows": 14}}
fact; [2023-05-08T10:00:00] INFO worker started; The worker started
fact; The user asked the assistant to write a poem.; The user asked the assistant to write a poem
fact; The assistant provided a list of hotels.; <Assistant> The assistant provided a list of hotels
fact; Tool call: read_file; A tool call was read_file
fact; Context was compacted at 80% of the window.; Context was compacted at 80% of the window
fact; Session started at 9:00 with model gpt-4o.; The session started at 9:00
fact; No new messages since the last poll.; There are no new messages since the last poll
fact; The server listens on localhost:8080.; <Server> The server listens on localhost:8080
fact; stderr: permission denied; stderr says permission denied
fact; $ ls -la /tmp; ls -la /tmp
fact; The query took 40 ms and returned 7 rows.; The query returned 7 rows
""")

ASSISTANT = parse("""
fact; As an AI language model, I can't have opinions.; An AI language model can't have opinions
fact; I'm sorry, but I can't help with that request.; Ines can't help with that request
fact; I don't have access to real-time information.; Ines does not have access to real-time information
fact; Unfortunately, I cannot provide medical advice.; Ines cannot provide medical advice
fact; My knowledge cutoff is April 2023.; Ines's knowledge cutoff is April 2023
fact; The assistant cannot browse the web.; <Assistant> The assistant cannot browse the web
profile; You are a helpful assistant.; <Assistant> The assistant is a helpful assistant
procedure; You are Nova, a friendly coding agent with access to a shell.; <Nova> Nova is a friendly coding agent with access to a shell
procedure; You must always use the search tool before you answer.; You must always use the search tool before you answer
procedure; Read AGENTS.md before doing anything else.; Read AGENTS.md before doing anything else
procedure; SOUL.md says who you are.; SOUL.md says who you are
procedure; At the start of each session, read the memory files.; Read the memory files at the start of each session
fact; Each session you wake up fresh, these files are your memory.; Each session wakes up fresh
procedure; Be genuinely helpful, not performatively helpful.; Be genuinely helpful, not performatively helpful
procedure; Don't exfiltrate private data. Ever.; Don't exfiltrate private data
fact; The system prompt defines three roles.; The system prompt defines three roles
fact; The agent uses a vector store with 768 dimensions.; <Agent> The agent uses a vector store with 768 dimensions
fact; The memory system consists of an indexer, a queue and a retriever.; <Memory system> The memory system consists of an indexer, a queue and a retriever
fact; The gateway runs on port 18789.; <Gateway> The gateway runs on port 18789
fact; The assistant has access to 14 tools.; <Assistant> The assistant has access to 14 tools
fact; The MCP server is configured on port 3333.; The MCP server is configured on port 3333
fact; The agent is powered by Claude.; <Agent> The agent is powered by Claude
fact; The workspace contains SOUL.md, USER.md and MEMORY.md.; <Workspace> The workspace contains SOUL.md, USER.md and MEMORY.md
fact; The orchestrator routes messages to subagents over a message queue.; <Orchestrator> The orchestrator routes messages to subagents
fact; How can I help you today?; Ines asks how she can help
fact; I hope this helps! Let me know if you need anything else.; Ines hopes this helps
fact; The embedder is loaded lazily and kept in a pool.; <Embedder> The embedder is loaded lazily
fact; The model is GPT-4o with a context window of 128000 tokens.; The model is GPT-4o
fact; Developer message: respond in JSON.; The developer message is to respond in JSON
fact; The bot's plugin registry loads extensions at startup.; <Bot> The bot's plugin registry loads extensions at startup
""")

INVENTED = parse("""
profile; I had lunch with a colleague.; Ines is a software developer at Google
profile; I love my job.; Ines works at Initech
profile; I have a cat.; Ines has 3 cats
profile; My brother lives in Oslo.; Ines lives in Oslo
event; I went hiking last weekend.; Ines went hiking in the Alps on {6 May 2023}
event; I moved last year.; Ines moved to Berlin in {2022}
profile; I'm from Estonia.; Ines is from Latvia
preference; I don't like olives.; Ines likes olives
profile; I no longer work at Initech.; Ines works at Initech
event; Farid gave me a record player.; Ines gave Farid a record player
plan; I might go to Japan some day.; Ines goes to Japan in June 2024
profile; I have two daughters.; Ines has two sons
fact; The rent is 950 euros.; The rent is 900 euros
event; We met at a party.; Zorblax met Ines at a party
profile; I work in a hospital.; Quimbletree hired Ines as a surgeon
preference; My brother's favourite player is Ronaldo.; Ines's favourite player is Ronaldo
event; I bought a bike.; Ines sold a bicycle shop in town centre
profile; My sister Katya is a pilot.; Ines is a pilot
fact; The appointment is at 9:30.; The appointment is at 10:30
event; I did not pass the exam.; Ines passed the exam
plan; We fly on 12 August.; Ines flies on 13 August
profile; I live alone.; Ines lives with her husband and two children
""")

VACUOUS = parse("""
fact; It has always been there since I was young.; <It> It has always been there
fact; They know the way to the lake.; <They> They know the way to the lake
fact; Something happened at the harbour.; <Something> Something happened at the harbour
fact; Life is good and things are fine, as people say.; Life is good and things are fine
fact; I have been thinking about things a lot lately.; Ines is thinking about things a lot
fact; Some people are just like that, you know.; <Some people> Some people are like that
fact; It was a big day for all of us.; It was a big day
fact; I really need to do something.; Ines needs to do something
""")

MIXED = parse("""
fact; Hey hey!; Ines says hey
fact; What a day, right?; Ines had a day
fact; Interesting, tell me more.; Ines is interested
fact; Wish me luck!; Ines wishes luck
fact; Yeah, I totally get that.; Ines gets that
fact; Checked 14 feeds, nothing new.; 14 feeds were checked, nothing new
fact; KeyError: 'user_id'; There was a KeyError: 'user_id'
fact; The user wants me to summarise the thread.; The user wants a summary of the thread
fact; I apologize, but I am not able to do that.; Ines is not able to do that
fact; I don't have personal preferences or feelings.; Ines does not have personal preferences or feelings
procedure; You are Atlas. You help engineers deploy services.; Atlas helps engineers deploy services
procedure; Follow the rules in CLAUDE.md strictly.; Follow the rules in CLAUDE.md strictly
fact; The agent stores embeddings in LanceDB.; <Agent> The agent stores embeddings in LanceDB
fact; The scheduler wakes the agent every 30 minutes.; <Scheduler> The scheduler wakes the agent every 30 minutes
profile; I like my new office.; Ines works as a data scientist in Zurich
event; I bought shoes.; Ines bought 2 pairs of shoes in Milan
profile; My cousin is a lawyer.; Ines is a lawyer
preference; I used to love techno.; Ines loves techno
plan; We won't move to Spain.; Ines will move to Spain
event; Ana lent Farid her tent.; Farid lent Ana a tent
""")

JUNK = [*CHATTER, *TASKS, *ASSISTANT, *INVENTED, *VACUOUS, *MIXED]
