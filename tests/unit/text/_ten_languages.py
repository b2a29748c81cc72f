"""Forty facts and forty questions in ten languages: ten things, and what was done with each in four places."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """How it says that something was done with a thing, and how it asks."""

    things: tuple[str, ...]
    said: tuple[str, str, str, str]
    asked: tuple[str, str, str, str]


LANGUAGES = {
    "en": Language(
        ("bicycle", "violin", "umbrella", "lamp", "carpet", "coat", "camera", "kettle", "mirror", "ladder"),
        ("I bought the {} at the market.", "I lost the {} on the train.", "I repaired the {} in the garage.", "I gave the {} to my neighbour."),
        ("Where did I buy the {}?", "Where was the {} lost?", "Who repaired the {}?", "Who got the {} from me?"),
    ),
    "de": Language(
        ("Fahrrad", "Geige", "Regenschirm", "Lampe", "Teppich", "Mantel", "Kamera", "Kessel", "Spiegel", "Leiter"),
        ("Ich habe {} auf dem Markt gekauft.", "Ich habe {} im Zug verloren.", "Ich habe {} in der Garage repariert.", "Ich habe {} meinem Nachbarn geschenkt."),
        ("Wo habe ich {} gekauft?", "Wo wurde {} verloren?", "Wer hat {} repariert?", "Wem habe ich {} geschenkt?"),
    ),
    "es": Language(
        ("bicicleta", "violín", "paraguas", "lámpara", "alfombra", "abrigo", "cámara", "tetera", "espejo", "escalera"),
        ("Compré {} en el mercado.", "Perdí {} en el tren.", "Reparé {} en el garaje.", "Regalé {} a mi vecina."),
        ("¿Dónde compré {}?", "¿Dónde perdí {}?", "¿Quién reparó {}?", "¿A quién regalé {}?"),
    ),
    "ru": Language(
        ("велосипед", "скрипку", "зонт", "лампу", "ковёр", "пальто", "камеру", "чайник", "зеркало", "лестницу"),
        ("Я купила {} на рынке.", "Я потеряла {} в поезде.", "Я починила {} в гараже.", "Я подарила {} соседке."),
        ("Где я купила {}?", "Где я потеряла {}?", "Кто починил {}?", "Кому я подарила {}?"),
    ),
    "ar": Language(
        ("الدراجة", "الكمان", "المظلة", "المصباح", "السجادة", "المعطف", "الكاميرا", "الغلاية", "المرآة", "السلم"),
        ("اشتريت {} من السوق.", "فقدت {} في القطار.", "أصلحت {} في المرآب.", "أهديت {} إلى جارتي."),
        ("أين اشتريت {}؟", "أين فقدت {}؟", "من أصلح {}؟", "لمن أهديت {}؟"),
    ),
    "hi": Language(
        ("साइकिल", "वायलिन", "छाता", "दीपक", "कालीन", "कोट", "कैमरा", "केतली", "दर्पण", "सीढ़ी"),
        ("मैंने बाज़ार से {} खरीदा।", "मैंने ट्रेन में {} खो दिया।", "मैंने गैराज में {} ठीक किया।", "मैंने पड़ोसी को {} दिया।"),
        ("मैंने {} कहाँ से खरीदा?", "{} कहाँ खो गया?", "{} किसने ठीक किया?", "मैंने {} किसे दिया?"),
    ),
    "zh": Language(
        ("自行车", "小提琴", "雨伞", "台灯", "地毯", "大衣", "相机", "水壶", "镜子", "梯子"),
        ("我在市场买了{}。", "我在火车上丢了{}。", "我在车库修好了{}。", "我把{}送给了邻居。"),
        ("我在哪里买了{}？", "{}丢在哪里了？", "谁修好了{}？", "我把{}送给了谁？"),
    ),
    "ja": Language(
        ("自転車", "バイオリン", "傘", "ランプ", "絨毯", "コート", "カメラ", "やかん", "鏡", "はしご"),
        ("市場で{}を買いました。", "電車で{}をなくしました。", "ガレージで{}を直しました。", "隣の人に{}をあげました。"),
        ("{}はどこで買いましたか。", "{}はどこでなくしましたか。", "{}を直したのは誰ですか。", "{}は誰にあげましたか。"),
    ),
    "ko": Language(
        ("자전거", "바이올린", "우산", "램프", "양탄자", "외투", "카메라", "주전자", "거울", "사다리"),
        ("시장에서 {}를 샀어요.", "기차에서 {}를 잃어버렸어요.", "차고에서 {}를 고쳤어요.", "이웃에게 {}를 줬어요."),
        ("{}를 어디에서 샀어요?", "{}를 어디에서 잃어버렸어요?", "누가 {}를 고쳤어요?", "{}를 누구에게 줬어요?"),
    ),
    "th": Language(
        ("จักรยาน", "ไวโอลิน", "ร่ม", "โคมไฟ", "พรม", "เสื้อคลุม", "กล้อง", "กาต้มน้ำ", "กระจก", "บันได"),
        ("ฉันซื้อ{}ที่ตลาด", "ฉันทำ{}หายบนรถไฟ", "ฉันซ่อม{}ในโรงรถ", "ฉันให้{}กับเพื่อนบ้าน"),
        ("ฉันซื้อ{}ที่ไหน", "{}หายที่ไหน", "ใครซ่อม{}", "ฉันให้{}กับใคร"),
    ),
}  # fmt: skip


def pairs(code: str) -> list[tuple[str, str]]:
    """Return forty sentences, each with a question that it answers."""
    language = LANGUAGES[code]
    return [
        (said.format(thing), asked.format(thing))
        for said, asked in zip(language.said, language.asked, strict=True)
        for thing in language.things
    ]
