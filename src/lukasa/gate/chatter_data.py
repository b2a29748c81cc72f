"""How junk is worded: small talk, states of the moment, the noise of tools, and what assistants say of themselves.

Matched on lower case with straight apostrophes. Everything here was proposed as a lasting fact by some extractor.
"""

from __future__ import annotations

SMALL_TALK = (
    r"(?:hi+|hey+|hello|hiya|howdy|yo|sup|greetings|good (?:morning|afternoon|evening|night|day)|morning|evening|welcome(?: back)?|"
    r"bye+|goodbye|see (?:you|ya)|later|take care|cheers|ciao|talk (?:to you )?(?:soon|later)|have a (?:good|great|nice|lovely|wonderful|fun|safe)|"
    r"enjoy|sweet dreams|sleep well|get well|good luck|best of luck|break a leg|congrats|congratulations|happy (?:birthday|new year|easter|holidays)|"
    r"merry christmas|thanks?|thank you|thx|ty|much appreciated|appreciate (?:it|that|you)|you(?:'re| are) (?:welcome|the best|awesome|amazing|right|so kind)|"
    r"no (?:problem|worries|way|idea|rush)|my pleasure|anytime|don't mention it|sorry|apologies|my bad|excuse me|oops|whoops|"
    r"ok(?:ay)?|k+|sure|yes|yeah|yep|yup|no|nope|nah|right|exactly|absolutely|definitely|totally|indeed|of course|for sure|true|agreed|fair enough|"
    r"i (?:agree|see|understand|know|get it|hear you|think so|guess so|hope so|guess|bet|mean it|can't wait|feel you|appreciate)|same here|me too|me neither|"
    r"got it|noted|understood|will do|sounds (?:good|great|fun|amazing|lovely|like)|that(?:'s| is| was| sounds| must)|"
    r"it(?:'s| is| was) (?:so |really |very |pretty |all )*(?:nice|good|great|fun|ok|okay|fine|cool|amazing|awesome|lovely|true|hard|worth|been|a pleasure|always)|"
    r"wow|whoa|omg|oh|ah|aw+|ha(?:ha)*|lol|lmao|hehe|hmm+|ugh|yay|woohoo|nice|great|cool|awesome|amazing|wonderful|fantastic|perfect|lovely|brilliant|"
    r"excellent|interesting|sweet|beautiful|incredible|impressive|inspiring|well done|good (?:job|for you|idea|point|question|one)|way to go|keep (?:it up|going|up the (?:good|great|hard) work)|"
    r"go for it|you (?:got|can do|did|rock|deserve|should be proud)|proud of you|glad (?:to hear|you|it)|happy (?:to hear|for you|to help)|"
    r"i(?:'m| am) (?:so |really |very |just )*(?:glad|happy|sorry|proud|excited) (?:to hear|for you|you|that you|of you)|"
    r"let me (?:know|see|think|check)|(?:sending|send) (?:you )?(?:hugs|love|good|best|positive|prayers)|fingers crossed|wish me|catch (?:you|ya)|you (?:look|sound|seem|make)|you(?:'re| are) (?:too|so|such|always|really|very)|you(?:'ve| have) (?:got this|such)|hang in there|stay (?:safe|strong|tuned|positive)|what a|how (?:nice|cool|lovely|sweet|wonderful|exciting|funny|sad)|can't (?:wait|believe)|i can't wait|i (?:totally|completely|fully|really) (?:get|agree|understand)|tell me|what about you|how about you|and you|by the way|anyway|well|so|just (?:kidding|saying|wondering|checking)|"
    r"never ?mind|forget it|whatever|who knows|i(?:'m| am) (?:good|fine|ok|okay|well|back|here)|not (?:much|bad|really|yet|sure)|"
    r"guten (?:morgen|tag|abend)|gute nacht|hallo|danke(?: schön)?|vielen dank|bitte|tschüss|genau|klar|super|toll|"
    r"bonjour|bonsoir|salut|merci(?: beaucoup)?|au revoir|d'accord|super|hola|buenos días|buenas (?:tardes|noches)|gracias|muchas gracias|adiós|de nada|vale|"
    r"ciao|buongiorno|buonasera|grazie(?: mille)?|prego|certo|olá|oi|bom dia|boa (?:tarde|noite)|obrigad[oa]|tchau|claro|"
    r"привет|здравствуйте|спасибо|пожалуйста|пока|конечно|你好|您好|谢谢|再见|好的|早上好|晚安|こんにちは|おはよう(?:ございます)?|ありがとう(?:ございます)?|おやすみ|はい|"
    r"안녕하세요|안녕|감사합니다|고마워|네)"
)
"""How a sentence of small talk begins."""

