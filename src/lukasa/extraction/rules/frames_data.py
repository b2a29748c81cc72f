"""The attribute grammar: for each verb, what may follow it, and which attribute that is.

A row is: verb, attribute, how, what follows. `{X}` is a noun phrase, `{P}` a place or organisation with a capital, `{V}` another
verb's phrase in -ing, `{I}` one behind "to"; each becomes the value. *how*: `state` holds now (in the past tense: has ended),
`event` happened, `any` whichever.
"""

from __future__ import annotations

from typing import Literal

How = Literal["state", "event", "any"]
JOBS = (
    "accountant actor actress analyst architect artist assistant astronomer athlete attorney author baker banker barber barista bartender "
    "biologist blogger bookkeeper builder butcher carer carpenter cashier chef chemist cleaner clerk coach composer consultant cook counselor "
    "counsellor curator dancer dentist designer developer dietitian director doctor driver economist editor electrician engineer entrepreneur "
    "farmer filmmaker firefighter fisherman florist freelancer gardener geologist geographer hairdresser historian illustrator instructor "
    "interpreter janitor journalist judge lawyer lecturer librarian lifeguard manager mathematician mechanic midwife model musician nanny "
    "novelist nurse nutritionist optician painter paralegal paramedic pharmacist photographer physicist physiotherapist pianist pilot plumber "
    "poet policeman postman potter producer professor programmer psychiatrist psychologist psychotherapist publicist radiographer realtor "
    "receptionist reporter researcher retiree sailor salesman scientist screenwriter sculptor secretary singer soldier solicitor statistician "
    "student surgeon surveyor tailor teacher technician therapist trader trainer translator tutor undertaker usher vet veterinarian waiter "
    "waitress weaver welder writer"
)

LANGUAGES = (
    "Afrikaans Albanian Amharic Arabic Armenian Basque Bengali Bulgarian Cantonese Catalan Chinese Creole Croatian Czech Danish Dutch English "
    "Estonian Farsi Finnish Flemish French Galician Georgian German Greek Gujarati Hausa Hebrew Hindi Hungarian Icelandic Igbo Indonesian "
    "Irish Italian Japanese Kannada Khmer Korean Kurdish Lao Latin Latvian Lithuanian Luganda Malay Maltese Mandarin Marathi Mongolian Nepali "
    "Norwegian Pashto Persian Polish Portuguese Punjabi Romanian Russian Serbian Slovak Slovenian Somali Spanish Swahili Swedish Tagalog Tamil "
    "Telugu Thai Turkish Ukrainian Urdu Vietnamese Welsh Xhosa Yoruba Zulu"
)

CONDITIONS = (
    "adhd|add|anemia|anaemia|anxiety|arthritis|asthma|autism|bipolar disorder|cancer|celiac disease|coeliac disease|crohn's disease|depression|diabetes|"
    "dyslexia|eczema|endometriosis|epilepsy|fibromyalgia|glaucoma|high blood pressure|hypertension|hypothyroidism|insomnia|lupus|"
    "migraines?|multiple sclerosis|ocd|parkinson's|pcos|psoriasis|ptsd|rosacea|scoliosis|sleep apnea|tinnitus|vertigo|"
    "type [12] diabetes|ibs|chronic \\w+(?: \\w+)?|a (?:gluten|lactose|nut|peanut) intolerance|hay fever|gout|a heart condition|a bad back|a bad knee"
)

ANIMALS = (
    "dog|puppy|pup|cat|kitten|kitty|rabbit|bunny|hamster|guinea pig|parrot|budgie|canary|turtle|tortoise|snake|lizard|gecko|horse|pony|goldfish|fish|"
    "ferret|gerbil|rat|mouse|chinchilla|hedgehog|cockatiel|labrador|lab|golden retriever|retriever|poodle|beagle|husky|corgi|terrier|"
    "dachshund|bulldog|collie|spaniel|german shepherd|chihuahua|pug|siamese|tabby|chicken|hen|duck|goat|donkey"
)

EVENTS = (
    "concert|festival|gig|class|classes|conference|workshop|party|wedding|parade|support group|meeting|meetup|meet-up|reunion|retreat|seminar|exhibition|"
    "exhibit|fair|show|game|match|race|tournament|convention|ceremony|funeral|lecture|talk|course|event|gala|fundraiser|auction|rally|protest|march|"
    "opera|ballet|musical|play|premiere|opening|camp|bootcamp|hackathon|webinar|lesson|lessons|session|service|mass|church|therapy|graduation|carnival|"
    "camp|competition|contest|open mic|poetry reading|book club|club|group|team|choir|band|league|gym|program|programme|organization|organisation|association|community"
)

