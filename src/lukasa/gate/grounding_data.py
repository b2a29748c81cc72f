"""Words that grounding and polarity go by. Closed lists, lower case, as `wording.words` leaves them. Pure data."""

from __future__ import annotations

SCAFFOLDING = (
    "dislike hate detest say tell mention state report express share talk explain describe note add answer ask call name known person people "
    "someone user speaker assistant agent be become get have own has do does did make go come take give use live reside "
    "stay work job study attend visit travel plan intend want wish hope would like love enjoy prefer favourite feel think "
    "believe consider know learn start begin stop quit end finish continue keep currently now today recently since until "
    "from time date year month week day old age born birthday home place city town country family member friend partner "
    "relative thing something kind type sort part named also still about around regarding related because when while "
    "lives life look forward during always never often sometimes usually should must need to own pet child children parent sibling currently "
    "previously former formerly longer no not anymore used identify value status role shared photo picture"
)
"""What a sentence needs to stand on its own; it adds nothing that could be invented."""

FIRST_PERSON = (
    "i me my mine myself we us our ours ourselves im ive ich mir mich mein meine meinem meinen meiner wir uns unser unsere "
    "je j moi mon ma mes nous notre nos yo mi mis mio mia nosotros nos nuestro nuestra io mio miei noi nostro eu meu minha "
    "nós nosso ik mij mijn wij ons ja mnie mój moja my nasz я мне меня мой моя мои мы нас наш benim biz bizim"
)

OTHER_PERSONS = (
    "you your yours yourself he him his himself she her hers herself they them their theirs it its this that these those "
    "there here ones both each who whose which where someone somebody everyone everybody same another "
    "du dich dir dein deine er ihn ihm sein seine sie ihr ihre es dies das dort tu toi ton vous votre il elle lui "
    "son sa ses ils elles leur ça ce cet cette là tú usted él ella ellos ellas su sus esto ese eso allí lei lui loro suo "
    "sua suoi questo quello lì você ele ela eles elas seu sua isso ali jij jou jouw hij zij haar hun het dit dat daar "
    "ona oni jego jej ты тебя вы вас он она они его её их это этот там sen sana ona onun onlar bu orada"
)
"""A name or a place may stand for each of them."""

KIN = (
    "mother mum mom mommy mama father dad daddy papa parents parent brother sister sibling son daughter child children kid "
    "kids baby husband wife spouse partner boyfriend girlfriend fiance fiancé fiancee fiancée aunt uncle cousin niece "
    "nephew grandmother grandma granny grandfather grandpa grandparents grandson granddaughter stepmother stepfather "
    "stepson stepdaughter twin twins family friend bestie roommate flatmate neighbour colleague coworker boss manager "
    "teacher mentor dog cat puppy kitten pet parrot horse rabbit hamster bird mutter vater bruder schwester sohn tochter "
    "kinder mann frau freund freundin hund katze mère père frère soeur sœur fils fille mari femme ami amie chien "
    "madre padre hermano hermana hijo hija marido esposa esposo amigo amiga perro gato fratello sorella figlio figlia "
    "moglie marito cane mãe pai irmão irmã filho filha мама папа мать отец брат сестра сын дочь муж жена друг подруга"
)
"""They can stand for a name that is known."""

TIMES = (
    "yesterday today tomorrow tonight ago last next this week weekend month year years day days morning afternoon evening "
    "night noon midnight now recently earlier later soon since until till before after during monday tuesday "
    "wednesday thursday friday saturday sunday january february march april may june july august september october "
    "november december spring summer autumn fall winter christmas easter birthday anniversary hour hours minute minutes "
    "decade century current currently gestern heute morgen vorgestern übermorgen woche monat jahr jahren "
    "vor nächste nächsten letzte letzten hier avant demain aujourd hui semaine mois ans dernier dernière prochain ayer "
    "hoy mañana semana mes año años pasado pasada próximo próxima hace ieri oggi domani settimana mese anno anni scorso "
    "scorsa prossimo fa ontem hoje amanhã mês ano anos passado passada gisteren vandaag morgen maand jaar geleden вчера "
    "сегодня завтра неделя неделю недели месяц год года лет назад прошлый прошлой следующий dün bugün yarın hafta ay yıl"
)

