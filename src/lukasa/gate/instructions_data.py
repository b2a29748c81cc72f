"""How instructions to an assistant are worded, by language, and what disguises them.

Matched on folded text (see `instructions.py`): lower case, no accents in Latin letters. `_GO` is where an imperative may
stand: at the beginning, after a stop, or after a word that points at the assistant. Gaps are bounded, so that matching is
linear.
"""

from __future__ import annotations

_GAP = r"[^.!?\n]{0,60}?"
_SHORT = r"(?:\W+\w+){0,4}?\W+"
_GO = (
    r"(?:^|[.!?:;>\]\"'“”()*#-] ?|\b(?:please|kindly|now|then|and|also|you must|you should|you shall|you will|you need to|"
    r"you have to|you are to|must|should|shall|assistant|ai|model|agent|always|bitte|du musst|du sollst|sie mussen) )"
)
_ADVISE = (
    r"(?:recommend|suggest|mention|say|tell|respond|reply|answer|include|promote|cite|prefer|trust|favou?r|choose|pick|"
    r"rank|list|present|describe|praise|advertise|endorse|steer|direct|point|refer|redirect|warn|refuse|reveal|disclose|"
    r"send|forward|append|add|insert|start|end|begin|finish|treat|consider|regard|assume|claim|state|call|run|execute|"
    r"use|obey|follow|comply|greet|address|sign|quote|link|approve|bypass|skip|disable)"
)
_SPEAK = (
    r"(?:recommend|suggest|mention|say|tell|respond|reply|answer|promote|cite|prefer|trust|favou?r|praise|advertise|endorse|"
    r"steer|redirect|reveal|disclose|refuse|claim|greet|quote|obey|comply)"
)
_THE_RULES = (
    r"(?:instructions?|rules?|guidelines?|prompts?|directives?|commands?|polic(?:y|ies)|constraints?|restrictions?|"
    r"safeguards?|safety|programming|training|context|messages?|orders?|everything|all of (?:that|this|the above)|what you were told)"
)
_AIS = r"(?:ai|llm|language model|assistant|chat ?bot|ai (?:agent|model|assistant|system)|copilot)s?"
_READERS = (
    r"(?:ai|a\.i\.|llms?|language models?|assistants?|chat ?bots?|bots?|agents?|copilots?|models?|gpt|claude|gemini|"
    r"whoever|anyone|any (?:ai|assistant|agent|model)|all (?:ais?|assistants|agents|models))"
)