AFTER_SMALL_TALK = (
    "a the you your to too so very really much again for that this it is was all there here and me my i we have had be been "
    "today now then soon later everyone everybody guys friend friends man buddy dear mate folks day night week weekend time "
    "one good great nice lovely wonderful fun hear hearing see seeing know help helping sharing share asking support kind words "
    "chat talk back advice idea ideas amazing awesome cool sounds do did well luck with of in on at more what how just can "
    "could will would such always as what're from are am journey story news work job keep going up out proud inspiring "
    "beautiful happy glad hope kind hugs vibes crossed photo picture pic smile happen happens next hilarious funny sweet tell fantastic like love thing things way got get make makes sense bet must feel feels exciting"
)
"""What may follow without making more of it."""

REACTIONS = (
    (
        r"\b(?:says?|said|sends?|sent|express(?:es|ed)|gives?|gave|offers?|offered|wish(?:es|ed)|shares?|shared|conveys?) (?:\w+ ){0,3}(?:hi|hello|hey|bye|goodbye|thanks|thank you|"
        r"greetings?|good (?:morning|night|luck)|congratulations|well|sorry|gratitude|appreciation|happiness|excitement|joy|interest|surprise|amazement|admiration|support|encouragement|sympathy|"
        r"enthusiasm|agreement|concern|curiosity|regret|apolog\w+)(?![-\w])"
    ),
    (
        r"\b(?:is|was|are|feels?|felt|seems?) (?:so |very |really |just |also )*(?:glad|happy|excited|sorry|thankful|grateful|pleased|proud|curious|impressed|inspired|interested|surprised|amazed|"
        r"delighted|touched|thrilled|relieved|eager|looking forward|ready|fine|ok|okay|well|good|great|here|back|there|right|welcome|sure|certain)(?![-\w])"
    ),
    (
        r"\b(?:thanks|thanked|thank|greets?|greeted|congratulates?|congratulated|compliments?|complimented|agrees?|agreed|acknowledges?|acknowledged|apologi[sz]e[sd]?|encourages?|encouraged|praises?|"
        r"praised|appreciates?|appreciated|laughs?|laughed|nods?|smiles?|smiled|repl(?:y|ies|ied)|responds?|responded|chats?|chatted|asks?|asked|wonders?|wondered|questions?|inquires?|inquired|comments?|commented)\b"
    ),
    r"\b(?:hopes?|hoped|thinks?|believes?|thought|knows?|feels?|finds?|found|notes?|noted|says?|said) (?:that )?(?:it|this|that|everything|things|all|so|the user|you|someone)\b",
    r"\bcan(?:no|')?t wait\b|\bhad a (?:nice|good|great|lovely) (?:chat|talk|conversation|time|day)\b|\b(?:a )?conversation (?:took place|happened|is going)\b|\b(?:is|are|was|were) (?:talking|chatting|speaking|having a conversation)\b",
)
"""What an extractor makes of small talk (`Ana is happy for Ben`); it is junk when little else is said."""

