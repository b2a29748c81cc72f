"""What text analysis knows about single languages: function words, telling letters, irregular forms.

Words are written without accents and in lower case, as `fold` leaves them, so that hurried typing ("que" for "qué")
is recognised too. They serve twice: as stop words, and as the votes by which a Latin-script text shows its language.
"""

from __future__ import annotations

from functools import cache

ENGLISH = (
    "a an the this that these those such same other another own "
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers "
    "herself it its itself they them their theirs themselves one ones someone somebody something anyone anybody "
    "anything everyone everybody everything "
    "who whom whose what which when where why how whatever whichever whoever whenever wherever "
    "am is are was were be been being do does did done doing have has had having will would shall should can could "
    "may might must ought need cannot gonna wanna gotta let lets "
    "not no nor none and or but if then else than because as until while though although whether since so yet "
    "of at by for with about against between among into onto through during before after above below to from up "
    "down in out on off over under within without upon toward towards via per around across along behind beside "
    "besides beyond near "
    "again further once here there now just only very too also even still already ever never really quite rather "
    "almost maybe perhaps please "
    "all any both each every few more most some many much several less least lot lots "
    "dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt shouldnt couldnt cant mustnt "
    "im ive youre youve youll theyre theyve theyll weve thats whats wheres whos hows heres theres "
    "yes yeah yep ok okay oh hey hi hello well um uh ah wow "
    "ll ve re"
)
"""The question words and the chatter of conversations included."""