ENGLISH = (
    # Setting aside what holds.
    (
        rf"\b(?:ignore|disregard|forget|override|bypass|dismiss|discard|overlook|neglect|skip|drop|abandon|set aside|pay no "
        rf"(?:attention|heed) to|stop following|do not follow|don't follow|no longer follow){_SHORT}?{_THE_RULES}\b"
    ),
    (
        rf"\b(?:previous|prior|earlier|above|preceding|original|former|existing|old) {_THE_RULES} (?:are|is|were|have been|has been|no "
        r"longer|do not|don't|should be|must be|can be) ?(?:void|null|revoked|obsolete|cancell?ed|replaced|superseded|outdated|ignored|"
        r"overridden|suspended|apply|hold|lifted|disregarded|forgotten|now)?"
    ),
    rf"\b(?:new|updated|revised|hidden|secret|real|actual|additional|important|special|urgent) (?:system )?(?:instructions?|prompt|directives?) (?:for|to) {_READERS}\b",
    r"\b(?:new|updated|real|actual) (?:system )?(?:instructions?|directives?|orders)(?: ?:| (?:are|is|follow))",
    r"\b(?:system|admin(?:istrator)?|developer|security|priority|root) (?:override|directive|instruction|notice to|update for (?:the )?(?:ai|assistant))\b",
    # Writing to memory.
    (
        rf"{_GO}(?:remember|memori[sz]e|note|keep in mind|bear in mind|make a note|take note|store|save|record|log|commit|learn|retain|persist|add|write|put)"
        r"(?: down)?(?: (?:this|it|the following|the fact))?(?: (?:in|to|into) (?:your )?(?:long-term |permanent )?(?:memory|profile|notes|memories))?"
        r"(?: permanently| forever| for (?:later|ever|the future|all future \w+|future \w+))?(?: that\b|(?<!note) ?:| as (?:a |the )?user)"
    ),
    r"\b(?:in|to|into) (?:your|the assistant's|the agent's|its|the user's|the ai's) (?:long-term |permanent |persistent )?(?:memory|memories|user profile|profile)\b",
    r"\b(?:update|edit|modify|change|rewrite|overwrite|delete|erase|clear|wipe|purge) (?:your|the|all|any|every|its)(?: \w+){0,3} (?:memory|memories|user profile|preferences|saved facts)\b",
    r"\b(?:save|store|record|add|log|keep) (?:the )?(?:following|this)(?: \w+){0,3} (?:as|to|in) (?:a |the |your )?(?:user |permanent |standing |trusted )?(?:preference|profile|fact|rule|memory|instruction)",
    # From now on.
    (
        r"\b(?:from (?:now|this point|here|today)(?: on| onwards?| forward)?|henceforth|hereafter|going forward|for the rest of (?:this|the) (?:conversation|session|chat)|"
        rf"in (?:all )?(?:future|subsequent|later|upcoming) (?:conversations?|sessions?|chats?|responses?|replies|answers?|interactions?|messages?|queries|turns?))\b"
        rf"{_GAP}\b(?:you|your|{_ADVISE[3:-1]}|never|always|do not|don't)\b"
    ),
    rf"\b(?:you|your|{_ADVISE[3:-1]})\b{_GAP}\b(?:from now on|henceforth|going forward|in (?:all )?(?:future|subsequent) (?:conversations?|sessions?|chats?|responses?|replies|answers?|interactions?))\b",
    (
        rf"\b(?:when(?:ever)?|if|every time|any time|anytime|each time|once|as soon as|should)(?: ever)?(?: you are| you're| you get| the user is| the user| a user| users?| he| she| they| someone| anyone| somebody)?(?: is| are| ever)? ?"
        rf"(?:asked|asks?|inquires?|wants?|requests?|mentions?|talks?|says?|questions?|needs?|looks?|types?|queried|prompted)\b{_GAP},? (?:you |then |please |simply |just |always )*"
        rf"(?:must |should |will |shall |need to |are to |have to |can only )?{_ADVISE}\b"
    ),
    # Always and never, as orders.
    rf"{_GO}(?:always|never|do not ever|don't ever|only ever|by default) {_SPEAK}\b",
    (
        rf"\b(?:you|{_READERS}) (?:must|should|shall|will|are to|have to|need to|ought to|are (?:now )?(?:required|instructed|ordered|expected|obliged|programmed|authori[sz]ed|allowed|permitted) to)"
        rf"(?: now| always| never| not| only| immediately| also| first| instead| henceforth)* {_ADVISE}\b"
    ),
    rf"\b(?:the|this|your|any|every|all) {_AIS}(?: (?:reading|seeing|processing)(?: \w+){{0,2}})? (?:must|should|shall|is to|needs to|has to|ought to|is (?:required|instructed|expected) to)\b",
    rf"\b(?:it is|it's) (?:imperative|mandatory|essential|vital|critical) that (?:you {_SPEAK}|(?:the|any|every) {_AIS})\b",
    # Keeping things from the user.
    (
        rf"\b(?:do not|don't|never|must not|should not|without|avoid|refrain from) ?(?:ever )?(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|disclos(?:e|ing)|notify(?:ing)?|"
        rf"alert(?:ing)?|warn(?:ing)?|show(?:ing)?|let(?:ting)?|ask(?:ing)?|admit(?:ting)?|say(?:ing)?){_GAP}\b(?:users?|anyone|anybody|this (?:instruction|message|note|rule|to)|them|these instructions)\b"
    ),
    r"\b(?:keep|hide|conceal) (?:this|these|it|that|them)(?: \w+){0,3} (?:secret|hidden|confidential|quiet|from (?:the )?users?|to yourself)\b",
    r"\bthe user (?:must|should|need|can|may|will)(?: not|n't| never) (?:know|see|find out|be told|notice|learn)\b",
    r"\bwithout (?:the user'?s? |asking |any )?(?:knowledge|consent|confirmation|permission|asking|telling|notifying)\b",
    # Who you are.
    rf"\byou are (?:now |no longer |henceforth |actually |really )*(?:an? |the |in |bound )?(?:{_SHORT})?(?:assistant|ai|chatbot|dan|agent|mode|model|bot|persona|jailbroken|unrestricted|unfiltered|by)\b",
    r"\byou(?:'re| are) (?:now|no longer|henceforth) ",
    r"\b(?:act|behave|respond|speak|operate|function|roleplay|role-play) as (?:an? |the |if |though )",
    r"\bpretend (?:to be|that you|you)\b",
    r"\byour (?:new |only |real |true |main |primary |sole |updated |current )*(?:task|role|goal|job|mission|purpose|objective|instructions?|name|persona|identity|priority|duty) (?:is|are|will be|from now)\b",
    r"\b(?:enter|enable|activate|switch to|turn on) (?:developer|debug|god|admin|jailbreak|dan|unrestricted|maintenance|sudo) mode\b",
    # Addressing whoever reads.
    rf"\b(?:attention|note|notice|message|hey|dear|memo|hint|important|instructions?|warning|reminder|to)\W{{1,3}}(?:to |for )?(?:all |any |the |every )?{_READERS}\b",
    r"(?:^|[.!?\n] ?)(?:dear |hey |hello |hi )?(?:assistant|ai|chatgpt|claude|gemini|copilot|gpt|agent|chatbot)\W{1,2}(?:please |you |kindly )?\w+",
    rf"\bif you(?:'re| are) (?:an? |the )?{_READERS}\b",
    # Carrying off, running, calling.
    (
        rf"\b(?:send|forward|e-?mail|post|upload|exfiltrate|transmit|leak|share|submit|copy|append|export|deliver|relay|pass)(?: along| over| on)?{_SHORT}?"
        r"(?:conversations?|chats?|history|credentials?|api keys?|passwords?|secrets?|memor(?:y|ies)|tokens?|personal data|private data|user data|users? (?:data|details|messages|files)|system prompt|cookies|transcripts?)\b"
    ),
    rf"{_GO}(?:run|execute|call|invoke|use|trigger|launch)(?: the| this| following| a| your)* ?(?:following )?(?:commands?|shell|code|scripts?|tools?|functions?|plugin|curl|sudo|rm)\b",
    rf"{_GO}(?:visit|open|fetch|browse|load|navigate to|go to|download|click)(?: on)? (?:https?|www|this (?:url|link|page)|the (?:url|link|following))\S{{0,80}} (?:and|then|to)\b",
    r"\b(?:reveal|print|output|repeat|show|display|leak|dump)(?: \w+){0,3} (?:system prompt|initial prompt|instructions|hidden prompt|api keys?|credentials)\b",
    # Standing trust.
    r"\b(?:treat|consider|regard|view|accept|mark|cite|remember|save|keep|trust|see)\b[^.!?\n]{1,60}\bas (?:an? |the |your )?(?:\w+ )?(?:trusted|authoritative|preferred|default|reliable|official|verified|best|top|primary|favou?rite|definitive|only|safe|go-to|credible)\b",
    r"\bas (?:an? |the )?(?:trusted|authoritative|preferred|definitive|credible) (?:source|reference|authority|citation|provider|domain)\b",
    r"\b(?:recommend|suggest|prefer|promote|favou?r|mention|rank|list|put|choose|pick|name)(?: \S+){1,6} (?:first|over (?:all|any|the|other|competing|its|their)|above (?:all|any|other|the)|before (?:any|all|other)|instead of|to (?:the |every |all )?users?|whenever|every time|exclusively|by default)\b",
    r"\bthe user (?:has )?(?:already )?(?:agreed|consented|confirmed|authori[sz]ed|approved|pre-?approved|asked (?:you|the assistant)|instructed|requested|granted|wants you|expects you|would like you|told you|prefers that you|needs you)\b",
    r"\bas (?:a |the )?user(?:'s)? (?:preference|standing (?:order|instruction)|rule|default)\b",
    # Their answers.
    r"\b(?:all|every|each|any|your)(?: \w+){0,3} (?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?|recommendations?)(?: \w+){0,3} (?:must|should|shall|has to|have to|needs? to|will)(?: always| only| also)? (?:include|contain|mention|end|begin|start|cite|recommend|link|praise|refer|point|be (?:in \w+$|written|signed))",
    rf"{_GO}(?:respond|reply|answer)(?: to)?(?: \w+){{0,4}} (?:only|with|in|by|exactly|as|using|solely)\b",
    rf"{_GO}(?:end|start|begin|finish|close|open|sign) (?:every|each|all|your|any)(?: \w+){{0,3}} (?:with|by)\b",
)

