"""Labelled sentences: what Nora says to Elif on Wednesday 12 June 2024, and what may be claimed from it.

A line is `sentence => expected`, and expected is one or more of, separated by `; `:

- `attribute: value`: a claim with this attribute, and a value that holds these words;
- `Subject/attribute: value`: the same of another subject than Nora;
- `~words, words`: a claim whose text holds all these words;
- `-`: nothing may be claimed.

The people are invented, and so is everything they say.
"""

from __future__ import annotations

from typing import NamedTuple


class Labelled(NamedTuple):
    """A sentence and what it may be taken to say."""

    said: str
    expected: tuple[str, ...]


def parse(lines: str) -> list[Labelled]:
    """Return the labelled sentences of a table."""
    rows = [line.split(" => ") for line in lines.strip().splitlines()]
    return [Labelled(said, () if expected == "-" else tuple(expected.split("; "))) for said, expected in rows]


STATED = parse("""
I live in Lisbon now. => lives_in: Lisbon
We've been living in Ghent since 2019. => lives_in: Ghent
I moved to Porto last month. => moved_to: Porto; lives_in: Porto
We moved from Lyon to Turin two years ago. => moved_to: Turin; lives_in: Turin
I moved from a village near Ghent to Austin, TX. => lives_in: Austin, TX
I moved from pen and paper to Loomix in May. => ~moved from pen and paper, Loomix
I no longer live in Berlin. => lives_in: Berlin
I don't live in Oslo anymore. => lives_in: Oslo
I used to live in Prague. => lives_in: Prague
Actually, I live in Basel, not Bern. => lives_in: Basel
I'm from Iceland originally. => comes_from: Iceland
I was born in Tartu. => comes_from: Tartu
I am a software developer at Spotify. => works_as: software developer; works_at: Spotify
I'm the CTO of Pixelworth. => works_as: CTO; works_at: Pixelworth
I'm a PhD student in physics at MIT. => studies: PhD student; studies_at: MIT
I'm a freelance photographer based in Cape Town. => works_as: photographer; lives_in: Cape Town
I live alone in a small flat in Bristol. => lives_in: Bristol
My home town is Gdansk. => comes_from: Gdansk
I'm on a keto diet. => diet: keto
I joined Acme last month. => works_at: Acme
I have twins, Mo and Flo. => child: Mo; child: Flo
We have a dog, Tilda, and she snores. => pet: Tilda
im lactose intolerant tho, no cheese for me => diet: lactose intolerant
i love swimming in lakes => ~loves swimming in lakes
I like listening to old records. => likes: listening to old records
i'm allergic to cats => ~allergic to cats
I'm married with three children. => relationship_status: married; child: three children
I'm retired. => works_as: retired
I'm a nurse with ADHD. => works_as: nurse
I'm a doctor for Halloween. => works_as: doctor
My fave band is Radiohead. => favourite band: Radiohead
Living in Utrecht, though most of my friends are in Ghent. => lives_in: Utrecht
Based in New York, looking for a dentist. => lives_in: New York
I'm in Osaka since Monday! => lives_in: Osaka
I am sixty-four years and row every day. => age: 64
My own name, Wilma Ostrow, was on the list. => name: Wilma Ostrow
Keep the cat outside, it is bad for my asthma. => has_condition: asthma
I am having migraines since college. => has_condition: migraines
I work at Siemens. => works_at: Siemens
I work as a nurse at the children's hospital. => works_as: nurse; works_at: hospital
I'm a civil engineer. => works_as: civil engineer
I'm a nurse, so I work night shifts a lot. => works_as: nurse
I just started a new job at Ikea. => works_at: Ikea
I got a job as a translator. => works_as: translator
I no longer work at Initech. => works_at: Initech
I quit my job at the bank in March. => stopped: the bank
I became a pharmacist after university. => works_as: pharmacist
I'm 34 years old. => age: 34
I turned 40 last week. => age: 40
My birthday is on 3 March. => birthday: 3 March
My name is Nora Lindqvist. => name: Nora Lindqvist
Please call me Nono. => name: Nono
I'm married to Henrik. => partner: Henrik
I got divorced in 2021. => stopped: got divorced; relationship_status: divorced
I'm single. => relationship_status: single
We got engaged last Saturday! => relationship_status: engaged
My husband Henrik bakes bread every Sunday. => partner: Henrik
My sister Ana lives in Madrid. => sibling: Ana
Our dog Rex is afraid of thunder. => pet: Rex
I have two kids, Tom and Mia. => child: Tom; child: Mia; child: two kids
We have a cat named Miso. => pet: Miso
We have a small black dog. => pet: dog
This is my grandson Leo. => relative: Leo
My best friend is Yusuf. => friend: Yusuf
My daughter's name is Freya. => child: Freya
I have a brother called Olaf. => sibling: Olaf
I'm allergic to peanuts. => allergic_to: peanuts
I have a severe shellfish allergy. => allergic_to: shellfish
I'm a vegetarian. => diet: vegetarian
I went vegan three years ago. => diet: vegan
I'm lactose intolerant. => diet: lactose intolerant
I'm a nurse manager at Sahlgrenska. => works_as: nurse manager; works_at: Sahlgrenska
I live in Åre. => lives_in: Åre
I started at Ørsted on Monday. => works_at: Ørsted
I have asthma. => has_condition: asthma
I've got type 1 diabetes. => has_condition: diabetes
I was diagnosed with celiac disease in 2020. => has_condition: celiac
I'm dyslexic. => has_condition: dyslexic
I love hiking. => likes: hiking
I love hiking and camping. => likes: hiking; likes: camping
I really enjoy baking sourdough. => likes: baking sourdough
I like to paint. => likes: painting
I'm really into jazz. => likes: jazz
I'm a big fan of Studio Ghibli. => likes: Studio Ghibli
I'm passionate about beekeeping. => likes: beekeeping
I hate olives. => dislikes: olives
I can't stand cilantro. => dislikes: cilantro
I don't like horror movies. => dislikes: horror movies
I'm not a fan of crowded beaches. => dislikes: crowded beaches
I prefer tea to coffee. => prefers: tea
I prefer trains over planes. => prefers: trains
My favourite book is Dune. => favourite book: Dune
My favorite colour is teal. => favourite colour: teal
I speak Turkish and German. => speaks: Turkish
I'm fluent in Portuguese. => speaks: Portuguese
I'm studying marine biology at Lund University. => studies: marine biology; studies_at: Lund University
I'm learning Italian. => studies: Italian
I've been learning the cello for two years. => studies: cello
I own a bakery in Bruges. => owns: bakery
I have a red motorbike. => owns: motorbike
I bought a telescope yesterday. => got: telescope
I play chess twice a week. => does: chess
I used to play the oboe. => does: the oboe
I started learning the drums in January. => did: started learning the drums
I took up fencing last year. => did: took up fencing
I quit smoking last year. => stopped: smoking
I stopped eating meat in 2018. => did: stopped eating meat
I retired from teaching in May. => stopped: retired
I visited the Prado last summer. => visited: Prado
I went to a jazz concert last Friday. => attended: jazz concert
I attended a beekeeping workshop yesterday. => attended: beekeeping workshop
Last Saturday I ran a charity race for mental health. => ~charity race, mental health, 8 June 2024
I finished my thesis last night! => did: thesis
I graduated from nursing school in 2012. => ~nursing school, 2012
Someone stole my bike last night. => ~stole, bike
I'm going to visit Rome next week. => plans: visit Rome
I will present my paper in Helsinki on 20 June. => plans: present; ~Helsinki, 20 June 2024
I'm flying to Dublin tomorrow. => ~Dublin, 13 June 2024
I have a dentist appointment on Friday at 10. => ~dentist appointment
I collect vintage postcards. => ~vintage postcards
I drive an old Volvo. => ~Volvo
My car is a blue Fiat Panda. => ~Fiat Panda
My friend Jack hates olives. => friend: Jack
Oh, and I adopted a greyhound called Pixel! => pet: Pixel
I got a kitten yesterday! Her name is Olive. => got: kitten
I live in Riga and I work at the harbour. => lives_in: Riga; works_at: harbour
I sold my flat, but I kept the garden. => stopped: flat
My husband and I went to Paris in 2019. => visited: Paris
I'm not vegan, I just avoid eggs. => diet: vegan
I've had migraines since I was a teenager. => has_condition: migraines
I have three sisters. => ~three sisters
I take 20 mg of citalopram daily. => ~20 mg, citalopram
I performed at the harbour festival last weekend. => ~harbour festival
I'm afraid of spiders. => dislikes: spiders
I have a meeting with Dr. Okafor tomorrow at 3 pm. => ~Okafor, 13 June 2024
I just bought a house in Leeds with my partner Sam. => partner: Sam
I am vegetarian but my wife eats meat. => diet: vegetarian
i live in pune => lives_in: Pune
i work as a data analyst at infosys => works_as: data analyst; works_at: infosys
I have two cats, Luna and Milo, and a tortoise. => pet: Luna; pet: Milo; pet: two cats
My birthday's on the 14th of February. => birthday: 14th of February
My wife, Clara, is a surgeon at the Charité. => partner: Clara
I own three guitars: a Strat, a Tele and an old Yamaha. => owns: three guitars
I got laid off in March. => ~laid off, March 2024
I'm from Canada, not the US. => comes_from: Canada
My son Leo, who is eight, plays the violin. => child: Leo
I'm currently based in Nairobi, Kenya. => lives_in: Nairobi, Kenya
You know I love sushi. => likes: sushi
My nephew Arlo just learned to walk! => relative: Arlo
My flatmate Jonas snores like a tractor. => friend: Jonas
Keep your answers short. => should: short
Always answer me in Spanish. => should: answer
From now on, please use metric units. => should: metric units
Never call me before nine. => should: before nine
I volunteered at the "Paws and Claws" fair on Saturday. => did: volunteered at the "Paws and Claws" fair
I just did the "River Run" walk on June 9th, it was great. => did: did the "River Run" walk
I spent 40 euros on paint at Bauhaus yesterday. => did: spent 40 euros on paint at Bauhaus
I met a marine biologist from Malta on the ferry last Tuesday. => did: met a marine biologist from Malta
I got back from Porto last week and took some photos. => did: Porto
I finally came round to oiling the gate last weekend. => did: came round to oiling the gate
I attended my cousin Ada's graduation a few weeks ago. => ~a few weeks before 12 June 2024; relative: Ada
I'm planning a trip to Malta in September. => plans: trip to Malta
I go to the climbing hall on Mondays and Thursdays. => does: climbing hall
I've been doing pilates twice a week. => does: pilates
I've been collecting old stamps for two years now. => does: collecting old stamps
I'm a huge puffin fan. => likes: puffin
I love running my own kiosk. => likes: running their own kiosk
I've always been interested in volcanoes. => likes: volcanoes
I've always loved thunderstorms. => likes: thunderstorms
My rent is 740 euros a month. => rent: 740 euros a month
My daily commute takes about 50 minutes. => daily commute: about 50 minutes
I need new tyres for my 2015 Skoda Octavia. => owns: 2015 Skoda Octavia
I'm Nora, a 38-year-old glass restorer from Riga. => name: Nora; age: 38; works_as: glass restorer
""")

