"""Full-text search in ten languages: the same twelve facts, each asked for in other words of the same language."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from lukasa.text.analysis import analyse, query_terms

FACTS: dict[str, list[tuple[str, str]]] = {
    "en": [
        ("I adopted a cat named Pixel from the shelter.", "What is the name of the cat she adopted?"),
        ("My sister is studying medicine in Vienna.", "Where did her sister study medicine?"),
        ("We booked a flight to Tokyo for the cherry blossoms.", "Which flights were booked to Tokyo?"),
        ("I am allergic to peanuts and carry medication.", "Which allergy to peanuts does he have?"),
        ("The dentist appointment was moved to Thursday.", "When is the appointment with the dentist?"),
        ("I bought a blue bicycle for commuting.", "What color is the bicycle she buys?"),
        ("My grandmother taught me to bake apple pie.", "Who teaches him baking apple pies?"),
        ("Our team won the chess tournament in spring.", "Which tournaments did the team win?"),
        ("I moved into a small apartment near the river.", "Is the apartment by the river?"),
        ("He plays the violin in the city orchestra.", "What instrument is he playing in the orchestra?"),
        ("The wifi password is hidden under the lamp.", "Where can the wifi password be found?"),
        ("I run ten kilometres every Sunday in the park.", "How many kilometres is he running on Sundays?"),
    ],
    "de": [
        (
            "Ich habe eine Katze namens Pixel aus dem Tierheim geholt.",
            "Wie heißt die Katze aus dem Tierheim?",
        ),
        ("Meine Schwester studiert Medizin in Wien.", "Wo hat ihre Schwester Medizin studiert?"),
        (
            "Wir haben einen Flug nach Tokio zur Kirschblüte gebucht.",
            "Welche Flüge nach Tokio wurden gebucht?",
        ),
        (
            "Ich bin allergisch gegen Erdnüsse und habe Medikamente dabei.",
            "Gegen welche Erdnuss ist er allergisch?",
        ),
        (
            "Der Termin beim Zahnarzt wurde auf Donnerstag verlegt.",
            "Wann ist der Zahnarzttermin, der Termin dort?",
        ),
        ("Ich habe mir ein blaues Fahrrad für den Arbeitsweg gekauft.", "Welche Farbe hat das Fahrrad?"),
        (
            "Meine Großmutter brachte mir bei, Apfelkuchen zu backen.",
            "Wer hat ihm Apfelkuchen von Grossmutter gezeigt?",
        ),
        (
            "Unsere Mannschaft gewann im Frühling das Schachturnier.",
            "Welches Schachturnier hat die Mannschaft gewonnen?",
        ),
        ("Ich bin in eine kleine Wohnung am Fluss gezogen.", "Gibt es Wohnungen am Fluss?"),
        (
            "Er spielt Geige im Orchester der Stadt.",
            "Welches Instrument spielen die Leute im Orchester, Geige?",
        ),
        ("Das WLAN-Passwort liegt unter der Lampe.", "Wo finde ich das Passwort fürs WLAN?"),
        ("Ich laufe jeden Sonntag zehn Kilometer im Park.", "Wie viele Kilometer läuft er sonntags im Park?"),
    ],
    "es": [
        ("Adopté una gata llamada Pixel en el refugio.", "¿Cómo se llama la gata que adoptó?"),
        ("Mi hermana estudia medicina en Viena.", "¿Dónde está estudiando medicina su hermana?"),
        ("Reservamos un vuelo a Tokio para ver los cerezos.", "¿Qué vuelos a Tokio han reservado?"),
        ("Soy alérgico a los cacahuetes y llevo medicación.", "¿Es alergico al cacahuete?"),
        ("La cita con el dentista se cambió al jueves.", "¿Cuándo tiene las citas del dentista?"),
        ("Compré una bicicleta azul para ir al trabajo.", "¿De qué color es la bicicleta que compro?"),
        ("Mi abuela me enseñó a hornear tarta de manzana.", "¿Quién le enseñó las tartas de manzanas?"),
        ("Nuestro equipo ganó el torneo de ajedrez en primavera.", "¿Qué torneos de ajedrez ganaron?"),
        ("Me mudé a un apartamento pequeño cerca del río.", "¿Hay apartamentos cerca del rio?"),
        ("Él toca el violín en la orquesta de la ciudad.", "¿Qué instrumento toca en la orquesta, violines?"),
        ("La contraseña del wifi está debajo de la lámpara.", "¿Dónde están las contraseñas del wifi?"),
        ("Corro diez kilómetros cada domingo en el parque.", "¿Cuántos kilometros corre los domingos?"),
    ],
    "ru": [
        ("Я взяла из приюта кошку по имени Пиксель.", "Как зовут кошку, которую взяли из приюта?"),
        ("Моя сестра изучает медицину в Вене.", "Где сестра учит медицине?"),
        ("Мы забронировали рейс в Токио, чтобы увидеть сакуру.", "Какие рейсы в Токио забронированы?"),
        ("У меня аллергия на арахис, ношу с собой лекарство.", "Есть ли аллергии на арахиса?"),
        ("Приём у стоматолога перенесли на четверг.", "Когда прием к стоматологу?"),
        ("Я купила синий велосипед, чтобы ездить на работу.", "Какого цвета велосипеды она купил?"),
        ("Бабушка научила меня печь яблочный пирог.", "Кто учил печь яблочные пироги?"),
        ("Наша команда выиграла весной шахматный турнир.", "Какие турниры выиграла команда?"),
        ("Я переехал в маленькую квартиру у реки.", "Есть ли квартиры у реки?"),
        ("Он играет на скрипке в городском оркестре.", "В каком оркестре он играл на скрипках?"),
        ("Пароль от вайфая лежит под лампой.", "Где найти пароли от вайфая?"),
        ("Каждое воскресенье я пробегаю десять километров в парке.", "Сколько километров в воскресенья?"),
    ],
    "zh": [
        ("我从收容所领养了一只猫，名叫豆豆。", "她领养的猫叫什么名字？"),
        ("我姐姐在维也纳学医。", "姐姐在哪里学医？"),
        ("我们订了去东京看樱花的机票。", "去东京的机票订了吗？"),
        ("我对花生过敏，随身带着药。", "他对什么过敏，花生吗？"),
        ("看牙医的预约改到了星期四。", "牙医预约是什么时候？"),
        ("我买了一辆蓝色的自行车上下班。", "她的自行车是什么颜色？"),
        ("奶奶教我烤苹果派。", "谁教他做苹果派？"),
        ("我们队春天赢了象棋比赛。", "象棋比赛谁赢了？"),
        ("我搬进了河边的一间小公寓。", "公寓在河边吗？"),
        ("他在市交响乐团拉小提琴。", "他在乐团演奏什么，小提琴？"),
        ("无线网络的密码在台灯下面。", "网络密码在哪里？"),
        ("我每个星期天在公园跑十公里。", "星期天跑多少公里？"),
    ],
    "ja": [
        ("保護施設からピクセルという猫を引き取りました。", "引き取った猫の名前は何ですか？"),
        ("姉はウィーンで医学を勉強しています。", "お姉さんはどこで医学を勉強していますか？"),
        ("桜を見に行くために東京行きの便を予約した。", "東京行きの便は予約しましたか？"),
        ("私はピーナッツアレルギーで、薬を持ち歩いています。", "ピーナッツのアレルギーがありますか？"),
        ("歯医者の予約は木曜日に変更になりました。", "歯医者の予約はいつですか？"),
        ("通勤用に青い自転車を買いました。", "買った自転車は何色ですか？"),
        ("祖母がりんごのパイの焼き方を教えてくれた。", "りんごのパイを教えたのは誰ですか？"),
        ("私たちのチームは春に将棋の大会で優勝した。", "将棋の大会で優勝したのはどのチーム？"),
        ("川の近くの小さなアパートに引っ越した。", "アパートは川の近くですか？"),
        ("彼は市のオーケストラでバイオリンを弾いている。", "オーケストラで何を弾きますか？"),
        ("無線のパスワードはランプの下に隠してある。", "パスワードはどこにありますか？"),
        ("毎週日曜日に公園を十キロ走ります。", "日曜日に何キロ走っていますか？"),
    ],
    "ko": [
        ("보호소에서 픽셀이라는 고양이를 입양했어요.", "입양한 고양이의 이름은 무엇인가요?"),
        ("언니는 빈에서 의학을 공부하고 있어요.", "언니는 어디에서 의학 공부를 하나요?"),
        ("벚꽃을 보려고 도쿄행 비행기를 예약했어요.", "도쿄 비행기는 예약했나요?"),
        ("저는 땅콩 알레르기가 있어서 약을 가지고 다녀요.", "땅콩에 알레르기 있나요?"),
        ("치과 예약이 목요일로 바뀌었어요.", "치과 예약은 언제인가요?"),
        ("출퇴근하려고 파란 자전거를 샀어요.", "자전거는 무슨 색인가요?"),
        ("할머니가 사과 파이 굽는 법을 가르쳐 주셨어요.", "누가 사과파이를 가르쳐 줬나요?"),
        ("우리 팀이 봄에 체스 대회에서 우승했어요.", "체스 대회는 누가 우승했나요?"),
        ("강 근처 작은 아파트로 이사했어요.", "아파트는 강에서 가까운가요?"),
        ("그는 시립 오케스트라에서 바이올린을 연주해요.", "오케스트라에서 무엇을 연주하나요?"),
        ("와이파이 비밀번호는 램프 밑에 있어요.", "비밀번호는 어디 있나요?"),
        ("일요일마다 공원에서 십 킬로미터를 달려요.", "일요일에 몇 킬로미터 달리나요?"),
    ],
    "ar": [
        ("تبنيت قطة اسمها بكسل من الملجأ.", "ما اسم القطة التي تبنتها؟"),
        ("أختي تدرس الطب في فيينا.", "أين تدرس أختها الطب؟"),
        ("حجزنا رحلة إلى طوكيو لمشاهدة أزهار الكرز.", "هل تم حجز الرحلة إلى طوكيو؟"),
        ("أعاني من حساسية الفول السوداني وأحمل الدواء.", "هل لديه حساسية من الفول السوداني؟"),
        ("تم نقل موعد طبيب الأسنان إلى يوم الخميس.", "متى الموعد عند طبيب الأسنان؟"),
        ("اشتريت دراجة زرقاء للذهاب إلى العمل.", "ما لون الدراجة؟"),
        ("علمتني جدتي خبز فطيرة التفاح.", "من علمها فطيرة تفاح؟"),
        ("فاز فريقنا ببطولة الشطرنج في الربيع.", "أي بطولة شطرنج فاز بها الفريق؟"),
        ("انتقلت إلى شقة صغيرة قرب النهر.", "هل الشقة قريبة من نهر؟"),
        ("يعزف على الكمان في أوركسترا المدينة.", "أين يعزف الكمان؟"),
        ("كلمة مرور الشبكة مخبأة تحت المصباح.", "أين كلمة المرور للشبكة؟"),
        ("أركض عشرة كيلومترات كل يوم أحد في الحديقة.", "كم كيلومتر يركض في الحديقة؟"),
    ],
    "hi": [
        ("मैंने आश्रय से पिक्सेल नाम की बिल्ली गोद ली।", "उसने जो बिल्ली गोद ली उसका नाम क्या है?"),
        ("मेरी बहन वियना में चिकित्सा की पढ़ाई कर रही है।", "बहन चिकित्सा कहाँ पढ़ रही है?"),
        ("हमने चेरी के फूल देखने के लिए टोक्यो की उड़ान बुक की।", "टोक्यो की उड़ानें कब बुक हुईं?"),
        ("मुझे मूंगफली से एलर्जी है और मैं दवा साथ रखता हूँ।", "क्या मूँगफली से एलर्जी है?"),
        ("दाँत के डॉक्टर से मुलाकात गुरुवार को हो गई है।", "दांत के डॉक्टर से मुलाक़ात कब है?"),
        ("मैंने काम पर जाने के लिए नीली साइकिल खरीदी।", "उसने कौन सी साइकिल ख़रीदी?"),
        ("दादी ने मुझे सेब की पाई बनाना सिखाया।", "सेब की पाई किसने सिखाई?"),
        ("हमारी टीम ने वसंत में शतरंज का टूर्नामेंट जीता।", "शतरंज टूर्नामेंट किस टीम ने जीते?"),
        ("मैं नदी के पास एक छोटे मकान में रहने लगा।", "क्या मकान नदियों के पास है?"),
        ("वह शहर के ऑर्केस्ट्रा में वायलिन बजाता है।", "ऑर्केस्ट्रा में वह क्या बजाते हैं?"),
        ("वाईफाई का पासवर्ड लैंप के नीचे छिपा है।", "वाईफाई पासवर्ड कहाँ है?"),
        ("मैं हर रविवार पार्क में दस किलोमीटर दौड़ता हूँ।", "रविवार को कितने किलोमीटर दौड़ते हैं?"),
    ],
    "th": [
        ("ฉันรับเลี้ยงแมวชื่อพิกเซลจากศูนย์พักพิง", "แมวที่รับเลี้ยงชื่ออะไร"),
        ("พี่สาวของฉันเรียนแพทย์ที่เวียนนา", "พี่สาวเรียนแพทย์ที่ไหน"),
        ("เราจองตั๋วเครื่องบินไปโตเกียวเพื่อดูซากุระ", "จองตั๋วไปโตเกียวหรือยัง"),
        ("ฉันแพ้ถั่วลิสงและพกยาติดตัว", "เขาแพ้ถั่วลิสงไหม"),
        ("นัดหมอฟันเลื่อนไปเป็นวันพฤหัส", "นัดหมอฟันวันไหน"),
        ("ฉันซื้อจักรยานสีฟ้าไว้ไปทำงาน", "จักรยานที่ซื้อสีอะไร"),
        ("คุณยายสอนฉันอบพายแอปเปิล", "ใครสอนอบพายแอปเปิล"),
        ("ทีมของเราชนะการแข่งขันหมากรุกในฤดูใบไม้ผลิ", "ทีมไหนชนะการแข่งขันหมากรุก"),
        ("ฉันย้ายไปอยู่ห้องเช่าเล็กๆ ใกล้แม่น้ำ", "ห้องเช่าอยู่ใกล้แม่น้ำไหม"),
        ("เขาเล่นไวโอลินในวงออร์เคสตราของเมือง", "เขาเล่นอะไรในวงออร์เคสตรา"),
        ("รหัสผ่านไวไฟซ่อนอยู่ใต้โคมไฟ", "รหัสผ่านไวไฟอยู่ที่ไหน"),
        ("ฉันวิ่งสิบกิโลเมตรในสวนทุกวันอาทิตย์", "วันอาทิตย์วิ่งกี่กิโลเมตร"),
    ],
}

NEAR_MISSES: dict[str, list[str]] = {
    "en": [
        "My neighbour has a dog and two cats.",
        "She flew to Rome in spring.",
        "The park by the city is small.",
    ],
    "de": [
        "Mein Nachbar hat einen Hund.",
        "Im Frühling fliegt sie nach Rom.",
        "Der Park in der Stadt ist klein.",
    ],
    "es": ["Mi vecino tiene un perro.", "En primavera vuela a Roma.", "El parque de la ciudad es pequeño."],
    "ru": ["У моего соседа есть собака.", "Весной она летит в Рим.", "Парк в городе маленький."],
    "zh": ["我的邻居有一只狗。", "她春天飞去罗马。", "城市的公园很小。"],
    "ja": ["隣の人は犬を飼っています。", "彼女は春にローマへ行きます。", "市の公園は小さいです。"],
    "ko": ["이웃은 개를 키워요.", "그녀는 봄에 로마로 가요.", "도시의 공원은 작아요."],
    "ar": ["جاري لديه كلب.", "ستسافر إلى روما في الربيع.", "حديقة المدينة صغيرة."],
    "hi": ["मेरे पड़ोसी के पास एक कुत्ता है।", "वह वसंत में रोम जाती है।", "शहर का पार्क छोटा है।"],
    "th": ["เพื่อนบ้านของฉันมีสุนัข", "เธอบินไปโรมในฤดูใบไม้ผลิ", "สวนในเมืองเล็ก"],
}


def bm25(documents: list[list[str]], query: list[str]) -> list[int]:
    """Rank the documents that share a term with the query, best first."""
    counts = [Counter(document) for document in documents]
    average = sum(map(len, documents)) / len(documents)
    scores: dict[int, float] = {}
    for term in query:
        having = [place for place, count in enumerate(counts) if term in count]
        idf = math.log(1 + (len(documents) - len(having) + 0.5) / (len(having) + 0.5))
        for place in having:
            often = counts[place][term]
            saturation = often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(documents[place]) / average))
            scores[place] = scores.get(place, 0.0) + idf * saturation
    return sorted(scores, key=lambda place: -scores[place])


def ranks(language: str) -> list[int]:
    """Return at which place each question finds its fact, 1 the best, among the texts of all ten languages."""
    texts = [fact for facts in FACTS.values() for fact, _ in facts]
    texts += [text for near in NEAR_MISSES.values() for text in near]
    documents = [analyse(text) for text in texts]
    places = []
    for fact, question in FACTS[language]:
        ranked = bm25(documents, query_terms(question))
        wanted = texts.index(fact)
        places.append(ranked.index(wanted) + 1 if wanted in ranked else len(texts))
    return places


def share(places: list[int], best: int) -> float:
    return sum(place <= best for place in places) / len(places)


@pytest.mark.parametrize("language", FACTS)
def test_a_question_in_its_own_words_finds_its_fact_first(language):
    places = ranks(language)

    assert share(places, 1) >= 0.9, places


@pytest.mark.parametrize("language", FACTS)
def test_recall_in_every_language_is_near_that_of_english(language):
    assert share(ranks(language), 5) >= 0.9 * share(ranks("en"), 5)


@pytest.mark.parametrize("language", FACTS)
def test_every_language_has_a_dozen_facts(language):
    assert len(FACTS[language]) == 12
