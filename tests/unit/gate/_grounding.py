"""Claims beside what was said: `+` it is supported, `-` it is not. `Ines` speaks; `{…}` was resolved by the extractor."""

from __future__ import annotations

TABLE = """
+ I have two cats. => Ines has 2 cats
+ I have 2 cats. => Ines has two cats
- I have two cats. => Ines has three cats
- I have cats. => Ines has 4 cats
+ I own twenty-one vinyl records. => Ines owns 21 vinyl records
+ It cost 1,200 euros. => It cost 1200 euros
- It cost 1,200 euros. => It cost 12000 euros
+ I'm on the third floor. => Ines is on the 3rd floor
+ We have a dog. => Ines has 1 dog
+ A couple of friends visited me. => 2 friends visited Ines
+ The train leaves at 17:30. => The train leaves at 17:30
- The train leaves at 17:30. => The train leaves at 18:30
+ I was born on 2023-04-15. => Ines was born on 15 April 2023
+ The party was on 4/6/2022. => The party was on 4 June 2022
- The party was on 4/6/2022. => The party was on 4 June 2023
+ I live in Lisbon. => Ines lives in Lisbon
- I live in Lisbon. => Ines lives in Madrid
- I live by the sea. => Ines lives in Lisbon by the sea
+ I work at Initech. => Ines works at Initech
- I work a lot. => Ines works at Initech a lot
- I work at Initech. => Ines works at Contoso
+ I met Dr. Okafor. => Ines met Dr. Okafor
- I met a doctor. => Ines met Dr. Okafor
+ I went there yesterday. => Ines went to {Porto} on {7 May 2023}
- I went home. => Ines went home on {7 May 2023}
- I went to bed early. => Ines went to {Porto} early
+ She gave me a book last week. => {Katya} gave Ines a book in the {week of 1 May 2023}
- I bought a book. => {Katya} bought a book
+ My mother is ill. => {Marta} is ill, Ines's mother
+ You helped me move. => {Farid} helped Ines move
+ I'll see Tomasz on Friday. => Ines will see Tomasz on {Friday 12 May 2023}
- I'll see Tomasz soon. => Ines will see Tomasz and Bettina soon
+ I don't eat meat. => Ines does not eat meat
- I don't eat meat. => Ines eats meat
- I eat meat. => Ines does not eat meat
+ I never smoked. => Ines never smoked
- I never smoked. => Ines smoked
+ I've got no siblings. => Ines has no siblings
- I've got no siblings. => Ines has siblings
+ I no longer live in Rome. => Ines no longer lives in Rome
- I no longer live in Rome. => Ines lives in Rome
+ I used to live in Rome. => Ines used to live in Rome
+ I used to live in Rome. => Ines lived in Rome
- I used to live in Rome. => Ines lives in Rome
+ I left Initech. => Ines no longer works at Initech
- I work at Initech. => Ines no longer works at Initech
+ I don't like olives. => Ines dislikes olives
+ I can't stand olives. => Ines hates olives
- I don't like olives. => Ines likes olives
+ I hate olives. => Ines does not like olives
- I hate olives. => Ines loves olives
- I love olives. => Ines hates olives
- I love olives. => Ines does not like olives
+ I'm a big fan of olives. => Ines loves olives
- I'm not a fan of olives. => Ines is a fan of olives
+ I don't drink coffee, but I love tea. => Ines loves tea
+ I don't drink coffee, but I love tea. => Ines does not drink coffee
- I don't drink coffee, but I love tea. => Ines does not love tea
- I don't drink coffee, but I love tea. => Ines drinks coffee
+ No, I moved to Porto. => Ines moved to Porto
+ It's not Porto but Lisbon. => It is Lisbon
+ I can't wait to see Rome. => Ines wants to see Rome
+ I don't know if I told you, I bought a boat. => Ines bought a boat
+ Farid called me. => Farid called Ines
+ I was called by Farid. => Farid called Ines
+ Tomasz taught Farid chess. => Tomasz taught Farid chess
+ Farid was taught chess by Tomasz. => Tomasz taught Farid chess
+ I moved from Oslo to Bergen. => Ines moved from Oslo to Bergen
+ I met Farid. => Farid and Ines met
+ Tomasz and Farid are cousins. => Farid and Tomasz are cousins
- My brother's favourite player is Ronaldo. => Ines's favourite player is Ronaldo
+ My brother's favourite player is Ronaldo. => <Ines's brother> Ines's brother's favourite player is Ronaldo
- My sister lives in Oslo. => Ines lives in Oslo
+ My sister Katya lives in Oslo. => <Katya> Katya lives in Oslo
+ My mum and I baked bread. => Ines baked bread with her mum
- I play tennis on Sundays. => Ines plays the violin in an orchestra
- I play tennis on Sundays. => Ines owns a tennis academy with a swimming pool
+ I play tennis on Sundays. => Ines plays tennis on Sundays
- The soup was too salty. => Ines is a professional chef
+ Ich habe keine Katze. => Ines hat keine Katze
- Ich habe keine Katze. => Ines hat eine Katze
+ Je n'aime pas le fromage. => Ines n'aime pas le fromage
- Je n'aime pas le fromage. => Ines aime le fromage
+ No tengo hermanos. => Ines no tiene hermanos
- No tengo hermanos. => Ines tiene hermanos
+ Я не люблю рыбу. => Ines не любит рыбу
- Я не люблю рыбу. => Ines любит рыбу
+ 我住在成都。 => Ines住在成都
- 我住在成都。 => Ines住在上海
- 我不吃肉。 => Ines吃肉
+ 私は肉を食べません。 => Inesは肉を食べません
- 私は肉を食べません。 => Inesは肉を食べます
"""


def rows() -> list[tuple[bool, str, str]]:
    """Return (supported, what was said, the claim)."""
    out = []
    for line in TABLE.strip().splitlines():
        said, claimed = line[2:].split(" => ")
        out.append((line[0] == "+", said, claimed))
    return out