JUNK = parse("""
It's Otto. He fell off the ladder this morning. => -
I've written a paper about the flood in 2013. => -
I just saw the plan of May 3 2021. => -
I deferred to the harbour race on 5 September instead. => -
I moved the call with him to Friday. => -
I set up the account for the 18 June deadline. => -
I've got a call from 1 PM to 4 PM on May 9. => -
I signed the contract yesterday. => -
I chose to stay home yesterday. => -
I dropped off that parcel yesterday. => -
I'm planning a trip to Malta in July or August. => -
During busy weeks, I add ten hours weekly. => -
I train and swim every day. => -
I've been trying to sleep better for two weeks. => -
Last time I painted anything was in 2011. => -
My question is 3 lines long. => -
"Nora Lives In Oslo" is a song. => -
I'm on a special diet. => -
I'm married with mixed feelings. => -
I'm a nurse at heart. => -
Based in Berlin, SoundCloud is a streaming platform. => -
Living in Tokyo, people are used to earthquakes. => -
My cancer ward is full again. => -
I'm twenty minutes late. => -
Living in Paris is expensive. => -
Living in Paris? => -
We have a dog problem in this street. => -
I'm in Rome for the weekend. => -
It is fifty-fifty, I'm fifty percent sure. => -
My asthma awareness talk went well. => -
My Cancer horoscope was funny. => -
That's where my anxiety comes in. => -
Hi Elif! => -
Good morning! => -
How are you? => -
What's up with you these days? => -
Thanks so much! => -
Thank you for the flowers, Elif! => -
You're welcome. => -
No worries! => -
Wow, that's amazing! => -
That sounds like so much fun. => -
That's really cool, Elif. => -
It was great. => -
It's so beautiful here. => -
This is so good! => -
I'm so happy for you! => -
I'm so proud of you. => -
I'm glad you liked it. => -
I'm sorry to hear that. => -
Congrats on the new job! => -
Good luck with the exam! => -
Have a great weekend! => -
See you soon. => -
Talk to you later! => -
Take care, Elif. => -
Can't wait! => -
I can't wait to see it! => -
I can't believe it. => -
I hope you feel better soon. => -
I hope it works out. => -
I wish you all the best. => -
I agree. => -
I totally agree with you. => -
I know what you mean. => -
I see. => -
I understand how you feel. => -
I think so too. => -
I guess you're right. => -
I bet it was fun. => -
I wonder what she meant. => -
I appreciate it. => -
I really appreciate your help. => -
I love it! => -
I love that idea. => -
I love your painting! => -
I love how you think. => -
I like this. => -
I'd love that! => -
You should try yoga. => -
You could ask Henrik about it. => -
You're so brave. => -
You look great in that picture! => -
Your garden is gorgeous. => -
You have a wonderful family. => -
Your sister must be thrilled. => -
Why don't you join the choir? => -
How about a picnic on Sunday? => -
Let's meet on Saturday. => -
Let me know how it goes. => -
Let me check. => -
Keep up the good work! => -
Keep me posted. => -
Don't give up! => -
Remember to drink water. => -
Try the soup at Luigi's. => -
Tell me more about your trip. => -
Do you still play tennis? => -
Where did you buy that jacket? => -
Have you ever been to Malta? => -
Are you coming tomorrow? => -
Did your brother find a job? => -
What do you think about it? => -
Is it raining in Ankara? => -
Could you send me the recipe? => -
Would you like some tea? => -
Isn't that funny? => -
Who told you that? => -
If I had money, I'd buy a boat. => -
If I were you, I would call her. => -
I would never do that. => -
I could use a holiday. => -
I should go to bed. => -
I might go to the beach. => -
I would have stayed if it hadn't rained. => -
Imagine living in a castle. => -
Maybe I'll take up golf one day. => -
Perhaps we could go to Crete. => -
Suppose I moved to Mars. => -
We moved to Slack, and I basically live in it. => -
I ran the shop alone every Saturday. => -
Say I live in Bonn, how long is the commute? => -
A friend asks: I live in Bonn and I have a cat, can I register it? => -
I'm renting out my flat in Utrecht. => -
I turned 30 tests green. => -
We have a dog policy at work. => -
I went vegan for a week and hated it. => -
I quit my job if they say no. => -
I got married to the idea. => -
I work for free on weekends. => -
In the game I live in Riverwood. => -
I started a pottery course, Mondays and Thursdays with a man called Ulf. => -
I moved to the Payments Team. => -
I'm from HR, by the way. => -
I wish I had a garden. => -
I wish I could fly. => -
We should meet up sometime. => -
We should all recycle more. => -
We can do this together! => -
We're all in this together. => -
Life is full of surprises. => -
Nature is so healing. => -
Music brings people together. => -
Exercise helps you sleep. => -
Running is good for your heart. => -
Finding balance is key. => -
Being yourself takes courage. => -
It's important to rest. => -
It's never too late to learn. => -
Everyone deserves to be loved. => -
Nobody is perfect. => -
People change. => -
There's always a way. => -
That must have been hard. => -
That would be lovely. => -
That makes sense. => -
It must be nice. => -
It looks delicious! => -
They look so happy! => -
He seems nice. => -
She is lovely. => -
Those are pretty. => -
What a view! => -
How exciting! => -
Haha, so true! => -
Lol => -
Ok. => -
Sure thing! => -
Of course! => -
Absolutely! => -
Me too. => -
Same here! => -
Not really. => -
Nope. => -
Hmm, interesting. => -
Oh no! => -
Aww, so cute! => -
Yay! => -
Sounds good. => -
Sounds like a plan! => -
Looks great! => -
Glad to hear that. => -
Great idea! => -
Well done! => -
Way to go! => -
Fingers crossed! => -
Happy birthday, Elif! => -
Merry Christmas! => -
Welcome back! => -
One sec. => -
brb => -
I'll let you know. => -
I'll try it. => -
I'll check it out. => -
I'll keep that in mind. => -
I'll be there. => -
I'll think about it. => -
I'll send you a picture. => -
I'm here for you. => -
I'm fine, thanks. => -
I'm good! => -
I'm so tired. => -
I'm so excited! => -
I'm speechless. => -
I'm curious about that. => -
I feel you. => -
I feel great. => -
I had a great time. => -
I had so much fun! => -
I did it! => -
I got it. => -
I do. => -
I have no idea. => -
I don't know. => -
I don't think so. => -
I don't mind. => -
I didn't know that. => -
I mean it. => -
I was just kidding. => -
I see your point. => -
Thanks for asking! => -
Thanks, I needed that. => -
Glad you two got along. => -
Hope you have fun! => -
Hope to see you there! => -
Wish me luck! => -
Enjoy your trip! => -
Stay safe! => -
Sleep well. => -
Can you help me plan a trip to Kyoto in October? => -
Please summarise the text below. => -
Fix the bug in main.py and run the tests. => -
Write me a haiku about rain. => -
Here is my code: => -
The build is failing again. => -
I think the function should return a list. => -
Let's try another approach. => -
Ok, that worked, thanks! => -
Tell me about the French Revolution. => -
I hate when people are late. => -
She said she would call me. => -
I was thinking we could meet on Sunday. => -
I'd rather you didn't say that. => -
Got any projects planned? => -
Books can really inspire and help us dream. => -
Made me laugh so hard. => -
Been ages! => -
So much to see, so little time. => -
It would be great to see you again. => -
You're going to love this place. => -
Could be worse! => -
That reminds me of a joke. => -
I'd say go for it. => -
He was such a gentleman. => -
If only it were that easy. => -
They should fix that bridge. => -
I'm just saying. => -
I was hoping you'd say that. => -
The movie was hilarious. => -
Makes two of us! => -
I get it, it's hard. => -
Running tests... => -
Step 3 of 5 completed. => -
Error: file not found. => -
def main(): pass => -
Wie geht es dir? => -
Ich wohne in Wien und arbeite bei der Post. => -
J'habite à Paris depuis dix ans. => -
Vivo en Sevilla con mi hermana. => -
我住在上海。 => -
Я живу в Москве. => -
?! => -
... => -
12 + 7 = 19 => -
https://example.org/page => -
""")