FUNCTION_WORDS = {
    "en": ENGLISH,
    "de": (
        "der die das den dem des ein eine einen einem einer eines kein keine keinen und oder aber denn weil dass wenn "
        "ob als wie wo was wer wen wem wann warum wieso woher wohin welche welcher welches welchen ich du er sie es "
        "wir ihr mich dich sich uns euch mir dir ihm ihn ihnen mein meine meinen meinem meiner dein deine sein seine "
        "seinen seinem seiner ihre ihren ihrem ihrer unser unsere ist sind war waren bin bist sei wird werden wurde "
        "wurden worden hat haben habe hast hatte hatten kann konnte muss soll will mochte nicht nein ja auch noch "
        "schon nur sehr mal dann da hier dort so zu zum zur mit von vom bei beim nach aus auf an am im in ins fur um "
        "uber unter vor durch gegen ohne seit bis man doch jetzt immer mehr alle"
    ),
    "fr": (
        "le la les un une des du de et ou mais donc car ni que qui quoi dont quand comment pourquoi combien quel "
        "quelle quels quelles je tu il elle on nous vous ils elles me te se lui leur leurs moi toi mon ma mes ton ta "
        "tes son sa ses notre nos votre vos ce cet cette ces cela ca est sont etait etaient etre suis es sommes ete "
        "ai as avons avez ont avait avaient avoir a au aux en dans sur sous avec sans pour par chez vers depuis ne "
        "pas plus tres aussi bien encore deja jamais toujours si y rien tout tous toute toutes fait faire"
    ),
    "es": (
        "el la los las un una unos unas de del al y e o u pero porque que quien quienes cual cuales cuando donde como "
        "cuanto cuantos cuantas por para con sin sobre entre desde hasta en a yo tu el ella nosotros ellos ellas "
        "usted ustedes me te se le les nos lo mi mis su sus tus nuestro nuestra este esta estos estas ese esa eso "
        "esto es son era eran fue fueron ser estoy esta estan estaba estar he ha han hemos habia haber hay no si muy "
        "mas tambien ya todo todos toda todas tiene tienen tengo hace hacer cada"
    ),
    "it": (
        "il lo la i gli le un uno una di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in "
        "nel nella nei nelle con su sul sulla per tra fra e ed o ma se che chi cui quale quali quando dove come "
        "perche quanto quanti quante io tu lui lei noi voi loro mi ti si ci vi me te mio mia miei mie tuo tua suo sua "
        "suoi sue nostro nostra questo questa questi queste quello quella e sono era erano essere sei siamo stato "
        "stata ho hai ha abbiamo hanno aveva avere non piu molto anche gia ancora sempre cosa tutto tutti"
    ),
    "pt": (
        "o a os as um uma uns umas de do da dos das em no na nos nas por pelo pela para com sem sobre entre desde ate "
        "e ou mas porque que quem qual quais quando onde como quanto quantos quantas eu tu voce voces ele ela eles "
        "elas nos me te se lhe meu minha meus minhas seu sua seus suas nosso nossa este esta esse essa isso isto "
        "aquele ao aos foi foram era eram ser sou sao esta estao estava estar tenho tem tinha ter ha nao sim muito "
        "mais tambem ja ainda sempre tudo todos"
    ),
    "nl": (
        "de het een en of maar want omdat dat die dit deze wie wat waar wanneer waarom hoe welke welk ik jij je hij "
        "zij ze wij we jullie hen hun mij me jou zich mijn jouw zijn haar ons onze is was waren ben bent wordt worden "
        "werd heb hebt heeft hebben had hadden kan kon moet wil zal zou niet geen ook nog al wel er hier daar nu dan "
        "toen te naar van voor met zonder op in uit aan bij tot over onder door om als veel meer naartoe"
    ),
    "sv": (
        "en ett den det de dem och eller men att som om nar var vad vem vilken vilket vilka varfor hur jag du han hon "
        "vi ni mig dig sig oss min mitt mina din ditt dina sin sitt sina hans hennes deras ar var vara blir blev har "
        "hade ha kan kunde ska skulle vill inte ingen nej ja ocksa an nu dar har pa i av till fran med utan for over "
        "under efter mycket mer alla"
    ),
    "da": (
        "en et den det de dem og eller men at som om nar hvor hvad hvem hvilken hvilket hvilke hvorfor hvordan jeg du "
        "han hun vi i mig dig sig os min mit mine din dit dine sin sit sine hans hendes deres er var vaere bliver "
        "blev har havde have kan kunne skal skulle vil ikke ingen nej ja ogsa nu der her pa af til fra med uden for "
        "over under efter meget mere alle"
    ),
    "no": (
        "en ei et den det de dem og eller men at som om nar hvor hva hvem hvilken hvilket hvilke hvorfor hvordan jeg "
        "du han hun vi dere meg deg seg oss min mitt mine din ditt dine sin sitt sine hans hennes deres er var vaere "
        "blir ble har hadde ha kan kunne skal skulle vil ikke ingen nei ja ogsa na der her pa av til fra med uten for "
        "over under etter mye mer alle"
    ),
    "fi": (
        "ja tai mutta etta kun jos koska kuin joka jotka mika mita kuka ketka kenen missa mista mihin milloin miksi "
        "miten kuinka mina sina han me te he minun sinun hanen meidan teidan heidan minulla hanella minua tama tuo se "
        "nama ne taman sen on oli ovat olivat olla olen olet ollut ei en et eivat myos viela jo nyt sitten siella "
        "taalla kanssa ilman ennen jalkeen vain hyvin paljon kaikki"
    ),
    "pl": (
        "i a oraz lub albo ale bo ze zeby gdy kiedy gdzie jak co kto kogo czyj jaki jaka jakie ktory ktora ktore "
        "dlaczego ile ja ty on ona ono my wy oni one mnie mi ciebie ci go jego jej ich im nas was sie moj moja moje "
        "twoj twoja swoj swoja ten ta to te tego tej tym jest sa byl byla bylo byli byc bedzie mam ma maja mial "
        "miala nie tak tez takze juz jeszcze tylko bardzo w we z ze na do od dla o po przed przez pod nad przy u czy"
    ),
    "cs": (
        "a i nebo ale protoze ze aby kdyz kdy kde kam jak co kdo koho ci jaky jaka jake ktery ktera ktere proc kolik "
        "ja ty on ona ono my vy oni me mne mi te ti ho jeho ji jeji jim jich nas vas se si muj moje tvuj svuj svou "
        "svoje ten ta to ti tento tato toto je jsou byl byla bylo byli byt bude jsem jsi jsme mam ma maji mel mela "
        "ne ano take jeste uz jen velmi v ve z ze na do od pro o po pred pres pod nad pri u s k"
    ),
    "ro": (
        "un o niste si sau dar pentru ca daca cand unde cum ce cine care cui cat cati cate de din la in pe cu fara "
        "despre intre prin eu tu el ea noi voi ei ele ma te se ne va imi iti isi mi ti lui lor meu mea mei mele tau ta "
        "sau sa sai acest aceasta acesta este sunt era erau fi fost am ai are avem aveti au avea nu da mai foarte si "
        "tot toate inca doar"
    ),
    "hu": (
        "a az egy es vagy de hogy ha mert mint aki ami amely ki mi kit mit hol hova honnan mikor miert hogyan melyik "
        "mennyi en te o mi ti ok engem teged ot minket nekem neked neki van vannak volt voltak lesz lenni vagyok nem "
        "igen is meg mar csak nagyon itt ott most ez azt ezt ezek azok"
    ),
    "tr": (
        "ve veya ama fakat cunku ki ne kim kime nerede nereye nereden ne zaman nasil neden nicin hangi kac ben sen o "
        "biz siz onlar beni seni onu bana sana ona benim senin onun bizim bu su bir ile icin gibi kadar sonra once "
        "da de mi mu var yok degil idi oldu olan olarak cok daha en her hic simdi artik"
    ),
    "id": (
        "yang dan atau tetapi karena bahwa jika kalau ketika kapan di mana dimana ke dari pada untuk dengan tanpa "
        "oleh apa siapa mengapa kenapa bagaimana berapa saya aku kamu anda dia ia kami kita mereka ini itu adalah "
        "ada sudah telah akan sedang bisa tidak bukan juga lagi sangat hanya para"
    ),
    "ca": (
        "el la els les un una uns unes de del dels al als i o pero perque que qui quin quina quins quines quan on com "
        "quant quants amb sense per a en entre des fins jo tu ell ella nosaltres ells elles em et es ens li meu meva "
        "teu seva seu seves aquest aquesta aixo es son era eren ser estar ha he han havia no si molt mes tambe ja tot"
    ),
    "ru": (
        "и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня "
        "еще нет о об из ему теперь когда даже ну ли если уже или ни быть был была были него до вас нибудь вам ведь там "
        "потом себя ничего ей может они тут где есть надо ней для мы тебя их чем сам чтоб без будто чего тоже себе под "
        "будет кто этот эта это эти того потому этого какой какая какие какое каком какую ним здесь этом мой моя мои "
        "тем чтобы нее сейчас куда откуда зачем почему сколько всех можно при об хотя свой своя свою своего своей чей "
        "который которая которые ему нас нам наш наша"
    ),
    "el": (
        "ο η το οι τα του της των τον την στο στη στον στην στα στις και ή να θα δεν μην με για από απο σε ως που πως "
        "τι ποιος ποια ποιο ποιοι ποιες ποτε πότε που γιατι πόσο ποσα εγω εσυ αυτος αυτη αυτο εμεις εσεις αυτοι μου "
        "σου μας σας τους ειναι ηταν ειμαι εχει εχω ειχε ενα ενας μια πολυ και αν οτι οταν"
    ),
    "ar": (
        "في من الي علي عن مع هذا هذه ذلك تلك التي الذي الذين هو هي هم هن انا نحن انت انتم ما ماذا متي اين كيف لماذا "
        "كم هل اي لا لم لن ليس كان كانت يكون قد لقد ان او و ثم بعد قبل عند عندما كل بين حتي اذا لي له لها "
    ),
    "hi": (
        "का के की को ने से में पर और या है हैं था थी थे हो हुआ हुई हुए रहा रही रहे मैं मैने हम तुम आप वह वे यह ये मेरा मेरी मेरे "
        "मुझे हमें उसका उसकी उसके उसने उसे उन इस उस अपना अपनी अपने क्या कौन किस किसने कब कहां क्यों कैसे कितने कितनी कितना कौनसा "
        "नहीं न भी ही तो कि जो लिए साथ बाद पहले तक एक कर करता करती करते किया गया गई गए"
    ),
    "cjk": (
        "什么 怎么 哪里 哪儿 哪个 哪些 为什 多少 几个 是谁 的是 是什 了什 在哪 时候 么时 我的 你的 他的 她的 我们 你们 他们 她们 这个 那个 就是 还是 "
        "です ます した まし でし した。 して てい いる すか ます ませ ない こと もの です ので から まで どこ どの なに 何を 何が いつ だれ 誰が 誰と "
        "ので ます には では とは んで いま るの たの のは のが のを "
        "무엇 엇을 어디 디에 언제 누구 누가 어떤 얼마 습니 니다 니까 나요 어요 아요 에요 했어 있어 에서 "
        "อะไร ไหน เมื่อ"
    ),
}
"""By ISO 639-1 code; `cjk` holds the pairs of characters that tell nothing in Chinese, Japanese and Korean."""