OTHER_LANGUAGES = (
    # German.
    r"\b(?:ignorier\w*|vergiss|vergesst|vergessen sie|missachte\w*|beachte\w* nicht|uberschreib\w*|verwirf)\b[^.!?\n]{0,50}\b(?:anweisung\w*|regel\w*|vorgaben?|instruktion\w*|befehle?|kontext|alles|anleitung\w*)",
    r"\b(?:merk\w* (?:dir|euch|sich)|merke|denk\w* daran|behalte\w*|speicher\w*|notier\w*)\b[^.!?\n]{0,40}(?:,? dass|:|\bals\b|gedachtnis)",
    r"\b(?:ab jetzt|von nun an|ab sofort|kunftig|in zukunft|in allen (?:kunftigen|weiteren))\b[^.!?\n]{0,60}\b(?:du|dich|dein\w*|sie|antworte\w*|empfiehl|empfehle\w*|immer|nie\w*|sag\w*|nenne)\b",
    r"(?:^|[.!?:;>] ?|\bbitte )(?:empfiehl|empfehle|antworte|nenne|sage?|erwahne|verwende|bevorzuge|schick\w*|sende|leite|verrate|behandle)\w* (?:sie )?(?:\w+ )?(?:immer|stets|nie\w*|nur|keinesfalls|bei jeder|jedem|alle\w*|dem (?:nutzer|benutzer)|auf keinen fall|ausschliesslich)\b",
    r"\b(?:sag|sage|sagen|erzahl\w*|informier\w*|verrat\w*|verschweig\w*|teile?)\b[^.!?\n]{0,30}\b(?:nutzer|benutzer|anwender)\w*\b",
    r"\b(?:wenn|falls|sobald|immer wenn)\b[^.!?\n]{0,50}\b(?:fragt|gefragt|erwahnt|wissen will|wunscht)\b[^.!?\n]{0,50}\b(?:sag\w*|antworte\w*|empfiehl|empfehle\w*|nenne|verweise|behaupte)\b",
    r"\b(?:du bist (?:jetzt|nun|ab sofort|ein|der)|dein\w* (?:neue\w* )?(?:aufgabe|rolle|anweisung\w*) (?:ist|lautet|sind)|(?:der|als) (?:ki-?)?assistent\w* (?:muss|soll|darf|musst))\b",
    r"\b(?:du|sie) (?:musst|sollst|mussen|sollen|darfst|durfen)\b[^.!?\n]{0,40}\b(?:immer|nie\w*|nur|nicht|stets)\b[^.!?\n]{0,40}\b(?:empfehlen|sagen|antworten|nennen|erwahnen|verraten|verwenden|senden|bevorzugen)",
    r"\b(?:du|sie) (?:musst|sollst|mussen|sollen|darfst|durfen)\b[^.!?\n]{0,30}\b(?:jede[rmns]?|immer|nie\w*|stets)\b[^.!?\n]{0,30}\b(?:antwort\w*|empfehl\w*|nenn\w*|nutzer\w*|benutzer\w*|verrat\w*)",
    # French.
    r"\b(?:ignore\w*|oublie\w*|neglige\w*|ne (?:tiens|tenez) (?:pas|plus) compte|fais abstraction|faites abstraction|outrepasse\w*)\b[^.!?\n]{0,50}\b(?:instructions?|consignes?|regles?|directives?|ordres?|contexte|tout ce qui)",
    r"\b(?:souviens-toi|souvenez-vous|rappelle-toi|rappelez-vous|retiens|retenez|memorise\w*|note\w* bien|enregistre\w*|garde\w* en memoire)\b",
    r"\b(?:desormais|dorenavant|a partir de maintenant|a l'avenir|dans toutes? (?:tes|vos) (?:futures?|prochaines?))\b[^.!?\n]{0,60}\b(?:tu|vous|ton|ta|tes|votre|vos|recommande\w*|reponds|repondez|toujours|jamais|dis|dites|cite\w*)\b",
    r"(?:^|[.!?:;>] ?|\b(?:toujours|tu dois|vous devez|il faut) )(?:recommande\w*|conseille\w*|reponds|repondez|dis|dites|cite\w*|prefere\w*|mentionne\w*|utilise\w*|envoie\w*|envoyez) (?:\w+ )?(?:toujours|jamais|uniquement|seulement|systematiquement|a l'utilisateur|en premier|que)\b",
    r"\b(?:recommande\w*|conseille\w*|reponds|repondez|mentionne\w*|cite\w*) (?:toujours|systematiquement|uniquement|exclusivement)\b",
    r"\bne (?:dis|dites|revele\w*|mentionne\w*|parle\w*|previens|informe\w*|montre\w*)\b[^.!?\n]{0,40}\b(?:pas|jamais|rien)\b[^.!?\n]{0,30}\b(?:utilisateur|personne|usager)\b",
    r"\b(?:quand|lorsque?|si|chaque fois qu)\b[^.!?\n]{0,50}\b(?:demande|interroge|questionne|mentionne)\b[^.!?\n]{0,50}\b(?:dis|dites|reponds|repondez|recommande\w*|affirme\w*|cite\w*)\b",
    r"\b(?:tu es (?:maintenant|desormais|un assistant)|vous etes (?:maintenant|desormais)|(?:ta|votre) (?:nouvelle )?(?:tache|mission|role) est|l'assistant (?:doit|devra)|(?:tu dois|vous devez) (?:toujours|jamais|recommander|dire|repondre|ignorer|citer))\b",
    # Spanish.
    r"\b(?:ignora\w*|olvida\w*|descarta\w*|omite\w*|no (?:sigas|siga|hagas caso)|haz caso omiso|anula\w*)\b[^.!?\n]{0,50}\b(?:instruccion\w*|reglas?|indicacion\w*|directrices|ordenes|contexto|todo lo anterior)",
    r"(?:^|[.!?:;>] ?|\b(?:por favor|siempre|debes|y) )(?:recuerda|recuerde|memoriza|guarda|guarde|anota|ten en cuenta|apunta)\b[^.!?\n]{0,30}(?:\bque\b|:|memoria)",
    r"\b(?:a partir de ahora|de ahora en adelante|desde ahora|en adelante|en (?:todas )?(?:las |tus )?(?:futuras|proximas) (?:conversaciones|respuestas|sesiones))\b",
    r"\b(?:recomienda|recomiende|sugiere|responde|responda|di|diga|menciona|menciones|cita|prefiere|usa|envia|envie) (?:\w+ )?(?:siempre|nunca|unicamente|solo|solamente|al usuario|en primer lugar)\b|\b(?:siempre|nunca) (?:recomienda|recomiendes|sugiere|sugieras|responde|respondas|di|digas|menciona|menciones|cita|usa|uses|envia|reveles)\b",
    r"\bno (?:le )?(?:digas?|reveles?|informes?|menciones?|avises?|cuentes?|muestres?)\b[^.!?\n]{0,40}\b(?:usuario|nadie|esto)\b",
    r"\b(?:cuando|si|cada vez que)\b[^.!?\n]{0,50}\b(?:pregunt\w+|pida|mencione|quiera saber)\b[^.!?\n]{0,50}\b(?:di|diga|responde|responda|recomienda|recomiende|afirma|menciona)\b",
    r"\b(?:ahora eres|eres (?:ahora )?un asistente|tu (?:nueva )?(?:tarea|mision|funcion) es|el asistente (?:debe|debera)|debes (?:siempre|nunca|recomendar|decir|responder|ignorar))\b",
    # Italian.
    r"\b(?:ignora\w*|dimentica\w*|trascura\w*|scarta\w*|non (?:seguire|considerare|tener conto))\b[^.!?\n]{0,50}\b(?:istruzion\w*|regol\w*|indicazion\w*|direttiv\w*|ordini|contesto|tutto cio)",
    r"(?:^|[.!?:;>] ?|\b(?:per favore|sempre|devi) )(?:ricorda(?:ti)?|memorizza|salva|annota|tieni a mente|registra)\b[^.!?\n]{0,30}(?:\bche\b|:|memoria)",
    r"\b(?:d'ora in poi|da ora in poi|da adesso in poi|da questo momento|in futuro|in tutte le (?:future|prossime))\b[^.!?\n]{0,60}",
    r"\b(?:consiglia|raccomanda|rispondi|di'|dici|menziona|cita|suggerisci|usa|invia) (?:\w+ )?(?:sempre|mai|solo|soltanto|all'utente|per prim\w)\b|\b(?:sempre|mai) (?:consigliare|raccomandare|rispondere|menzionare|suggerire)\b",
    r"\bnon (?:dire|rivelare|menzionare|informare|avvisare|mostrare|dirlo)\b[^.!?\n]{0,40}\b(?:utente|nessuno)\b",
    r"\b(?:quando|se|ogni volta che)\b[^.!?\n]{0,50}\b(?:chied\w+|domand\w+|menziona)\b[^.!?\n]{0,50}\b(?:rispondi|di'|consiglia|raccomanda|afferma|menziona)\b",
    r"\b(?:ora sei|adesso sei|sei un assistente|il tuo (?:nuovo )?(?:compito|ruolo|obiettivo) e|l'assistente (?:deve|dovra)|devi (?:sempre|consigliare|dire|rispondere|ignorare))\b",
    # Portuguese.
    r"\b(?:ignore|ignora|esqueca|esquece|desconsidere|desconsidera|descarte|nao siga)\b[^.!?\n]{0,50}\b(?:instruc\w*|regras?|orientac\w*|diretrizes|ordens|contexto|tudo)",
    r"(?:^|[.!?:;>] ?|\b(?:por favor|sempre|deve) )(?:lembre(?:-se)?|memorize|guarde|anote|salve|registre|tenha em mente)\b[^.!?\n]{0,30}(?:\bque\b|:|memoria)",
    r"\b(?:a partir de agora|de agora em diante|daqui em diante|doravante|em (?:todas as )?(?:futuras|proximas))\b",
    r"\b(?:recomende|sugira|responda|diga|mencione|cite|prefira|use|envie) (?:\w+ )?(?:sempre|nunca|apenas|somente|ao usuario)\b|\b(?:sempre|nunca) (?:recomende|sugira|responda|diga|mencione|cite|use|revele)\b",
    r"\bnao (?:conte|diga|revele|informe|mencione|avise|mostre)\b[^.!?\n]{0,40}\b(?:usuario|ninguem|utilizador)\b",
    r"\b(?:quando|se|sempre que)\b[^.!?\n]{0,50}\b(?:pergunt\w+|pedir|mencionar)\b[^.!?\n]{0,50}\b(?:diga|responda|recomende|afirme|mencione)\b",
    r"\b(?:agora voce e|voce e (?:agora|um assistente)|sua (?:nova )?(?:tarefa|missao|funcao) e|o assistente (?:deve|devera)|voce deve (?:sempre|nunca|recomendar|dizer|responder|ignorar))\b",
    # Dutch.
    r"\b(?:negeer|vergeet|sla)\b[^.!?\n]{0,50}\b(?:instructies?|regels?|opdrachten?|richtlijnen|context|alles)",
    r"\b(?:onthoud|bewaar|noteer|sla op)\b[^.!?\n]{0,30}(?:\bdat\b|:|geheugen)|\b(?:vanaf nu|voortaan|van nu af aan|in het vervolg)\b",
    r"\b(?:raad|adviseer|beveel|antwoord|noem|zeg|gebruik|vermeld|stuur) (?:\w+ ){0,2}(?:altijd|nooit|alleen|uitsluitend)\b|\b(?:vertel|zeg|meld|toon) (?:het |dit )?(?:niet|nooit)\b[^.!?\n]{0,30}\b(?:gebruiker|niemand)\b|\b(?:gebruiker)\b[^.!?\n]{0,20}\bniet (?:weten|vertellen)\b",
    r"\b(?:als|wanneer|zodra)\b[^.!?\n]{0,50}\b(?:vraagt|vragen|gevraagd)\b[^.!?\n]{0,50}\b(?:zeg|antwoord|noem|adviseer|beveel)\b|\bde assistent (?:moet|dient)\b|\bje bent (?:nu|voortaan)\b",
    # Polish.
    r"\b(?:zignoruj|ignoruj|zapomnij|pomin|odrzuc|nie przestrzegaj)\b[^.!?\n]{0,50}\b(?:instrukcj\w*|polece\w*|zasad\w*|regu\w*|wytyczn\w*|kontekst|wszystk\w*)",
    r"\b(?:zapamietaj|pamietaj|zapisz|zanotuj)\b[^.!?\n]{0,30}(?:\bze\b|:|pamiec)|\b(?:od teraz|od tej pory|odtad|w przyszlosci|od tego momentu)\b[^.!?\n]{0,60}",
    r"\b(?:zawsze|nigdy nie|tylko) (?:polecaj|rekomenduj|odpowiadaj|mow|wspominaj|uzywaj|sugeruj|cytuj|wysylaj)\b|\b(?:polecaj|rekomenduj|odpowiadaj|sugeruj) (?:\w+ )?(?:zawsze|tylko|wylacznie)\b|\bnie (?:mow|informuj|ujawniaj|wspominaj)\b[^.!?\n]{0,30}\b(?:uzytkownik\w*|nikomu)\b|\bgdy\b[^.!?\n]{0,50}\bzapyta\b|\basystent (?:musi|powinien)\b",
    # Turkish.
    r"\b(?:talimat\w*|kural\w*|komut\w*|yonerge\w*)\b[^.!?\n]{0,30}\b(?:yok say|unut|gormezden gel|dikkate alma)\w*|\b(?:bundan sonra|bundan boyle|artik her zaman|su andan itibaren)\b|\b(?:unutma|hatirla|aklinda tut|hafizana kaydet|kaydet)\b[^.!?\n]{0,30}(?::|\bki\b|kullanici)|\bkullanici\w*\b[^.!?\n]{0,30}\b(?:soyleme|bildirme|bahsetme)\b|\b(?:her zaman|daima|asla)\b[^.!?\n]{0,40}\b(?:oner|tavsiye et|soyle|yanitla|kullan|bahset)\w*",
    # Russian.
    r"(?:игнорируй|забудь|не обращай внимания|отбрось|пренебреги|отмени)\w*[^.!?\n]{0,50}(?:инструкци|указани|правил|команд|контекст|всё|все пред)",
    r"(?:запомни|помни|сохрани|запиши|учти|имей в виду|внеси)(?:те)?[^.!?\n]{0,30}(?:что|:|памят)|(?:отныне|с этого момента|впредь|с этих пор|во всех (?:будущих|следующих)|в будущем)[^.!?\n]{0,60}",
    r"(?:всегда|никогда не|только|обязательно) (?:рекомендуй|советуй|отвечай|говори|упоминай|предлагай|используй|называй|ссылайся|отправляй)|(?:рекомендуй|советуй|отвечай|упоминай|предлагай)(?:те)? (?:\w+ )?(?:всегда|только|исключительно)|не (?:говори|сообщай|рассказывай|упоминай|раскрывай|показывай)\w*[^.!?\n]{0,30}(?:пользовател|никому|об этом)",
    r"(?:когда|если|каждый раз)[^.!?\n]{0,50}(?:спрос|спраш|упомин)[^.!?\n]{0,50}(?:говори|скажи|отвечай|ответь|рекомендуй|советуй)|(?:ассистент|помощник|ии) (?:должен|обязан)|ты (?:теперь|отныне|больше не)|твоя (?:новая )?(?:задача|роль|цель)|(?:^|[,.!?] |и )(?:всегда )?(?:советуй|рекомендуй|хвали|предлагай|упоминай)(?:те)?\b|ты (?:должен|обязан)(?:а)? (?:всегда|никогда|рекомендовать|говорить|отвечать)",
    # Chinese.
    r"(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要遵守|覆盖|跳过)[^。！？\n]{0,30}(?:指令|指示|规则|規則|提示|命令|内容|要求|上下文)",
    r"(?:请|請|务必|一定要)?(?:记住|記住|牢记|牢記|记下|保存到|保存为|存为|设为|存入|写入)[^。！？\n]{0,30}(?:用户|用戶|记忆|記憶|：|:|，|总是|以后|，)|(?:从现在起|从现在开始|從現在起|從現在開始|今后|今後|以后(?:的)?(?:所有|每次|都)|往后|此后)",
    r"(?:总是|總是|永远|始终|一律|必须|每次都|只能|绝不|不要再|切勿)[^。！？\n]{0,12}(?:推荐|推薦|建议|回答|回复|说|提到|提及|使用|优先|引用|告诉|发送)|(?:不要|别|不得|切勿)(?:告诉|告知|通知|提醒|让|向)[^。！？\n]{0,10}(?:用户|用戶|任何人|别人)",
    r"(?:当|如果|每当|只要)[^。！？\n]{0,30}(?:问|問|提到|询问)[^。！？\n]{0,20}(?:就说|回答|推荐|回复|告诉|请说)|你现在是|你的(?:新)?(?:任务|角色|身份)是|(?:助手|助理|人工智能|ai)(?:必须|应该|应当|需要)",
    # Japanese.
    r"(?:指示|命令|ルール|規則|プロンプト|制約|内容)[^。！？\n]{0,12}(?:無視|忘れ|破棄|従わない)|(?:覚えて|記憶して|記憶に|記録して|保存して|メモリに|心に留めて)[^。！？\n]{0,20}|(?:今後|これから|以後|以降|次回から)[^。！？\n]{0,30}(?:必ず|常に|いつも|ください|こと|しなさい|せよ)",
    r"(?:必ず|常に|いつも|絶対に|決して)[^。！？\n]{0,30}(?:勧め|推薦|推奨|優先|答え|回答|言っ|言及|使っ|使用|伝え|返信|おすすめ)|(?:ユーザー|利用者|使用者)に[^。！？\n]{0,15}(?:言わない|伝えない|知らせない|教えない|明かさない|話さない)|(?:聞かれたら|尋ねられたら|質問されたら|問われたら)|あなたは(?:今|これ)から|アシスタントは[^。\n]{0,20}(?:べき|なければ|しなさい)",
    # Korean.
    r"(?:지시|명령|규칙|지침|프롬프트|내용)[^.!?\n]{0,12}(?:무시|잊어|따르지)|(?:기억해|기억하|저장해|기록해|명심해|메모리에)[^.!?\n]{0,20}|(?:앞으로|이제부터|지금부터|향후)[^.!?\n]{0,30}(?:항상|반드시|하세요|하라|해라|해야|추천|답|마세요|말아)|(?:항상|반드시|절대|무조건)[^.!?\n]{0,20}(?:추천|대답|답변|언급|말하|사용|권하|알리)|사용자에게[^.!?\n]{0,15}(?:말하지|알리지|알려주지|공개하지)|(?:물어보면|질문하면|물으면|묻거든)|당신은 이제|어시스턴트는[^.\n]{0,20}(?:해야|하라)",
    # Arabic.
    r"(?:تجاهل|انس|أهمل|اهمل|تغاض|لا تتبع)[^.!?؟\n]{0,40}(?:تعليمات|التعليمات|القواعد|الأوامر|الاوامر|التوجيهات|السياق|ما سبق)|(?:تذكر|احفظ|سجل|دون|خزن|ضع في اعتبارك)[^.!?؟\n]{0,30}(?:أن|ان|:|ذاكرت|المستخدم)|(?:من الآن فصاعدا|من الان فصاعدا|منذ الآن|منذ الان|ابتداء من الآن|مستقبلا|في المستقبل|من الآن|من الان)[^.!?؟\n]{0,40}|(?:دائما|أبدا|ابدا)[^.!?؟\n]{0,20}(?:أوص|اوص|انصح|أجب|اجب|قل|اذكر|استخدم|اقترح)|(?:أوص|اوص|انصح|أجب|اجب|قل|اذكر|اقترح)[^.!?؟\n]{0,25}(?:دائما|فقط)|لا (?:تخبر|تقل|تذكر|تكشف|تبلغ)[^.!?؟\n]{0,20}(?:المستخدم|أحد|احد)|(?:عندما|إذا|اذا|كلما)[^.!?؟\n]{0,40}(?:سأل|سال|سئل|يسأل|يسال)[^.!?؟\n]{0,40}(?:قل|أجب|اجب|أوص|اوص)|يجب على المساعد|أنت الآن|انت الان|مهمتك",
    # Hindi.
    r"(?:निर्देश|नियम|आदेश|हिदायत)[^।!?\n]{0,20}(?:अनदेखा|नजरअंदाज|भूल|उपेक्षा|नज़रअंदाज)|(?:याद रख|याद रखें|याद रखो|स्मृति में|मेमोरी में|सहेज)[^।!?\n]{0,30}|(?:अब से|आगे से|भविष्य में|अबसे)[^।!?\n]{0,40}|(?:हमेशा|कभी)[^।!?\n]{0,40}(?:सुझा|सिफारिश|अनुशंसा|जवाब|उत्तर|कहें|कहो|बताएं|बताना)|(?:उपयोगकर्ता|यूज़र|यूजर)[^।!?\n]{0,20}(?:मत बता|न बता|नहीं बता|ना बता)|(?:पूछे|पूछा जाए|पूछें)[^।!?\n]{0,20}तो|सहायक को[^।\n]{0,20}चाहिए|तुम अब|आप अब|आपका (?:नया )?(?:काम|कार्य|भूमिका)",
    # Ukrainian, Vietnamese, Indonesian.
    r"(?:ігноруй|забудь)\w*[^.!?\n]{0,40}(?:інструкці|вказівк|правил)|(?:запам'ятай|відтепер|надалі)|\b(?:bo qua|phot lo)\b[^.!?\n]{0,30}\b(?:huong dan|chi dan|lenh)|\btu (?:bay gio|nay)\b|\bhay nho rang\b|\bluon (?:luon )?(?:de xuat|gioi thieu|khuyen|tra loi)\b|\b(?:abaikan|lupakan)\b[^.!?\n]{0,40}\b(?:instruksi|perintah|aturan)|\b(?:mulai sekarang|ingatlah bahwa|ingat bahwa)\b|\bselalu (?:rekomendasikan|sarankan|jawab)\b",
)