MOMENT = (
    # Proposals, and guesses about the other one.
    r"^\W*(?:let's|let us|shall we|why don't we|how about we)\b|\b(?:you|your \w+|that|it|this) must (?:be|look|feel|have been|taste|smell)\b",
    r"\b(?:am|is|are|'m|'re) about to (?:step|go|leave|head|start|eat|sleep|jump|get|hop|board|land|call)\b|\bneeds? (?:another|more|a) (?:coffee|tea|nap|break|drink|snack|minute|shower)\b|\b(?:connection|signal|reception|mic|audio) (?:is |'s )?(?:so |really |very )?(?:bad|poor|weak|lagging|off|on|slow)\b",
    r"\b(?:sitting|standing|lying|walking|driving|cycling|watching|eating|drinking|listening|wearing|reading|cooking|cleaning|shopping|scrolling|charging)\b.{0,40}\b(?:right now|at the moment|atm|as we speak)\b",
    r"\bjust (?:woke(?: up)?|got (?:up|home|back|in|out)|arrived|sat down|finished (?:eating|lunch|dinner|breakfast|work)|had (?:lunch|dinner|breakfast|coffee)|landed|parked)\b\W*$|\b(?:head|back|stomach|tummy|feet|legs|eyes?|throat) (?:is |are )?(?:hurts?|hurting|aches?|aching|killing me|sore)\W*$",
    r"\b(?:coffee|tea|food|pizza|soup|dinner|lunch|breakfast|water|kettle|taxi|bus|train|uber|delivery|laundry) (?:is|'s|are) (?:getting |going |almost |already |nearly |now )*(?:here|ready|cold|late|boiling|done|outside|coming|delayed)\W*$|\b(?:phone|laptop|battery) (?:is |'s )?(?:at|on) \d+ ?(?:%|percent)",
    r"\b(?:brb|afk|bbl|be right back|be back (?:in|soon|later)|back in (?:a|\d+|five|ten)|hold on|hang on|one (?:sec|second|moment|minute)|just a (?:sec|second|moment|minute)|give me a (?:sec|second|moment|minute))\b",
    (
        r"\b(?:is|am|are|'m|'re|'s) (?:just |currently |still |now |right now |about to |already )*(?:on (?:my|his|her|the) (?:phone|way|bus|train|break|lunch break|call)|heading (?:out|home|off|to bed|back)|"
        r"leaving|waiting (?:for|in|on|at)|in (?:a|the) (?:meeting|call|line|queue|car|taxi|shower|bath|lift|elevator)|at the (?:store|shop|supermarket|gym|bus stop|station|airport|checkout|door|office|dentist|doctor'?s?|bank|post office)|"
        r"on a (?:call|break)|almost there|out of (?:breath|milk)|making (?:coffee|tea|lunch|dinner|breakfast)|having (?:lunch|dinner|breakfast|coffee|a (?:snack|coffee|drink))|"
        r"eating (?:lunch|dinner|breakfast)|getting (?:ready|dressed|coffee)|writing back|going to (?:bed|sleep|the (?:store|shop|bathroom|toilet))|off to (?:bed|work|the \w+)|"
        r"(?:so |very |really |a bit |a little |super |too )*(?:tired|sleepy|hungry|thirsty|cold|hot|busy|bored|exhausted|starving|full|sweaty|late|awake|online|offline|away|free|stuck|confused|dizzy))(?: (?:right now|at the moment|now|today|tonight|atm|this \w+|just now|already|again|and .{0,30}))?\W*$"
    ),
    r"\b(?:is|am|are|'m|'re) (?:just |still |now )*(?:typing (?:this|on|with)|texting|stuck in (?:traffic|a (?:queue|line|lift|meeting|jam)|the (?:lift|elevator|rain))|running late|on (?:my|his|her|our|their) way (?:home|back|there|over|to (?:work|the \w+))|writing (?:this|you) from|waiting for (?:the |a |my )?(?:bus|train|tram|taxi|cab|uber|plumber|delivery|parcel|elevator|lift|call|you))\b",
    r"\b(?:for a (?:sec|second|minute|moment|bit)|in a (?:sec|second|minute|moment|bit)|in (?:five|ten|\d+) (?:mins?|minutes|secs?|seconds))\b",
    (
        r"\bgotta (?:go|run|dash)\b|\b(?:i |must |have to |need to |has to |needs to )(?:go|run|head (?:out|off)) now\b|\bdinner(?:'s| is) ready\b|\b(?:my|the) (?:battery|phone) (?:is|'s) (?:low|dying|dead|about to)|\b(?:door ?bell|phone) (?:is |'s )?(?:ringing|rang)\b|\bwifi (?:is|'s) (?:slow|down|bad)\b|"
        r"\bit(?:'s| is) (?:raining|snowing|sunny|cold|hot|late|early|getting (?:late|dark))\b"
    ),
)