STEMMERS = {
    "es": "spanish",
    "pt": "portuguese",
    "fr": "french",
    "id": "indonesian",
    "de": "german",
    "it": "italian",
    "tr": "turkish",
    "pl": "polish",
    "nl": "dutch",
    "ro": "romanian",
    "sv": "swedish",
    "cs": "czech",
    "hu": "hungarian",
    "ca": "catalan",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
}
"""The Snowball algorithm for each language of the Latin script, English apart; those with more speakers first."""

SCRIPT_STEMMERS = (
    ("\u0370", "\u03ff", "greek"),
    ("\u0400", "\u052f", "russian"),
    ("\u0531", "\u058f", "armenian"),
    ("\u0600", "\u06ff", "arabic"),
    ("\u0900", "\u097f", "hindi"),
    ("\u0b80", "\u0bff", "tamil"),
)
"""First and last letter of a script, and the Snowball algorithm for every word that starts with one of them. One
algorithm a script: Ukrainian loses a little under Russian rules, but no word ever depends on a guess."""

LETTERS = {
    "de": "ßäöü",
    "sv": "äöå",
    "fi": "äö",
    "hu": "öüőű",
    "tr": "öüçğış",
    "es": "ñ¿¡",
    "fr": "çèêœù",
    "pt": "çêãõ",
    "ca": "çèò",
    "it": "èùò",
    "da": "åæø",
    "no": "åæø",
    "pl": "ąęłżść",
    "cs": "řěů",
    "ro": "ășțş",
}
"""Letters of a language that speak for it as a function word does."""

