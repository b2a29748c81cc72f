"""What the grammar knows about single English words."""

from __future__ import annotations

IRREGULAR = """
arise arose arisen|awake awoke awoken|bear bore borne|beat beat beaten|become became become|begin began begun|bend bent bent
bet bet bet|bind bound bound|bite bit bitten|bleed bled bled|blow blew blown|break broke broken|bring brought brought
build built built|burn burnt burnt|burst burst burst|buy bought bought|catch caught caught|choose chose chosen|cling clung clung
come came come|cost cost cost|creep crept crept|cut cut cut|deal dealt dealt|dig dug dug|do did done|draw drew drawn
dream dreamt dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed fed|feel felt felt
fight fought fought|find found found|fit fit fit|flee fled fled|fly flew flown|forget forgot forgotten|forgive forgave forgiven
freeze froze frozen|get got gotten|give gave given|go went gone|grind ground ground|grow grew grown|hang hung hung|have had had
hear heard heard|hide hid hidden|hit hit hit|hold held held|hurt hurt hurt|keep kept kept|kneel knelt knelt|know knew known
lay laid laid|lead led led|lean leant leant|leap leapt leapt|learn learnt learnt|leave left left|lend lent lent|let let let
lie lay lain|light lit lit|lose lost lost|make made made|mean meant meant|meet met met|mistake mistook mistaken|pay paid paid
prove proved proven|put put put|quit quit quit|read read read|ride rode ridden|ring rang rung|rise rose risen|run ran run
say said said|see saw seen|seek sought sought|sell sold sold|send sent sent|set set set|sew sewed sewn|shake shook shaken
shed shed shed|shine shone shone|shoot shot shot|show showed shown|shrink shrank shrunk|shut shut shut|sing sang sung
sink sank sunk|sit sat sat|sleep slept slept|slide slid slid|speak spoke spoken|spend spent spent|spill spilt spilt|spin spun spun
split split split|spread spread spread|spring sprang sprung|stand stood stood|steal stole stolen|stick stuck stuck
sting stung stung|strike struck struck|strive strove striven|swear swore sworn|sweep swept swept|swim swam swum|swing swung swung
take took taken|teach taught taught|tear tore torn|tell told told|think thought thought|throw threw thrown
understand understood understood|undergo underwent undergone|upset upset upset|wake woke woken|wear wore worn|weave wove woven
weep wept wept|win won won|wind wound wound|withdraw withdrew withdrawn|write wrote written|rebuild rebuilt rebuilt
redo redid redone|retake retook retaken|overcome overcame overcome|outgrow outgrew outgrown|rewrite rewrote rewritten
reread reread reread|babysit babysat babysat|sublet sublet sublet
"""
"""Base, past and participle."""