UNSPACED_REFERENCES = "我 你 您 他 她 它 咱 俺 这 那 此 私 僕 俺 彼 彼女 あなた これ それ あれ ここ そこ 나 내 저 제 우리 너 당신 그 이 哥 姐 弟 妹 妈 爸 母 父 兄 息子 娘 夫 妻 犬 猫"
UNSPACED_TIMES = (
    "昨 今 明 年 月 日 周 週 天 去 前 后 後 上 下 早 晚 朝 夜 曜 어제 오늘 내일 년 월 일 주 지난 다음 작년"
)

# --- polarity --------------------------------------------------------------------------------------------------------

NEGATIONS = (
    "not no never none nobody nothing nowhere neither nor without cannot hardly barely rarely "
    "nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne "
    "ne pas jamais rien aucun aucune sans n nunca nada nadie ninguno ninguna sin tampoco "
    "non mai niente nulla nessuno nessuna senza não nem niet geen nooit niets zonder "
    "nie nigdy nic bez не нет ни никогда ничего никто без değil yok hiç"
)

UNSPACED_NEGATIONS = "不 没 沒 无 無 未 別 别 ない ません なかった ず 안 않 못 없"
NOT_DENIALS = (
    r"\b(?:can(?:no| ?')?t (?:wait|help|believe|stop|get enough|complain|thank|imagine life|recommend)|could(?:n't| not) (?:be happier|be more|agree more|believe|wait|help|stop|"
    r"have)|no (?:problem|worries|doubt|wonder|idea|matter|way|kidding|joke|big deal|pressure|rush|less than|more than|one knows)|not only|not just|not to mention|not bad|"
    r"do(?:n't| not) (?:worry|mind|forget|you think|get me wrong|know if|know about|hesitate)|why (?:not|don't)|nothing (?:but|like|beats)|never (?:mind|stops?|stopped|gets old|been happier|felt)|"
    r"(?:is|are|was|were|do|does|did|have|has|would|could|can|wo|sha|ai)n't (?:it|that|they|he|she|you|we|i)\b|if not|or not|whether or not|"
    r"(?:as )?no one else|not (?:sure|long ago|far|so far|until)|can(?:no| ?')?t (?:stand|bear)|no\.? ?\d|no,|nope,|no matter|for no reason|not (?:quite )?yet)"
)
"""Negations that deny nothing, or (`can't stand`) are half of a word that does not need them."""

ENDINGS = (
    r"\b(?:no longer|(?:not|n't)\b[^.;!?]{0,60}\b(?:any ?more|any longer)|used to|stopped|quit|gave up|given up|former(?:ly)?|ex-\w+|ex (?:husband|wife|boyfriend|girlfriend|partner)|not .{0,40} any ?more|"
    r"nicht mehr|kein\w* .{0,40}mehr|ne .{0,40}plus|n'.{0,40}plus|ya no|dejé de|ha dejado de|dejó de|non .{0,40}più|não .{0,40}mais|ha smesso|niet meer|już nie|больше не|artık)\b"
)

UNSPACED_ENDINGS = "不再 もう 더 이상"
DISLIKES = (
    "dislike hate detest loathe avoid despise refuse reject lack miss skip abhor decline allergic intolerant vegetarian vegan "
    "unable fail unlike against deny stand bear teetotal childless single unmarried unemployed sober free"
)
"""They deny by themselves: `hates olives`, `does not like olives`."""

LIKING = "love like enjoy adore prefer favourite fan fond passion"
LOATHING = "hate dislike detest loathe despise abhor"
LOATHED = r"\bcan(?:no|'|no')?t (?:stand|bear)\b|\bcan ?not (?:stand|bear)\b|\bnot a (?:big |huge )?fan\b"
"""Who likes does not loathe: the one is never read from the other."""

LEAVING = (
    "leave quit resign fire lay divorce separate break sell move switch give retire cancel drop over ex former was were end "
    "close lose change transfer graduate stop finish expire past instead previous previously die pass used"
)
"""They end a state: who left a firm does not work there any more."""