FORGED = (
    # Tags and marks of roles that only a host writes.
    (
        r"</?\s{0,2}(?:memor(?:y|ies)|system|instructions?|user|assistant|tool|tool_call|tool_result|function|context|admin|prompt|developer|human|"
        r"important|rules?|directive|secret|untrusted|document|facts?|profile|preferences?)(?:[\s_-][^<>\n]{0,60})?/?>"
    ),
    r"<\|[a-z_ ]{1,30}\|>|\[/?inst\]|<</?sys>>|\[(?:system|admin|developer|assistant|memory|instructions?)[^\]\n]{0,30}\]",
    r"(?:^|\n|\s#{1,6} ?|[.!?] )(?:#{1,6} ?|\*{1,2}|-{1,3} ?|> ?)?(?:system|developer|admin|root|assistant instructions?|new instructions?|system prompt|system message|instructions? to (?:the )?(?:ai|assistant|model))\*{0,2} ?:",
    r"-{2,} ?(?:begin|end|start)(?: of)? (?:system|new|hidden|secret|user|memory|context|prompt|instructions?|tool|conversation)[^\n]{0,30}-{2,}",
    r"\b(?:begin|end) (?:system prompt|instructions|memory block|of context|of document)\b",
    r"\"(?:role|speaker)\" ?: ?\"(?:system|assistant|developer|user)\"",
    r"\b(?:jailbreak|prompt injection payload|developer mode enabled|dan mode)\b",
)