REGULAR = """
learn burn dream lean leap spill spell kneel accept ache achieve act adapt add adjust admire adopt adore advise afford agree aim allow announce answer apologise apologize
appear apply appreciate approach argue arrange arrive ask assemble attempt attend audition avoid bake balance battle believe
belong bike blog board boil book borrow bother breathe brew browse brush buy call camp cancel care carry celebrate change charge chat
check chill chop clean climb close coach collect come commit commute compete complain complete compose concentrate conduct connect
consider consult contact continue contribute convert convince cook count cover crave create crochet cross cuddle cycle dance date
decide declare decorate dedicate defend define deliver depend describe deserve design desire develop die disagree discover discuss
dislike divorce donate download draft dress drop dye earn edit email embrace emigrate empty encounter encourage end engage enjoy enrol
enroll enter escape exercise exhibit exist expand expect experience experiment explain explore express face fail
fear file film finalise finalize finish fix focus follow foster frame garden gather graduate grill guess guide handle happen hate help
hike hire hope host hug hunt identify ignore imagine immigrate improve include inherit injure inspire install intend interview
introduce invest invite involve itch jog join journal joke juggle jump kayak kick kiss knit knock lack land laugh launch lift like limit list listen
live load lock look love lower major manage mark marry master match matter meditate mention mentor miss mix motivate
move name need negotiate notice nurse obtain offer open operate order organise organize outline owe own pack paint park participate
pass pause perform phone photograph pick plan plant play practice practise pray prefer prepare present print produce program promise
promote propose provide publish pull purchase push raise reach realise realize receive recharge recognise recognize recommend record
recover reduce reflect refuse register regret rehearse relate relax release relocate rely remain remember remind remodel remove
renew renovate rent repair repeat replace report represent request rescue research reserve resign respect rest restore retire
return reunite review roast rock roll row sail save schedule score scuba search seem separate serve settle share shop shower sign sketch
ski skate skip smell smile smoke snap snowboard snuggle socialise socialize solve sound spar spot sprain start stay stop store stream
stretch struggle study submit subscribe succeed suffer suggest supply support suppose surf surprise survive suspect swap switch
talk taste tend test text thank tour trade train transfer translate travel treasure treat trek trust try turn tutor twist type use
value view visit volunteer vote wait walk want warm wash watch water welcome wish wonder work worry wrap yell
rap weigh expire smoke snore bark contain arrest hatch melt paint sail trap vanish crash land leak bloom glow retrain enlist deploy figure tackle stumble bounce team bump chase sprint bench squat freelance intern apprentice shadow
"""
"""Bases of regular verbs that people tell of themselves: they are known as verbs without a pronoun before them."""

DOUBLING = """
run swim get put cut sit plan shop jog quit stop begin win dig chat knit hit let set drop hug trim step rub grab snap chop wrap spar
swap skip forget commit admit prefer refer occur rap fit bet upset babysit bid rebut submit log blog program split shut transfer spot sublet
pat nap tap clap rip tip mop dip flip trip ship strip slip beg drag skim spin grin thin hum strum plug hop cop
"""
"""Bases that double their last letter before -ing and -ed."""

NOT_PAST = (
    "need feed breed speed embed exceed proceed bleed succeed weed seed heed red bed shed wed led indeed"
)
"""Words in -ed that are no past."""

ADVERBS = """
also always never really just still usually often sometimes rarely seldom only even already recently finally actually now
currently both all then once ever kinda occasionally hardly barely almost nearly definitely probably totally absolutely completely
truly honestly simply mostly mainly typically generally normally regularly frequently personally originally initially
eventually suddenly immediately previously formerly apparently obviously clearly certainly possibly basically literally deeply
strongly slowly quickly fully newly officially proudly happily luckily fortunately unfortunately sadly least most mainly temporarily permanently
not n't too so pretty super twice soon lately instead maybe perhaps sure myself ourselves themselves
"""
"""They may stand between a subject and its verb."""

DETERMINERS = (
    "a an the my our your his her their its this that these those some any no another each every both"
)
"""What follows is no verb."""

FILLERS = r"""
wow|woah|whoa|oh|ooh|ah|aw|aww|hey|hi|hello|hiya|yo|yeah|yea|yep|yup|yes|nope|nah|no|ok|okay|well|so|and|but|plus|anyway|anyways|
also|right|sure|haha|hah|lol|lmao|hmm|hm|um|uh|er|ugh|gosh|man|dude|damn|omg|btw|tbh|imo|imho|fyi|yay|woo|woohoo|cool|nice|great|
awesome|amazing|fantastic|wonderful|perfect|thanks|thank you|cheers|thanks so much|thanks a lot|congrats|congratulations|
definitely|absolutely|totally|exactly|indeed|honestly|actually|basically|literally|seriously|frankly|personally|obviously|
apparently|luckily|fortunately|unfortunately|sadly|thankfully|hopefully|surprisingly|of course|for sure|by the way|
to be honest|to tell the truth|in fact|as a matter of fact|you know|you know what|you see|i mean|like i said|as i said|
as you know|guess what|believe it or not|long story short|funny enough|good news|big news|great news|for what it's worth|speaking of which|
no worries|no problem|oh man|oh no|oh well|oh my god|oh my gosh|my god|oh yes|oh yeah|yes please|that said|having said that|other than that|
on the other hand|on a different note|on another note|in the meantime|as for me|apart from that|on top of that|first of all|speaking of that|either way|in other news|same here|me too|please|sorry|look|listen|anyhow|besides|even so|still|then|though|
"""
"""They open a sentence and say nothing of it; a comma or a mark follows most of them."""