OWNED = (
    "car|bike|bicycle|motorbike|motorcycle|scooter|van|truck|boat|kayak|house|flat|apartment|condo|cottage|cabin|farm|garden|guitar|piano|violin|"
    "ukulele|drum kit|keyboard|camera|laptop|computer|phone|tablet|telescope|tent|camper|record player|sewing machine|bakery|shop|store|"
    "business|studio|restaurant|cafe|company|tesla|toyota|honda|ford|bmw|audi|kindle|ipad|iphone|macbook|drone|collection"
)

ROWS = r"""
live        lives_in            state (?:back )?(?:in|near|outside|at) {P}
reside      lives_in            state in {P}
base        lives_in            state in {P}
be          lives_in            state (?:currently )?(?:based|living|settled) in {P}
move        moved_to            event (?:\w+ )?(?:back |away |out |over |up |down )?(?:here )?(?:from .{2,40}? )?(?:to|into) {P}
relocate    moved_to            event (?:from .{2,40}? )?to {P}
emigrate    moved_to            event (?:from .{2,40}? )?to {P}
work        works_as            state (?:full[- ]time |part[- ]time |remotely )?as (?:an? |the )?{S}
work        works_at            state (?:full[- ]time |part[- ]time |remotely |as [\w '-]+? )?(?:at|for) (?!the moment|home|night|a living|myself|themselves|years|hours|it\b|them\b|this|that|my\b|their\b){X}
start       works_at            event (?:a (?:new )?job|work|working) (?:as .+? )?(?:at|for|with) {P}
start       works_as            event (?:a (?:new )?job|work|working) as (?:an? |the )?{S}
join        works_at            event {P}(?= as\b)
get         works_at            event (?:a|the) (?:new )?(?:job|position) (?:as .+? )?(?:at|with) {P}
get         works_as            event (?:a|the) (?:new )?(?:job|position) as (?:an? |the )?{S}
be          comes_from          state (?:originally )?from {P}
come        comes_from          state (?:originally )?from {P}
be          comes_from          any   born (?:and raised )?in (?P<value>(?-i:[A-Z])[\w.'-]+(?: [A-Z][\w'-]+)*)
be          age                 state (?:now |only |about )?(?P<value>\d{1,3}) years? old\b.*
be          age                 state (?P<value>(?:1[3-9]|[2-9]\d))(?: now| today)?
turn        age                 event (?P<value>\d{1,3})\b.*
be          allergic_to         state (?:severely |deathly |very |also |mildly )?allergic to {X}
have        allergic_to         state an? (?:severe |bad |serious |mild )?(?:(?P<value>\w+(?: \w+)?) allergy|allergy to (?P<value2>[\w ]+))
be          diet                state (?:an? )?(?:strict |lifelong )?(?P<value>vegan|vegetarian|pescatarian|pescetarian|flexitarian|gluten[- ]free|lactose[- ]intolerant|teetotal|keto)\b.*
become      diet                event (?:an? )?(?P<value>vegan|vegetarian|pescatarian|flexitarian)\b.*
go          diet                event (?P<value>vegan|vegetarian|pescatarian|gluten[- ]free|keto)\b.*
follow      diet                state an? (?P<value>[\w-]+) diet\b.*
be          relationship_status state (?:happily |recently |newly )?(?P<value>married|single|divorced|engaged|widowed|separated|a widow|a widower)\b(?! (?:to|in|with|by)\b).*
get         relationship_status event (?P<value>married|engaged|divorced)\b.*
be          partner             state (?:happily )?married to (?:a \w+ called |a \w+ named )?{N}
be          works_as            state (?:an? )(?:[\w-]+ ){0,3}?(?P<value>(?:[\w-]+ )?(?:{JOBS}))\b(?! of (?:this|that|it|the)\b).*
be          works_as            state (?:a (?:qualified|certified|registered|retired|professional) )(?P<value>[\w-]+(?: [\w-]+)?)
become      works_as            event (?:an? )(?P<value>(?:[\w-]+ ){0,2}(?:{JOBS}))\b.*
study       studies             state (?!for\b|at\b|in\b|hard\b|abroad\b|a lot\b|with\b|together\b|to\b|more\b|every\b){S}
study       studies_at          state (?:[\w ]{2,40}? )?at {P}
go          studies_at          state to (?P<value>(?-i:(?:[A-Z][\w'-]+ )+)(?:University|College|School))\b.*
major       studies             state in {S}
learn       studies             state (?!that\b|a lot\b|so\b|from\b|how\b|about\b|to\b|it\b|the hard\b|more\b|something\b|much\b){S}
speak       speaks              state (?:fluent |some |a little |a bit of |only |also )*(?P<value>(?:{LANGUAGES})(?:(?:,| and|, and) (?:a little |some |fluent |basic |a bit of )?(?:{LANGUAGES}))*)\b.*
be          speaks              state fluent in (?P<value>(?:{LANGUAGES})(?:(?:,| and|, and) (?:{LANGUAGES}))*)\b.*
have        has_condition       state (?P<value>{CONDITIONS})\b.*
be          has_condition       state (?:a )?(?P<value>diabetic|asthmatic|dyslexic|autistic|epileptic|colou?r[- ]?blind|deaf|blind|hard of hearing|left-handed|anemic)\b.*
be          has_condition       any   diagnosed with {X}
suffer      has_condition       state from {X}
love        likes               state (?:to )?{L}
like        likes               state (?:to )?{L}
enjoy       likes               state {L}
adore       likes               state {L}
be          likes               state (?:really |very |so |totally |big |also )*(?:into|fond of|passionate about|crazy about|obsessed with|keen on|a (?:big |huge |massive )?fan of|addicted to|in love with) {L}
be          dislikes            state (?:really |totally )?(?:sick of|terrified of|scared of|afraid of) {L}
hate        dislikes            state (?:to )?{L}
dislike     dislikes            state {L}
detest      dislikes            state {L}
stand       dislikes            state {L}
bear        dislikes            state {L}
prefer      prefers             state (?:to )?{X}(?: (?:to|over|rather than|instead of) .*)?
own         owns                state {X}
have        owns                state (?:got )?(?:an? |two |three |\d )(?:[\w-]+ ){0,2}?(?P<value>(?:[\w-]+ ){0,2}?(?:{OWNED}))s?\b(?! to | in mind).*
buy         got                 event (?:(?!me\b|him\b|her\b|them\b|it\b|you\b)(?:themselves )?){A}
get         got                 event (?:themselves )?{A}
adopt       got                 event {A}
receive     got                 event {A}
purchase    got                 event {A}
inherit     got                 event {A}
visit       visited             event (?!it\b|them\b|him\b|her\b|there\b|this\b|that\b){X}
travel      visited             event (?:all the way |around |across |through |alone )?(?:to |around |through )?{P}
fly         visited             event (?:out |back |over )?to {P}
tour        visited             event {P}
explore     visited             event {P}
go          visited             event (?:back |over |up |down )?(?:on (?:a |an |my |their )?[\w ]{0,30}?(?:trip|vacation|holiday|honeymoon|cruise) )?to (?:see |visit )?{P}
take        visited             event (?:an? )[\w -]{0,30}?trip to {X}
attend      attended            event (?!it\b|that\b|this\b|to\b){X}
go          attended            event (?:back )?to (?:an? |the |my |their )?(?P<value>(?:[\w'’&-]+ ){0,5}?(?:{EVENTS})(?: (?:{EVENTS}))*)\b.*
join        attended            event (?!it\b|them\b|him\b|her\b|in\b|us\b|this\b|that\b){X}
participate attended            event in (?!it\b|that\b|this\b){X}
take        attended            event part in (?!it\b|that\b|this\b){X}
start       started             event (?!to\b|with\b|off\b|it\b|by\b|from\b|on\b|over\b|out\b|a (?:new )?job\b){G}
begin       started             event (?!to\b|with\b|it\b|by\b){G}
start       started             event to {I}
begin       started             event to {I}
take        started             event up (?!on\b|with\b|the\b|a lot\b|my\b|their\b|so\b|too\b){G}
stop        stopped             event (?!to\b|by\b|at\b|in\b|for\b|it\b|by\b|that\b|this\b){G}
quit        stopped             event {G}
give        stopped             event up (?!on\b|it\b|that\b){G}
retire      stopped             event from {X}
drop        stopped             event out of {X}
leave       stopped             event (?:my|their|the) (?P<value>(?:[\w-]+ )?job) .*
plan        plans               any   (?:to {I}|on {V})
intend      plans               any   to {I}
aim         plans               any   to {I}
hope        plans               any   to {I}
think       plans               any   (?:of|about) {V}
be          plans               any   (?:planning (?:to {I}|on {V})|about to {I})
want        wants               state to {I}
want        wants               state (?!.*\bto\b)(?!to\b|it\b|that\b|this\b|them\b|you\b|her\b|him\b|my\b|their\b){X}
dream       wants               state of {V}
"""
"""The first row of an attribute that fits decides; several attributes may come of one clause."""
