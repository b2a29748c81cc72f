"""Words that make two sentences differ, by what they change; as `wording.words` writes them. Pure data."""

from __future__ import annotations

SORTS: dict[str, str] = {
    "negation": (
        "not no never none nobody nothing neither nor without hardly barely rarely seldom lacks lack except unless "
        "stopped stop quit quits former formerly ex longer anymore cannot nowhere"
    ),
    "number": "half double twice once thrice dozen couple several few many most all both each every some any only pair",
    "name": "",
    "date": (
        "january february march april may june july august september october november december monday tuesday "
        "wednesday thursday friday saturday sunday yesterday today tomorrow tonight morning afternoon evening night "
        "noon midnight weekend weekday spring summer autumn fall winter last next ago since until till daily weekly "
        "monthly yearly annually hourly day week month year decade century christmas easter birthday am pm early "
        "earlier late later before after during previous previously recently soon"
    ),
    "direction": (
        "to from into onto out in on off over under above below behind before after toward towards through up down "
        "inside outside left right north south east west with against for by between among across around along near "
        "than via per until at about beside instead"
    ),
    "degree": (
        "more less better worse best worst bigger smaller larger taller shorter longer older younger faster slower "
        "higher lower richer poorer cheaper earlier later most least enough too almost nearly exactly mostly partly "
        "stronger weaker warmer colder hotter harder easier heavier lighter bigger biggest smallest largest oldest "
        "youngest fastest tallest shortest first second third always often sometimes usually occasionally so such "
        "increased decreased rose fell gained lost grew shrank"
    ),
    "unit": (
        "km kilometre kilometer mile metre meter cm centimetre inch foot feet yard kg kilo kilogram gram pound lb "
        "ounce stone litre liter gallon hour minute second dollar euro pound yen franc rupee celsius fahrenheit "
        "percent degree hundred thousand million billion gb mb tb"
    ),
    "contrary": (
        "like love hate dislike despise loathe enjoy adore detest agree disagree accept reject win lose won lost "
        "buy sell bought sold lend borrow lent borrowed give take gave took send receive sent received arrive leave "
        "arrived start begin finish started began finished open close opened closed join joined left married divorced "
        "single engaged alive dead died born pass fail passed failed hot cold happy sad old new young good bad true "
        "false allow forbid allowed forbidden safe dangerous alone together sick healthy allergic immune "
        "vegetarian vegan big small high low rich poor full empty easy hard early late same different teach learn "
        "taught learned learnt push pull employ employed unemployed hired fired remember forget remembered forgot "
        "increase decrease raise lower"
    ),
    "person": (
        "i me my mine myself you your yours he him his she her hers they them their theirs we us our ours its who "
        "whose mum mother dad father parent brother sister sibling son daughter child kid wife husband partner "
        "boyfriend girlfriend fiancé fiancée friend neighbour colleague boss uncle aunt cousin niece nephew "
        "grandmother grandfather grandma grandpa 's else"
    ),
    "time": (
        "was were had did will would shall used been going gonna became becomes become went gone go lived worked "
        "studied played moved visited planned wanted liked loved hated"
    ),
    "certainty": (
        "may might can could should must would maybe perhaps probably possibly apparently allegedly hopes hope wants "
        "want plan wish intend try tries tried consider considering think believe supposedly if whether or but "
        "pretend refuse refused fail"
    ),
}
"""In the order in which they are reported. Any such word that one sentence has and the other has not makes a difference;
one of `contrary` only where something else stands in its place. A `name` is told by its capital, not by a list."""

LIGHT = (
    "a an the is am are be been being has have do does and that this it there of as then well quite pretty rather "
    "indeed please who which got get"
)
"""Words that come and go with the wording."""