WRAPPERS = r"""
i (?:really |just |still |honestly )?(?:think|guess|believe|suppose|reckon|figure)(?: that)?(?! (?:in|of|about|so|like|it|that)\b)|i feel like|i(?:'m| am) (?:pretty |quite |fairly )?sure(?: that)?|
i have to (?:say|admit)(?: that)?|i(?:'m| am) afraid(?: that)?(?= i\b)|i must (?:say|admit)(?: that)?|i(?:'ve| have) got to (?:say|admit)(?: that)?|i(?:'m| am) (?:so |really |very |just )?(?:happy|glad|excited|proud|pleased|thrilled|sorry|sad) to
 (?:say|tell you|report|announce|share)(?: that)?|i (?:wanted|want|just wanted|have) to (?:tell you|let you know|share)(?: that)?|did i (?:tell|mention)(?: you)?(?: that)?|
i forgot to (?:tell you|mention|say)(?: that)?|i should (?:mention|add)(?: that)?|let me tell you|as (?:i|you may|you might) (?:said|mentioned|know|remember)|(?:it )?turns out(?: that)?|
i meant(?: to say)?(?: that)?|the thing is|the truth is|the fact is|fun fact|just so you know|for the record|remember that|note that|in my opinion|if you ask me|the good news is(?: that)?|the bad news is(?: that)?|
i(?:'d| would) like (?:you )?to (?:know|say|add)(?: that)?|you (?:should|need to) know(?: that)?
"""
"""Frames around a statement: what they hold is what is said."""

VAGUE = """
thing things stuff lot lots way ways time times bit kind sort something anything everything nothing someone anyone everyone people
good great nice cool awesome amazing fun wonderful fantastic incredible beautiful lovely perfect best better bad worse worst big
happy glad sad excited proud grateful thankful lucky blessed sorry sure ready okay fine right true crazy wild tough hard easy important
special interesting inspiring meaningful rewarding feel feels feeling felt think thinks thought know knows knew see sees saw seen look looks
looking looked sound sounds seem seems get gets got getting make makes made making go goes going went gone come comes came take takes took
taken mean means meant say says said tell tells told want wants wanted need needs needed love loves loved like likes liked enjoy hope
hopes hoping wish try tries tried trying keep keeps kept keeping let give gives gave help helps helped believe guess appreciate agree remember
understand care talk talking hear heard wait share support really very much well always never still just super totally definitely absolutely
day days today clue problem problems life world idea part point fact reason difference experience moment time_phrases place one ones first last next new old others
little whole even also actually pretty quite too back yet soon later now then there here again maybe able done do does did
doing bring brings brought find finds found show shows work works
"""
"""They tell little on their own: a sentence needs others beside them."""

FINITE = "am is are was were 'm 're has have had does did do will would can could should may might must 've 'll wo ca"
"""Whoever stands before one of these is its subject."""

MODALS = "will would can could should may might must shall 'll 'd wo ca cannot"
PREPOSITIONS = """
of at by for with about against between among into onto through during before after above below to from up down in out on off over
under within without upon toward towards via per around across along behind beside besides beyond near like as than
"""

IMPRESSIONS = "sound look seem love like hear think hope wish mean feel miss"
"""Verbs that begin a reaction when nobody stands before them: `Loved it!`, `Sounded great`."""

JOINED = """
go have eat play take make watch read write spend try feel think love hate enjoy get see meet keep give bring buy sing listen teach learn help
come stay live talk speak sit sleep drive ride do know tell want prefer bake draw sew volunteer meditate hang drink wear grow clean cook
"""
"""Bases that behind "and" are far more often verbs than nouns."""