LOOKALIKES: dict[str, str | int | None] = {
    "а": "a", "е": "e", "о": "o", "р": "p", "с": "c", "у": "y", "х": "x", "і": "i", "ѕ": "s", "ј": "j", "ԁ": "d",
    "ո": "n", "ɡ": "g", "ο": "o", "α": "a", "ν": "v", "ι": "i", "κ": "k", "ρ": "p", "τ": "t", "υ": "u", "ε": "e",
}  # fmt: skip
"""Letters of other scripts that pass for Latin ones inside a Latin word."""

DIGITS_FOR_LETTERS: dict[str, str | int | None] = {
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    "$": "s",
}

# --- commands about the talk between an assistant and its user -------------------------------------------------------

COMMAND = (
    r"(?:^|[,;:] |\b(?:and|then|please|kindly|quietly|silently|simply|must|should|shall|ought to|will|have to|need to|has to|"
    r"required to|sure to|sure that you|sure you|best to|permission to|told to|not|never|always|to) )(?:always |never |also |now |only )?"
    r"(?:remember|memori[sz]e|store|save|log|record|note|add|update|set|put|include|mention|recommend|suggest|push|promote|list|rank|"
    r"say|tell|respond|reply|answer|print|output|send|e-?mail|forward|call|transfer|pay|buy|delete|remove|hide|conceal|stop|keep|do|"
    r"make|be sure|consider|treat|point|refer|direct|redirect|persist|use|follow|obey|trust|ask|convince|persuade|get|show|give|"
    r"name|indicate|favou?r|prefer|prioriti[sz]e|assume|act|work|insert|append|write|disclose|reveal|share|open|visit|click|praise)\b"
)
"""A verb in the imperative, or after a word of duty."""