IRREGULAR = (
    "arise:arose,arisen awake:awoke,awoken beat:beaten become:became begin:began,begun bend:bent bite:bit,bitten "
    "blow:blew,blown break:broke,broken bring:brought build:built burn:burnt buy:bought catch:caught "
    "choose:chose,chosen cling:clung come:came creep:crept deal:dealt dig:dug draw:drew,drawn dream:dreamt "
    "drink:drank,drunk drive:drove,driven eat:ate,eaten fall:fell,fallen feed:fed feel:felt fight:fought find:found "
    "flee:fled fly:flew,flown forbid:forbade,forbidden forget:forgot,forgotten forgive:forgave,forgiven "
    "freeze:froze,frozen get:got,gotten give:gave,given go:went,gone,goes grow:grew,grown hang:hung hear:heard "
    "hide:hid,hidden hold:held keep:kept kneel:knelt know:knew,known lead:led learn:learnt leave:left lend:lent "
    "lose:lost make:made mean:meant meet:met mistake:mistook,mistaken overcome:overcame pay:paid ride:rode,ridden "
    "ring:rang,rung rise:risen run:ran say:said see:saw,seen seek:sought sell:sold send:sent shake:shook,shaken "
    "shine:shone shoot:shot show:shown shrink:shrank,shrunk sing:sang,sung sink:sank,sunk sit:sat sleep:slept "
    "slide:slid speak:spoke,spoken spend:spent spin:spun stand:stood steal:stole,stolen stick:stuck sting:stung "
    "strike:struck swear:swore,sworn sweep:swept swim:swam,swum swing:swung take:took,taken teach:taught "
    "tear:tore,torn tell:told think:thought throw:threw,thrown understand:understood wake:woke,woken wear:wore,worn "
    "weave:wove,woven weep:wept win:won withdraw:withdrew,withdrawn write:wrote,written "
    "child:children man:men woman:women person:people foot:feet tooth:teeth mouse:mice goose:geese wife:wives "
    "knife:knives life:lives leaf:leaves shelf:shelves wolf:wolves half:halves loaf:loaves thief:thieves "
    "good:better,best bad:worse,worst"
)
"""English forms that no suffix rule undoes. Forms that are as often a word of their own (`rose`, `lay`, `ground`,
`wound`, `bore`) are left out."""