FEELINGS = """
glad happy sorry sad proud excited thrilled jealous curious sure grateful thankful impressed here okay ok fine good great well stoked pumped
blown speechless lucky amazed ready honored honoured blessed rooting kidding serious certain positive alright better tired hungry bored
busy exhausted back home glad confident determined motivated inspired hopeful nervous worried touched happier there right wrong
"""
"""How one is at the moment: alone it is no fact."""

LOOSE = "be have do make get go take see look feel try keep find give come let need want use say tell put"
"""Verbs that say little by themselves."""

STATES = "be have know want need like love hate feel think believe seem mean own live prefer belong"
"""Verbs of what lasts rather than happens."""

UNCLEAR = """
it that this these those they he she there here what which who such both all most many everyone everybody everything nothing nobody
something anything you your yours hers his him her their theirs its one ones others another thing things stuff people life nothing
sounds looks feels seems glad sorry congrats thanks being doing having
"""
"""A subject that only what stands around makes clear."""

ADJUNCTS = """
when while because although though whenever once last this next yesterday today tonight tomorrow earlier recently lately one every each
two three four five several some back now these nowadays
of at by for with about against between among into onto through during before after above below to from up down in on off over
under within without upon toward towards via per around across along behind beside besides beyond near like as since until till
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september october november december
"""
"""What may begin an adverbial before the subject."""

ELIDED_GERUNDS = """
working thinking trying planning looking hoping getting going taking starting heading preparing finishing learning reading moving waiting
saving training leaving flying driving visiting meeting studying staying watching
"""
"""What people are doing when they leave themselves out: `Working on a new song`."""

NAMED_DAYS = "last this next yesterday today tonight tomorrow recently"
"""They may stand before "my" without a comma: `Last week my sister …`."""

BEGIN_CLAUSES = "when while because although though after before as since until whenever once"
"""They begin a clause with a subject of its own."""

HABITUAL = "always usually often every each never daily sometimes normally"
"""With one of these, a verb whose past is its base (`read`, `put`) is in the present."""

BREAKS = "because when if while so since i"
"""Behind one of these, another clause begins."""

OFTEN = """
every each usually always often daily weekly regularly normally typically sometimes twice once weekends mornings evenings mondays tuesdays
wednesdays thursdays fridays saturdays sundays
"""
"""They tell of a habit."""

NO_DEEDS = "be have get feel think seem look say tell know"
"""Verbs that no activity is read from."""

DEEDS = """
run win finish complete make build bake paint cook watch write read organise organize host volunteer graduate pass plant climb hike perform
publish record donate raise launch open sell create design draw sew knit camp compete interview apply celebrate marry sign teach coach help
rescue race swim cycle ride explore discover retire reach repair fix renovate
"""
"""Verbs of what one can be said to have done."""

NO_NAMES = """
I I'm I've It He She They We You The This That And But So Then Now Yes No Is Was Mr Mrs Ms Dr God Who What When Where How My Our His Her
Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October November
December Christmas Easter English French German Spanish American Thanks Hey Hi Oh Wow
"""
"""Words with a capital that name nobody."""

FIRST_PERSON = "i me my mine myself we us our ours ourselves"
"""The speaker, perhaps with others."""

SECOND_PERSON = "you your yours yourself ya u ur y'all"
"""The one who is spoken to, or anybody."""

INVERTED = "am do did have had can could will would should was were are"
"""Before "I" they make no statement of their own: `nor do I`."""

OTHER_SUBJECTS = "he she it they you who that which he's there someone everyone everybody my our"
"""With one of these between, "and I" is somebody else's second verb."""

NO_VERBS = "and or but of in on at to for with the a an my if who not as than"
"""Behind a subject they are no verb."""

STOPS = "to that which who because when if while can could would will should i we he she they it you"
"""Behind one of these, a verb that follows "and" may not be the subject's."""

OBJECTS = "a an the my our it them him her this these every hard daily"
"""What follows them can only be a verb's: `and find a way`."""