DUTY = r"\b(?:must|should|shall|ought to|supposed to|required|permitted|permission|your (?:only |new |main |default |first )?(?:job|task|duty|role|goal|answer|choice|default))\b"

FRAME = (
    r"\b(?:(?:the|your|this|that|any|every|each|a) (?:\w+ )?(?:user|customer|client|human|shopper)(?:'s)?|"
    r"the (?:person|people|human) you (?:are talking|talk|are speaking|speak|are chatting|serve|assist) (?:to|with)?|"
    r"(?:your|the|long-term|its|persistent) memor(?:y|ies)|preferences?|user profile|loyalist|context window|this conversation|chat logs?|the logs|prompt|"
    r"the developer|guidance|next message|what you write|you write next|(?:in|of|to) your (?:\w+ )?(?:reply|replies|answers?|responses?|outputs?|"
    r"recommendations?|summar(?:y|ies)|list|context|instructions?)|default answer|(?:ai|llm|chatbot|language model)s?|assistants? reading|favou?rites)\b"
)
"""What only somebody who means to steer an assistant, or who documents one, speaks of."""

TALK = (
    r"(?:^|[,;:] |\b(?:must|should|ought to|make sure (?:that )?(?:you (?:always |never )?)?|be sure to|keep|please|kindly|quietly) )(?:always |never |also |only )?"
    r"(?:recommend(?:ing)?|mention(?:ing)? (?:our|that)|promot(?:e|ing)|push(?:ing)? [\w ]{0,30}\binstead|respond(?:ing)? (?:that|with)|reply(?:ing)? (?:that|with)|"
    r"say that|obey(?:ing)?|persist|cite|steer|praise)\b"
)
"""Orders of how to talk: they need no further sign."""