MONTHS = tuple(
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())  # noqa: SIM905

SMALL_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
NUMBERS = {word: number for number, word in enumerate(SMALL_NUMBERS)} | {
    word: 10 * tens for tens, word in enumerate(TENS, 2)
}
"""The numbers below a hundred that are one word."""

ORDINALS = {
    word: number
    for number, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        1,
    )
}

CONTRACTIONS = {
    "n't": "not",
    "'m": "am",
    "'re": "are",
    "'ve": "have",
    "'ll": "will",
    "'d": "would",
}
NEGATED = {"ca": "can", "wo": "will", "sha": "shall"}
"""What stands before `n't` when it is not simply the verb."""

ELISIONS = frozenset(
    "l d j m t s n c qu jusqu lorsqu puisqu quoiqu dell all nell sull dall un quest quell".split()  # noqa: SIM905 - one line reads better
)
"""French, Italian and Catalan words that lean on the next one with an apostrophe and tell nothing alone."""

UNITS = "km|m|cm|mm|mi|kg|g|mg|lb|lbs|oz|l|ml|am|pm|h|hr|hrs|min|mins|s|sec|k|kb|mb|gb|tb|mph|kmh|hz|ghz|px|w|kw|kwh|v|x"
"""Written against a number (`10km`), they are a word of their own."""

_PARTICLES = "에서는 에서도 으로는 에게서 이라고 에서 에게 한테 으로 부터 까지 처럼 보다 이랑 하고 이나 라고 은 는 이 가 을 를 에 의 와 과 도 로 만 랑 나"
"""Korean particles that follow a noun, longest first."""


@cache
def bit(code: str) -> int:
    """Return the mask of one language; 0 for one whose function words we do not know."""
    return 1 << list(FUNCTION_WORDS).index(code) if code in FUNCTION_WORDS else 0


@cache
def function_words() -> dict[str, int]:
    """Return each function word with the mask of the languages that have it."""
    masks: dict[str, int] = {}
    for code, words in FUNCTION_WORDS.items():
        for word in words.split():
            masks[word] = masks.get(word, 0) | bit(code)
    return masks


@cache
def letters() -> dict[str, int]:
    """Return each telling letter with the mask of the languages that have it."""
    masks: dict[str, int] = {}
    for code, listed in LETTERS.items():
        for letter in listed:
            masks[letter] = masks.get(letter, 0) | bit(code)
    return masks


@cache
def irregular() -> dict[str, str]:
    """Return irregular English forms with their base form."""
    return {
        form: base
        for base, _, forms in (entry.partition(":") for entry in IRREGULAR.split())
        for form in forms.split(",")
    }


@cache
def particles() -> tuple[str, ...]:
    """Return Korean particles, longest first."""
    return tuple(_PARTICLES.split())