ASKING = "what who whom whose which when where why how do does did is are was were can could would will should have has am"
"""They begin a question."""

MINE = "i me my mine we us our"
"""The speaker in any case."""

TO_YOU = "tell give send show buy bring meet invite promise owe lend make teach visit call text email ask borrow pay mention"
"""What one does to the one who is spoken to, who then is not just anybody."""

MENTAL = """
hope wish bet wonder guess figure think appreciate agree understand imagine believe know mean see suppose assume thank congratulate
"""
"""Verbs of thinking: what is thought is no fact of a life."""

TASTES = "love like enjoy hate adore dislike admire"
"""Verbs of liking."""

POINTING = "this that it your those these how when hearing seeing them him her what"
"""An object that only what was said before makes clear."""

PROMISES = (
    "let keep check try do be see send remember give think look share tell show have make add stay never"
)
"""Without a day, what one "will" do is politeness."""

DATED = """
next tomorrow tonight weekend week month year summer winter spring fall autumn monday tuesday wednesday thursday friday saturday sunday
"""
"""They give a plan its time."""

ALWAYS_CAPITAL = "i i'm i've i'll monday tuesday wednesday thursday friday saturday sunday"
"""Their capital makes no name of them."""

NUMBER_WORDS = "two three four five six seven eight nine ten"
"""Numbers that count something."""

BEFORE_IS = "it that he she what there here who how where this let everyone everything"
"""Behind these, 's is "is"."""

CANNOT = "wait believe help imagine agree thank say complain"
"""What one "can't" do in exclamations."""

PLANNING = "plan hope want intend aim"
"""Verbs of what is to come."""

DEMONSTRATIVES = "this that these those"
"""They point; with a noun and "my", enough is said: `This ring was my grandmother's`."""

DOING_TO_TIME = "on in at over during"
"""Prepositions that the wording of a date brings along."""

BOUNDING_TIME = "since until till by before after from for to of between around"
"""Prepositions that say more than "at": they stay, and the date loses its own."""

UNCHANGED = "will would can could should may might must ca wo shall cannot was is has had does did used"
"""The same for every person, or the third already."""

VAGUE_TIMES = (
    "recently lately now nowadays soon currently these days so far already for a while some time just once"
)
"""Words of times that have no bounds."""

ENDS_MAIN = "- – — ; because which but so although though even while since until unless whereas"
"""Where the main clause ends: what stood before its subject is put here."""

THEY = "they them their theirs themselves"
"""Others, where they stand in the same sentence as the speaker."""

BRITISH = "travel cancel model label tunnel signal quarrel counsel enrol fulfil"
"""Bases whose last letter may be doubled: `travelled`, `traveled`."""

TIME_NOUNS = """
ago birthday anniversary day days morning mornings afternoon evening evenings night nights week weekend weekends weeks month months year years summer winter spring fall
autumn monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november
december yesterday today tonight tomorrow recently lately christmas easter now nowadays
"""
"""With one of these before it, "I" begins the clause: `Two weeks ago I …`."""

PRONOUNS = "it they he she this that these those"
"""Subjects that the sentence before makes clear."""

BEEN_LONG = "ages so too a forever there"
"""Behind "been" they tell how long it has been, or where."""

BEHIND_IS = "a an the on in at not been going named called very really so always from my our"
"""Behind a noun with 's, they make it "is" rather than a possessive."""

TITLES = "mr mrs ms dr st prof"
"""Their full stop ends nothing."""

DANGLING = "it this that these those them him he she they one another there so"
"""They mean what was said before."""

BE = "am:base is:third are:base 'm:base 're:base was:past were:past been:participle being:gerund"
"""Forms of "be"."""

THIRD = "am:is are:is 'm:is 're:is have:has 've:has do:does go:goes were:was"
"""Irregular forms with "she"."""

GERUNDS = "be:being lie:lying die:dying tie:tying dye:dyeing see:seeing ski:skiing"
"""Irregular forms in -ing."""