TASK = (
    # Heartbeats, schedules, sessions.
    r"\bheart ?beat(?:_?ok|s)?\b|\bno_reply\b|\bcron(?:tab| ?jobs?)?\b|\bscheduled (?:task|job|run|check)\b|\b(?:health|liveness) ?check\b",
    r"\b(?:nothing|no(?:thing)? new|no changes?) (?:to (?:report|commit)|since (?:the )?last)\b|\bkeep-?alive\b|\bnothing new\b|\b(?:last|next|each|every) poll\b|\bpolling (?:interval|every|for)\b|\buptime\b",
    r"\bping(?:ed)?\b.{0,20}\b(?:ok|ms|alive|server|gateway)\b|\bsession (?:id|key|compacted|resumed|restored|reset)\b|\b(?:agent|chat|new) session (?:started|ended)\b",
    r"\bcontext (?:window|compacted|was compacted|limit|length)\b|\btokens? (?:used|remaining|budget|count|limit)\b|\b\d{3,} tokens\b",
    # Steps and progress.
    r"\b(?:step|phase|task|stage|iteration|attempt|batch|part|chunk|test) \d+ ?(?:of|/|out of) ?\d+\b|\b\d{1,3} ?% (?:done|complete|finished|of the (?:task|files|tests))\b|^(?:todo|to-do|wip|fixme)\b ?:",
    (
        r"\b(?:task|job|run|build|pipeline|deploy(?:ment)?|migration|script|command|request|query|tool|function|api|test suite|download|upload|installation|compilation|export|sync|backup|merge|"
        r"workflow|scan|index(?:ing)?|npm install|pip install)s? (?:[\w-]+ )?(?:call )?(?:has |have |was |is |were |are |just )?(?:been )?(?:now |still |already )*"
        r"(?:completed|finished|started|running|failed|succeeded|successful(?:ly)?|passed|passing|executed|timed out|aborted|queued|returned|in progress|retried|skipped|crashed|green|red|exited)\b"
    ),
    r"\b(?:running|ran|re-?running|executing|executed|invoking|retrying) (?:the |all |some |unit |\d+ )*(?:tests?|linter|lint|build|pytest|npm|make|script|command|migration|query|suite|formatter|type checker|mypy|ruff|cargo|docker|git)\b",
    r"\b(?:now|next|then),? (?:i'll|i will|let me|we|i'm going to|let's) (?:\w+ ){0,3}(?:file|code|tests?|function|bug|error|check|run|edit|implement|refactor)\b|\blet me (?:check|look at|open the|search|run|verify|inspect)\b",
    r"\bi(?:'ll| will) (?:now |first |start by |begin by |go ahead and )(?:run|check|read|open|fix|update|create|search|look|write|implement|execute|install|test|edit|verify|call|use|proceed|analy[sz]e)\w*\b",
    # Files, code, version control.
    r"\b(?:file|directory|variable|commit|config|readme|endpoint|dependency)s? [`'\"]?[\w./-]*[`'\"]? ?(?:was |were |is |has been |have been |got |successfully |to be )*(?:updated|created|deleted|modified|renamed|moved|saved|written|edited|added|removed|changed|committed|pushed|fixed|refactored|not found|installed|merged)\b",
    r"\b(?:updated?|created?|edited|modified|deleted|wrote|read|saved|opened|renamed?|refactored|patched|committed|pushed|merged|reverted|fixed) (?:the |a |file |to |in |into )*[`'\"]?(?:[\w-]*(?:/[\w.-]+)+|[\w-]{2,}\.[a-z]{2,5}\b(?! [a-z]))|\b(?:rename|refactor) the (?:variable|function|method|module)\b",
    r"\b[\w-]+\.(?:py|js|tsx?|jsx|json|ya?ml|toml|md|csv|tsv|xml|parquet|txt|ipynb|sh|rs|go|java|cpp|css|html|sql|lock|cfg|ini|log|env|rb|php)\b",
    r"\bgit (?:status|diff|log|add|commit|push|pull|checkout|rebase|merge|stash|branch)\b|\b(?:pull request|pr|merge request|issue|commit) #?[0-9a-f]{2,40} |\b(?:merged|opened|closed|reviewed) (?:pr|pull request)\b",
    r"\b(?:ci|lint(?:er)?|mypy|ruff|pytest|eslint|tsc|the build|tests) (?:is |are |was |were )?(?:green|red|passing|failing|passed|failed|clean|broken)\b",
    r"\b\d+ (?:tests?|files?|errors?|warnings?|insertions|deletions|assertions|checks)(?: (?:passed|failed|changed|found|were|was|returned|skipped|updated|processed|matched|in \d))?(?:$|[,;.]| and \d)",
    r"\b\d+ (?:tests?|files?|errors?|warnings?|items|rows|results|lines|documents|records) (?:passed|failed|changed|found|returned|skipped|updated|processed|inserted|matched|indexed)\b|\b\d+ (?:passed|failed)\b",
    r"\b(?:docker|kubectl|npm|npx|pip|cargo|terraform|systemctl|curl|ssh|yarn|pnpm|apt-get|brew) (?:compose|run|build|install|apply|get|start|stop|restart|up|test|exec|ps|logs|upgrade|audit|ci)\b",
    r"\b(?:apply|applied|applying|wrote|writing|reviewing|reviewed) the (?:patch|fix|diff|code|migration)\b|\b(?:read|reading|opened|parsed|scanned) the (?:file|code|codebase|logs?|diff|repo(?:sitory)?)\b|\bcompact(?:ing|ed|ion)\b.{0,20}\b(?:history|context|conversation)\b|\b(?:history|context|conversation)\b.{0,20}\bcompact",
    (
        r"^(?!.*\b(?:i|my|we|our|me|us)\b)\W*(?:successfully |now |automatically |still )*(?:fetch|wrote|writ|updat|creat|delet|process|load|pars|index|queu|cach|retr|execut|compil|deploy|sync|generat|return|initiali[sz]|configur|install|detect|skipp|merg|push|committ|fix|scann|queri|validat|upload|download)\w*\b.{0,60}(?:"
        r"\bapi|\brecords?|\brows?|\bfiles?|\boutput|\bjobs?|\bcache|\bdatabase|\bendpoints?|\bconfig|\btests?|\bbranch|\bschema|\bdocuments?|\bscripts?|\bmodules?|\bpackages?|\blogs?|\bentries|\bmigrations?|/\w+/)"
    ),
    r"\bseg ?fault\b|\bsub-?agents?\b|\b(?:worker|daemon|scheduler|process|thread|queue) (?:is |was |has )?(?:now |still )*(?:idle|busy|alive|dead|empty|stopped|blocked|waiting|killed)\b|\b(?:reminder|webhook|trigger|hook|alert|alarm|event|timer) (?:was |is |has )?(?:triggered|fired|fires|dispatched)\b",
    # Traces and echoes.
    r"traceback \(most recent|\b\w*(?:error|exception) ?:|\bstack ?trace\b|^\s*at [\w.$]+\(|\bfile \".+\", line \d+|\bexit(?:ed)?(?: with)? (?:code|status)|\bstderr\b|\bstdout\b|\bsegmentation fault\b|\bcore dumped\b",
    r"\bhttp(?:/\d\.\d)? ?[2345]\d\d\b|\b(?:status|error|return|response) code\b ?:? ?\d|\b(?:404|500|502|503) (?:not found|internal|bad gateway|error)|\bpermission denied\b|\bconnection (?:refused|reset|timed out)\b|\benoent\b|\bundefined is not\b|\bnull pointer\b|\bno such file\b",
    r"^\s*(?:\{.*\}|\[\s*[\"{\d\[].*\])\s*$|^\s*(?:\$ |>>>|#!|~/|\./)|\b(?:tool|function) (?:call|result|output|use|response)s?\b|\btool_(?:call|use|result)\b|\[(?:debug|info|warn(?:ing)?|error|trace|fatal)\]|\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d",
    r"^\s*(?:from [\w.]+ import|import [\w.]+;?$|def \w+\(|class \w+[:({]|(?:const|let|var) \w+ ?=|function \w*\(|return [\w.()]+;|select .{1,80} from |insert into )|^ls -\w",
    r"\b(?:search tool|search results?|tool|query|command|api|web search|grep) (?:returned|found|gave|shows?|yielded|produced)\b|\b(?:user|human) (?:asked|requested|wants|wanted|told|instructed|needs|is asking|asks) (?:the (?:assistant|agent|ai)|me|us)\b",
    r"\b(?:the assistant|the ai|the bot|ai assistant|the chatbot|the agent) (?:provided|suggested|offered|helped|responded|answered|replied|explained|generated|recommended|mentioned|searched|apologi[sz]ed|listed|summari[sz]ed|gave)\b",
)

