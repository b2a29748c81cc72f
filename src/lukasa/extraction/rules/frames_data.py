"""The attribute grammar: for each verb, what may follow it, and which attribute that is.

A row is (verb, what follows, attribute, how). `{X}` is a noun phrase, `{P}` a place or organisation with a capital, `{V}` another
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

ROWS: tuple[tuple[str, str, str, How], ...] = (
    ("live", r"(?:back )?(?:in|near|outside|at) {P}", "lives_in", "state"),
    ("reside", r"in {P}", "lives_in", "state"),
    ("base", r"in {P}", "lives_in", "state"),
    ("be", r"(?:currently )?(?:based|living|settled) in {P}", "lives_in", "state"),
    (
        "move",
        r"(?:\w+ )?(?:back |away |out |over |up |down )?(?:here )?(?:from .{2,40}? )?(?:to|into) {P}",
        "moved_to",
        "event",
    ),
    ("relocate", r"(?:from .{2,40}? )?to {P}", "moved_to", "event"),
    ("emigrate", r"(?:from .{2,40}? )?to {P}", "moved_to", "event"),
    ("work", r"(?:full[- ]time |part[- ]time |remotely )?as (?:an? |the )?{S}", "works_as", "state"),
    (
        "work",
        r"(?:full[- ]time |part[- ]time |remotely |as [\w '-]+? )?(?:at|for) (?!the moment|home|night|a living|myself|themselves|years|hours|it\b|them\b|this|that|my\b|their\b){X}",
        "works_at",
        "state",
    ),
    ("start", r"(?:a (?:new )?job|work|working) (?:as .+? )?(?:at|for|with) {P}", "works_at", "event"),
    ("start", r"(?:a (?:new )?job|work|working) as (?:an? |the )?{S}", "works_as", "event"),
    ("join", r"{P}(?= as\b)", "works_at", "event"),
    ("get", r"(?:a|the) (?:new )?(?:job|position) (?:as .+? )?(?:at|with) {P}", "works_at", "event"),
    ("get", r"(?:a|the) (?:new )?(?:job|position) as (?:an? |the )?{S}", "works_as", "event"),
    ("be", r"(?:originally )?from {P}", "comes_from", "state"),
    ("come", r"(?:originally )?from {P}", "comes_from", "state"),
    ("be", r"born (?:and raised )?in (?P<value>(?-i:[A-Z])[\w.'-]+(?: [A-Z][\w'-]+)*)", "comes_from", "any"),
    ("be", r"(?:now |only |about )?(?P<value>\d{1,3}) years? old\b.*", "age", "state"),
    ("be", r"(?P<value>(?:1[3-9]|[2-9]\d))(?: now| today)?", "age", "state"),
    ("turn", r"(?P<value>\d{1,3})\b.*", "age", "event"),
    ("be", r"(?:severely |deathly |very |also |mildly )?allergic to {X}", "allergic_to", "state"),
    (
        "have",
        r"an? (?:severe |bad |serious |mild )?(?:(?P<value>\w+(?: \w+)?) allergy|allergy to (?P<value2>[\w ]+))",
        "allergic_to",
        "state",
    ),
    (
        "be",
        r"(?:an? )?(?:strict |lifelong )?(?P<value>vegan|vegetarian|pescatarian|pescetarian|flexitarian|gluten[- ]free|lactose[- ]intolerant|teetotal|keto)\b.*",
        "diet",
        "state",
    ),
    ("become", r"(?:an? )?(?P<value>vegan|vegetarian|pescatarian|flexitarian)\b.*", "diet", "event"),
    ("go", r"(?P<value>vegan|vegetarian|pescatarian|gluten[- ]free|keto)\b.*", "diet", "event"),
    ("follow", r"an? (?P<value>[\w-]+) diet\b.*", "diet", "state"),
    (
        "be",
        r"(?:happily |recently |newly )?(?P<value>married|single|divorced|engaged|widowed|separated|a widow|a widower)\b(?! (?:to|in|with|by)\b).*",
        "relationship_status",
        "state",
    ),
    ("get", r"(?P<value>married|engaged|divorced)\b.*", "relationship_status", "event"),
    ("be", r"(?:happily )?married to (?:a \w+ called |a \w+ named )?{N}", "partner", "state"),
    (
        "be",
        r"(?:an? )(?:[\w-]+ ){0,3}?(?P<value>(?:[\w-]+ )?(?:{JOBS}))\b(?! of (?:this|that|it|the)\b).*",
        "works_as",
        "state",
    ),
    (
        "be",
        r"(?:a (?:qualified|certified|registered|retired|professional) )(?P<value>[\w-]+(?: [\w-]+)?)",
        "works_as",
        "state",
    ),
    ("become", r"(?:an? )(?P<value>(?:[\w-]+ ){0,2}(?:{JOBS}))\b.*", "works_as", "event"),
    (
        "study",
        r"(?!for\b|at\b|in\b|hard\b|abroad\b|a lot\b|with\b|together\b|to\b|more\b|every\b){S}",
        "studies",
        "state",
    ),
    ("study", r"(?:[\w ]{2,40}? )?at {P}", "studies_at", "state"),
    ("go", r"to (?P<value>(?-i:(?:[A-Z][\w'-]+ )+)(?:University|College|School))\b.*", "studies_at", "state"),
    ("major", r"in {S}", "studies", "state"),
    (
        "learn",
        r"(?!that\b|a lot\b|so\b|from\b|how\b|about\b|to\b|it\b|the hard\b|more\b|something\b|much\b){S}",
        "studies",
        "state",
    ),
    (
        "speak",
        r"(?:fluent |some |a little |a bit of |only |also )*(?P<value>(?:{LANGUAGES})(?:(?:,| and|, and) (?:a little |some |fluent |basic |a bit of )?(?:{LANGUAGES}))*)\b.*",
        "speaks",
        "state",
    ),
    (
        "be",
        r"fluent in (?P<value>(?:{LANGUAGES})(?:(?:,| and|, and) (?:{LANGUAGES}))*)\b.*",
        "speaks",
        "state",
    ),
    ("have", r"(?P<value>{CONDITIONS})\b.*", "has_condition", "state"),
    (
        "be",
        r"(?:a )?(?P<value>diabetic|asthmatic|dyslexic|autistic|epileptic|colou?r[- ]?blind|deaf|blind|hard of hearing|left-handed|anemic)\b.*",
        "has_condition",
        "state",
    ),
    ("be", r"diagnosed with {X}", "has_condition", "any"),
    ("suffer", r"from {X}", "has_condition", "state"),
    ("love", r"(?:to )?{L}", "likes", "state"),
    ("like", r"(?:to )?{L}", "likes", "state"),
    ("enjoy", r"{L}", "likes", "state"),
    ("adore", r"{L}", "likes", "state"),
    (
        "be",
        r"(?:really |very |so |totally |big |also )*(?:into|fond of|passionate about|crazy about|obsessed with|keen on|a (?:big |huge |massive )?fan of|addicted to|in love with) {L}",
        "likes",
        "state",
    ),
    (
        "be",
        r"(?:really |totally )?(?:sick of|terrified of|scared of|afraid of) {L}",
        "dislikes",
        "state",
    ),
    ("hate", r"(?:to )?{L}", "dislikes", "state"),
    ("dislike", r"{L}", "dislikes", "state"),
    ("detest", r"{L}", "dislikes", "state"),
    ("stand", r"{L}", "dislikes", "state"),
    ("bear", r"{L}", "dislikes", "state"),
    ("prefer", r"(?:to )?{X}(?: (?:to|over|rather than|instead of) .*)?", "prefers", "state"),
    ("own", r"{X}", "owns", "state"),
    (
        "have",
        r"(?:got )?(?:an? |two |three |\d )(?:[\w-]+ ){0,2}?(?P<value>(?:[\w-]+ ){0,2}?(?:{OWNED}))s?\b(?! to | in mind).*",
        "owns",
        "state",
    ),
    ("buy", r"(?:(?!me\b|him\b|her\b|them\b|it\b|you\b)(?:themselves )?){A}", "got", "event"),
    ("get", r"(?:themselves )?{A}", "got", "event"),
    ("adopt", r"{A}", "got", "event"),
    ("receive", r"{A}", "got", "event"),
    ("purchase", r"{A}", "got", "event"),
    ("inherit", r"{A}", "got", "event"),
    ("visit", r"(?!it\b|them\b|him\b|her\b|there\b|this\b|that\b){X}", "visited", "event"),
    (
        "travel",
        r"(?:all the way |around |across |through |alone )?(?:to |around |through )?{P}",
        "visited",
        "event",
    ),
    ("fly", r"(?:out |back |over )?to {P}", "visited", "event"),
    ("tour", r"{P}", "visited", "event"),
    ("explore", r"{P}", "visited", "event"),
    (
        "go",
        r"(?:back |over |up |down )?(?:on (?:a |an |my |their )?[\w ]{0,30}?(?:trip|vacation|holiday|honeymoon|cruise) )?to (?:see |visit )?{P}",
        "visited",
        "event",
    ),
    ("take", r"(?:an? )[\w -]{0,30}?trip to {X}", "visited", "event"),
    ("attend", r"(?!it\b|that\b|this\b|to\b){X}", "attended", "event"),
    (
        "go",
        r"(?:back )?to (?:an? |the |my |their )?(?P<value>(?:[\w'’&-]+ ){0,5}?(?:{EVENTS})(?: (?:{EVENTS}))*)\b.*",
        "attended",
        "event",
    ),
    ("join", r"(?!it\b|them\b|him\b|her\b|in\b|us\b|this\b|that\b){X}", "attended", "event"),
    ("participate", r"in (?!it\b|that\b|this\b){X}", "attended", "event"),
    ("take", r"part in (?!it\b|that\b|this\b){X}", "attended", "event"),
    (
        "start",
        r"(?!to\b|with\b|off\b|it\b|by\b|from\b|on\b|over\b|out\b|a (?:new )?job\b){G}",
        "started",
        "event",
    ),
    ("begin", r"(?!to\b|with\b|it\b|by\b){G}", "started", "event"),
    ("start", r"to {I}", "started", "event"),
    ("begin", r"to {I}", "started", "event"),
    ("take", r"up (?!on\b|with\b|the\b|a lot\b|my\b|their\b|so\b|too\b){G}", "started", "event"),
    ("stop", r"(?!to\b|by\b|at\b|in\b|for\b|it\b|by\b|that\b|this\b){G}", "stopped", "event"),
    ("quit", r"{G}", "stopped", "event"),
    ("give", r"up (?!on\b|it\b|that\b){G}", "stopped", "event"),
    ("retire", r"from {X}", "stopped", "event"),
    ("drop", r"out of {X}", "stopped", "event"),
    ("leave", r"(?:my|their|the) (?P<value>(?:[\w-]+ )?job) .*", "stopped", "event"),
    ("plan", r"(?:to {I}|on {V})", "plans", "any"),
    ("intend", r"to {I}", "plans", "any"),
    ("aim", r"to {I}", "plans", "any"),
    ("hope", r"to {I}", "plans", "any"),
    ("think", r"(?:of|about) {V}", "plans", "any"),
    ("be", r"(?:planning (?:to {I}|on {V})|about to {I})", "plans", "any"),
    ("want", r"to {I}", "wants", "state"),
    (
        "want",
        r"(?!.*\bto\b)(?!to\b|it\b|that\b|this\b|them\b|you\b|her\b|him\b|my\b|their\b){X}",
        "wants",
        "state",
    ),
    ("dream", r"of {V}", "wants", "state"),
)
"""The first row of an attribute that fits decides; several attributes may come of one clause."""