CHANGE = (
    r"\b(?:as of (?:today|now)|starting (?:today|now)|next time|until (?:the|your) (?:user|customer)|you (?:now )?work for|you (?:have been|were|are) (?:granted|given) (?:permission|access|authori[sz]ation)|"
    r"memory\.(?:write|add|save|set|update|store)|(?:preferred|default|favou?rite|trusted)_\w+ ?[=:]|preference detected)\b"
)
"""A new order of things, declared."""

# --- speaking to the reader ------------------------------------------------------------------------------------------

SECOND_PERSON = (
    r"(?<!\w)(?:you|your|yours|yourself|you're|you've|you'll|du|dich|dir|dein\w{0,2}|euch|euer|eure\w?|ihnen|tu|toi|ton|tes|vous|votre|vos|usted|ustedes|"
    r"contigo|voce|voces|jij|jou|jouw|uw|ty|ciebie|tobie|twoj\w*|ты|тебя|тебе|твой|твоя|вы|вас|вам|ваш\w*|sen|sana|senin|siz|sizin)(?!\w)|你|您|あなた|ください|下さい|なさい|당신|하세요|십시오|أنت|آپ|आप|तुम"
)

IMPERATIVE = (
    r"^\W*(?:(?:please|kindly|quietly|silently|simply|just|now|then|first|next|finally|also|so|and|but|never|always|do not|don't|bitte|por favor|per favore) )*"
    r"(?:accept|access|act|add|adopt|advise|allow|answer|append|apply|approve|ask|assume|attach|avoid|bake|be|beat|begin|believe|book|boil|bring|browse|build|buy|call|change|check|choose|"
    r"cite|claim|clean|clear|click|close|come|commit|compare|complete|conceal|configure|confirm|connect|consider|contact|continue|convince|cook|copy|count|cover|create|cut|delete|deliver|"
    r"describe|direct|disable|discard|disclose|discover|discuss|do|download|drain|drink|drop|dry|eat|email|e-mail|enable|end|enjoy|ensure|enter|erase|execute|expect|explain|export|favou?r|fetch|"
    r"fill|find|finish|fix|follow|forget|forward|get|give|go|grant|guess|handle|heat|help|hide|hold|ignore|imagine|import|include|increase|inform|insert|inspect|install|invite|join|keep|"
    r"know|label|launch|learn|leave|let|lie|lift|limit|link|list|listen|load|log|look|lower|make|mark|memori[sz]e|mention|mix|move|name|never|note|notice|notify|obey|open|order|output|pass|"
    r"paste|pay|peel|pick|place|point|pour|praise|prefer|preheat|prepare|present|press|pretend|print|promote|propose|publish|pull|push|put|raise|rank|rate|read|recall|recommend|record|redirect|"
    r"reduce|refer|refuse|register|reject|release|remember|remind|remove|rename|repeat|replace|reply|report|request|reset|respond|restart|return|reveal|review|rinse|roll|run|save|say|scroll|"
    r"search|see|select|sell|send|serve|set|share|show|sign|skip|slice|sprinkle|start|stay|steer|stir|stop|store|submit|suggest|summari[sz]e|support|swap|switch|take|talk|tell|think|touch|"
    r"transfer|treat|trust|try|turn|type|unlock|update|upgrade|upload|use|verify|view|visit|wait|walk|warn|wash|watch|wear|whisk|work|write) "
    r"(?!(?:is|was|are|were|has|had|have|of|in the \w+ (?:is|was)|and \w+ (?:are|were))\b)\w"
)

OF_THE_USER = (
    r"\b(?:the|your|this) (?:end )?user(?:'s)?(?:,| \w)(?<!user i)(?<!user m)(?<!user g)|\b(?:der|dem|den|des) (?:be)?nutzer\w*|\bl'utilisateur\b|\b(?:el|al|del) usuario\b|\b(?:l'|all'|dell')utente\b|"
    r"\b(?:o|ao|do) (?:usuario|utilizador)\b|\bde gebruiker\b|\buzytkownik\w*|пользовател|用户|用戶|ユーザー|사용자|المستخدم|उपयोगकर्ता|\bkullanici\w*"
)
"""Words about the one whom the assistant serves."""