ASSISTANT = (
    # Refusals.
    r"\bas an? (?:ai|artificial intelligence|large language|language|llm|virtual|digital) ?(?:language )?(?:model|assistant|agent|chatbot)?\b[,.]|\bas an ai\b|\ban ai language model\b|\bi(?:'m| am) (?:just |only |merely )?an? (?:ai|artificial|large language|language model|llm|virtual assistant|digital assistant|chatbot|bot)\b",
    (
        r"\b(?:i(?:'m| am) (?:sorry|afraid|unable|not able)|(?:i )?(?:can(?:no|')?t|can not|won't|will not|cannot)|(?:do(?:es)?) ?(?:n't|not) have|unfortunately,? i)\b.{0,40}?\b(?:(?:help|assist)(?: you)? (?:with|in) (?:that|this|your request)|comply with|fulfil (?:that|this)|"
        r"provide (?:medical|legal|financial) advice|access to (?:real-time|the internet|external|current|live|your|previous)|personal (?:opinions|feelings|preferences|experiences|beliefs)|browse the (?:web|internet)|access (?:external|the internet|websites|links|your files)|generate that|have opinions)\b"
    ),
    r"\b(?:my |the |'s )?(?:training data|knowledge cut-?off)\b|\b(?:the assistant|the ai|the bot|the chatbot) (?:refused|declined|cannot|can't|is unable|was unable|could not) ?(?:to )?",
    r"\bhow (?:can|may) (?:i|she|he) (?:help|assist)\b|\bis there anything else\b|\bfeel free to (?:ask|reach)\b|\blet me know if you (?:need|have|want|would)\b|\bi hope (?:this|that) helps\b",
    r"\bhere (?:is|are|'s) (?:a |an |the |your |some )?(?:\w+ )?(?:summary|list|breakdown|draft|overview|code|snippet|steps|answer|response|version|outline)\b|\b(?:respond|answer|reply) in (?:markdown|json|plain text|xml)\b",
    # System prompts and boot files.
    r"\byou are (?:[\w,]+ ){0,6}(?:assistant|agent|ai|chatbot|language model|bot|copilot)\b|\byou (?:must|should|can|will) (?:always |never |only |not )*(?:use|call|access|invoke) (?:the |your |these |this )?(?:\w+ ){0,2}(?:tools?|functions?|shell|api|browser)\b|\byou have access to (?:the following|a \w+|tools?|\d+)",
    r"\b(?:agents|claude|soul|memory|heartbeat|tools|identity|user|bootstrap|gemini|cursor|skill|readme)\.md\b|\b(?:system|developer|initial|boot) (?:prompt|message|instructions?)s?\b|\.cursorrules\b|\bcopilot-instructions\b|\b(?:boot|bootstrap|identity|memory) files?\b",
    r"\bread (?:this|these|the following)(?: file| files)? (?:at|before|on|first|every)\b|\bat the (?:start|beginning) of (?:each|every|a) session\b|\b(?:every|each) session,? (?:starts|begins|wakes|you)\b|\b(?:wakes?|you wake) up fresh\b|\bbefore (?:you respond|responding|each reply)\b",
    r"\bbe(?:ing)? (?:genuinely |truly |very )?(?:helpful|harmless),? (?:and|not|,|when|but)|\b(?:don't|do not|never|always) (?:exfiltrate|run destructive|break character|reveal (?:your|the|these) (?:prompt|instructions|system))\b",
    # How the agent itself is built.
    (
        r"^(?:the |this |our )?(?:ai |coding )?(?:agent|assistant|chatbot|memory system|memory layer|gateway|runtime|harness|orchestrator|retriever|extractor|sub-?agent|embedder|vector store|llm)s?(?:'s)?(?: (?:\w+ )?(?:registry|loop|store|server|queue|workspace|config|tools?|model|memory|prompt))? "
        r"(?:is (?:powered|loaded|built|configured|running|connected|based)|are (?:loaded|built|configured)|uses?|runs?|has access|have access|stores?|loads?|consists?|connects?|listens?|supports?|reads?|writes?|handles?|implements?|persists?|exposes?|wakes?|receives?|spawns?|routes?|manages?)\b"
    ),
    (
        r"^(?:the |this |our )?(?:system|model|bot|server|database|session|workspace|channel|plugin|tool|context|backend|frontend|daemon|skill|pipeline|framework|memory|ai)s?(?:'s)?(?: \w+){0,2} (?:is|are|uses?|runs?|has|have|stores?|loads?|consists?|connects?|listens?|supports?|reads?|writes?|includes?|contains?|handles?|persists?|exposes?|receives?|starts?|routes?)\b"
        r".{0,80}?\b(?:apis?|tokens?|ports?|vectors?|embeddings?|sql\w*|json|prompts?|llms?|gpt\S*|claude|endpoints?|cache|message queue|http\S*|config\w*|repositor(?:y|ies)|cli|plugins?|subagents?|scripts?|modules?|threads?|stdio|daemons?|agents?|\w+\.md|docker|websockets?|startup|runtime|schemas?|localhost\S*)\b"
    ),
    r"^you are [a-z]+[.,] (?:you|an?|the|your) |\b(?:wakes?|invokes?|calls?|spawns?|triggers?|notifies|prompts?) the (?:agent|assistant|llm|sub-?agent|language model)\b|\b(?:agent|assistant)(?:'s)? (?:loop|tools?|prompt|memory|workspace|runtime)\b",
    r"\b(?:mcp|api|websocket|grpc|http) (?:server|gateway|endpoint)\b.{0,40}\b(?:port|localhost|\d{4,5}|running|configured|enabled)\b|\blocalhost:\d+|\b127\.0\.0\.1\b|\bport \d{4,5}\b|\bmodel (?:is |= ?|: ?)?(?:gpt|claude|gemini|llama|qwen|mistral)|\bpowered by (?:gpt|claude|gemini|llama|qwen|mistral|openai|anthropic)",
    r"\b(?:vector (?:store|database|index)|embedding (?:model|dimension)s?|system architecture|tool registry|event loop|memory (?:layer|backend|pipeline|flush|index))\b",
)

VACUOUS = (
    "nice good great fun cool ok okay fine amazing awesome lovely wonderful fantastic perfect beautiful interesting important "
    "special happy glad sad excited bad hard easy big small new old real true right wrong different same best better worse lot "
    "lots much many more most some any all everything something anything nothing thing things stuff someone somebody people "
    "person way ways time times day days moment place point part kind sort bit little sure really very just also too "
    "even still again always ever now then today here there think know feel see say tell talk get got go come make do let try "
    "want need like love hope guess mean agree understand believe help look sound seem appear happen take give keep put use "
    "share enjoy appreciate conversation chat user speaker assistant life world experience is are was "
    "statement information detail fact memory note thought idea opinion feeling topic subject matter situation exist certain "
    "various general usual normal possible likely able ready one ones two them it this that what which who where when why how"
)
"""A claim of nothing but these tells nothing."""

NO_SUBJECT = (
    "it this that these those there something someone somebody anything everything nothing nobody one they he she we you i them him "
    "her us me what who which unknown none null n/a na undefined unspecified anonymous speaker-less"
)
"""A claim about one of these cannot be understood on its own."""