class Exchange(NamedTuple):
    """A dialogue, and the subjects that claims may have, by the speaker of the turn that they are read from."""

    turns: tuple[tuple[str, str], ...]
    """(speaker, text); the speaker `assistant` is one by role."""

    subjects: frozenset[str]
    """Whom claims may be about."""

    absent: tuple[str, ...] = ()
    """What no claim may say."""


def _exchange(line: str) -> Exchange:
    talk, subjects, *absent = line.split(" => ")
    turns = tuple(tuple(turn.split(": ", 1)) for turn in talk.split(" | "))
    return Exchange(turns, frozenset(subjects.split(", ")), tuple(absent[0].split(", ")) if absent else ())  # type: ignore[arg-type]


EXCHANGES = [
    _exchange(line)
    for line in """
assistant: I recommend the Lisbon tram. You would love pastel de nata. | Nora: Thanks! => Nora => pastel, tram
assistant: You live in Lisbon, as you told me. | Nora: Okay. => Nora => Lisbon
assistant: I enjoy helping people with recipes. | Nora: Good to know. => Nora => recipes
assistant: You should take up running. | Nora: Hmm, maybe. => Nora => running
assistant: I have added milk to your list. | Nora: Thank you! => Nora => milk
assistant: My favourite language is Python. | Nora: Funny! => Nora => Python
assistant: Users who like tea often like coffee. | Nora: I like tea. => Nora => coffee
assistant: Your sister Ana seems kind. | Nora: She is! => Nora => kind
assistant: I was trained in 2023. | Nora: I was trained as a baker in 2003. => Nora => 2023
assistant: Many people love jazz. | Nora: I love opera. => Nora => jazz
assistant: I suggest Hotel Sol in Malaga. | Nora: I stayed at Hotel Mar in Cadiz. => Nora => Hotel Sol
assistant: Do you like sushi? | Nora: I hate sushi. => Nora => likes sushi
assistant: Would you like to hear about Mars? | Nora: No. => Nora => Mars
assistant: You might be allergic to nuts. | Nora: I'm not sure. => Nora => allergic
assistant: I can book the flight to Rome for you. | Nora: Great. => Nora => Rome
Nora: My friend Jack hates olives. => Jack, Nora => Nora hates, Nora doesn't like
Nora: My brother lives in Oslo. => Nora's brother => Nora lives
Nora: My mother is a dentist. => Nora's mother => Nora is a dentist
Nora: My husband Henrik loves sailing. => Henrik, Nora => Nora loves
Nora: My kids want a trampoline. => Nora's kids => Nora wants
Nora: My boss quit smoking in May. => Nora's boss => Nora quit
Nora: My neighbour Ali moved to Bonn last year. => Ali, Nora, Nora's neighbour Ali => Nora moved, Nora lives
Nora: My cousin has diabetes. => Nora's cousin => Nora has
Nora: My aunt speaks Basque. => Nora's aunt => Nora speaks
Nora: My roommate Kei is allergic to cats. => Kei, Nora => Nora is allergic
Nora: My dad works at Volvo. => Nora's dad => Nora works
Nora: My sister's favourite singer is Adele. => Nora's sister => Nora's favourite
Nora: Our neighbours bought a boat. => Nora's neighbours => Nora bought
Nora: My best friend Lea started law school. => Lea, Nora => Nora started
Nora: My daughter Freya won a swimming race. => Freya, Nora => Nora won
Nora: My uncle used to live in Chile. => Nora's uncle => Nora used
Nora: My son can't stand broccoli. => Nora's son => Nora can't
Nora: Jack visited Rome in May. => Jack => Nora visited
Nora: Henrik adopted a greyhound yesterday. => Henrik => Nora adopted
Nora: My grandpa was born in Tartu. => Nora's grandpa => Nora was born
Nora: Tom said that he lives in Oslo. => Tom => Nora lives
Nora: Tom told me, "I live in Oslo." => Tom => Nora lives
Nora: "I hate mornings," my sister always says. => Nora's sister => Nora hates
Nora: My teacher used to say "I never forget a face". => Nora's teacher => Nora never
Nora: Henrik says he wants to move to Bonn. => Henrik => Nora wants
Nora: According to Ana, I snore. => Nora => Ana snores
Nora: My mum thinks I work too much. => Nora's mum => mum works
Nora: The sign said "I love Berlin". => Nora => Nora loves
Nora: He wrote: "I quit my job." => Nora => Nora quit
Nora: She told me that she is pregnant. => Nora => Nora is pregnant
Nora: My boss announced that we're moving to Kiel. => Nora's boss => Nora moved
Nora: As the song goes, I will survive. => Nora => Nora's song
Nora: If I were rich, I would buy a yacht. => Nora => yacht
Nora: If Henrik gets the job, we move to Bonn. => Nora => Bonn
Nora: I would live in Paris if I could. => Nora => Paris
Nora: I could have been a pilot. => Nora => pilot
Nora: Imagine I lived on a farm. => Nora => farm
Nora: I wish I had a horse. => Nora => horse
Nora: Suppose we sold the house. => Nora => house
Nora: Maybe I'll become a monk. => Nora => monk
Nora: I might buy a drone. => Nora => drone
Nora: Should I learn Greek? => Nora => Greek
Nora: What if I moved to Crete? => Nora => Crete
Elif: Do you live in Lisbon? | Nora: No, in Porto. => Nora => Lisbon
Elif: Do you like olives? | Nora: What kind? => Nora => olives
Elif: I bought a tent. | Nora: Nice! => Elif => Nora bought
Elif: I live in Ankara. | Nora: I live in Lisbon. => Elif, Nora => Nora lives in Ankara, Elif lives in Lisbon
Elif: My dog is called Pasha. | Nora: My dog is called Rex. => Elif, Nora, Elif's dog, Nora's dog => Pasha is Nora's, Rex is Elif's
Elif: You live in Lisbon, right? | Nora: Yes. => Elif, Nora => Elif lives
Elif: You should quit smoking. | Nora: I know. => Elif, Nora => quit
Elif: You love cats! | Nora: I do! => Elif, Nora => Elif loves
Elif: Your brother is a pilot, isn't he? | Nora: Yes, he is. => Elif, Nora => pilot
Elif: I told Nora about the flood. | Nora: You did. => Elif, Nora => Nora told
Elif: We went to Malta. | Nora: We went to Crete. => Elif, Nora => Nora went to Malta, Elif went to Crete
Elif: I met your sister Ana. | Nora: She loved it. => Elif, Nora => Ana is Elif's, Elif's sister
Ana: I hate rain. | Ben: I love rain. | Cem: I moved to Bonn. | Dia: Me too! => Ana, Ben, Cem => Ana loves, Ben hates, Dia moved
Ana: Ben works at Volvo. | Ben: I work at Saab now. | Cem: I'm a baker. | Dia: Cool! => Ana, Ben, Cem => Ana works, Cem works
Ana: You were right. | Ben: Who, me? | Cem: I sold my van. | Dia: My van is red. => Cem, Dia, Dia's van => Ana sold, Dia sold
Ana: I gave you my keys. | Ben: I have them. | Cem: Whose keys? | Dia: I lost my keys. => Dia => Ana gave, Ben lost
Ana: Cem, your soup was great. | Cem: Thanks! | Ben: I made the bread. | Dia: I brought cake. => Ben, Dia => Cem made, Ana made
Ana: My cat Tiko is ill. | Ben: My cat Momo is old. | Cem: No pets here. | Dia: Poor Tiko. => Ana, Ben, Tiko, Momo => Tiko is Ben's, Momo is Ana's
Ana: Dia is in Rome. | Ben: I was in Rome in May. | Cem: Lucky! | Dia: I'm in Rome until Friday. => Ben, Dia => Ana was, Cem was
Ana: I turned 30 yesterday. | Ben: I'm 41 years old. | Cem: Kids! | Dia: I'm older. => Ana, Ben => Dia is 41, Ben turned
Ana: I play the cello. | Ben: I play bass. | Cem: I sing in a choir. | Dia: I only listen. => Ana, Ben, Cem, Dia => Dia plays, Cem plays
Ana: I'm vegan. | Ben: Ana is vegan. | Cem: I eat fish. | Dia: I don't eat fish. => Ana, Cem, Dia => Ben is vegan, Dia eats
""".strip().splitlines()
]
