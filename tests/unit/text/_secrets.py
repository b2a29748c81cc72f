"""Invented secrets of real shape, made from parts so that no file holds one; and what only resembles a secret."""

from __future__ import annotations

import base64
import hashlib
import json
import string
from collections.abc import Callable, Iterator
from random import Random

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URLSAFE = ALNUM + "-_"
BASE64 = ALNUM + "+/"

PREFIXED = (
    # label, parts of the prefix, alphabet, length
    ("aws-key", ("AK", "IA"), UPPER, 16),
    ("aws-key", ("AS", "IA"), UPPER, 16),
    ("google-key", ("AI", "za"), URLSAFE, 35),
    ("google-token", ("ya", "29."), URLSAFE, 60),
    ("google-secret", ("GOC", "SPX-"), URLSAFE, 28),
    ("github-token", ("gh", "p_"), ALNUM, 36),
    ("github-token", ("gh", "o_"), ALNUM, 36),
    ("github-token", ("git", "hub_", "pat_"), ALNUM, 82),
    ("gitlab-token", ("gl", "pat-"), ALNUM, 20),
    ("slack-token", ("xo", "xb-", "2345678901-"), ALNUM, 24),
    ("slack-token", ("xo", "xp-", "98765432-"), ALNUM, 32),
    ("stripe-key", ("sk_", "live_"), ALNUM, 24),
    ("stripe-key", ("rk_", "live_"), ALNUM, 24),
    ("openai-key", ("s", "k-"), ALNUM, 48),
    ("openai-key", ("s", "k-", "proj-"), URLSAFE, 100),
    ("anthropic-key", ("sk-", "ant-", "api03-"), URLSAFE, 93),
    ("huggingface-token", ("h", "f_"), string.ascii_letters, 34),
    ("npm-token", ("np", "m_"), ALNUM, 36),
    ("pypi-token", ("py", "pi-", "AgEI"), URLSAFE, 120),
    ("twilio-key", ("S", "K"), HEX, 32),
    ("groq-key", ("gs", "k_"), ALNUM, 52),
    ("digitalocean-token", ("do", "p_v1_"), HEX, 64),
    ("shopify-token", ("shp", "at_"), HEX, 32),
    ("databricks-token", ("da", "pi"), HEX, 32),
    ("vault-token", ("hv", "s."), ALNUM, 24),
    ("mailgun-key", ("ke", "y-"), HEX, 32),
    ("age-key", ("AGE-SEC", "RET-KEY-1"), UPPER, 58),
)

AROUND = (
    "{}",
    "the key is {} and it works",
    "export KEY={}\n",
    'here: "{}".',
    "I put {}, into the config",
    "({})",
    "`{}`",
    "clé → {} !",
)

NAMES = ("bella", "otter", "harbour", "winter", "tomato", "Ingrid", "kestrel", "Lisbon", "drums", "mango")
SEED_WORDS = [
    "abandon",
    "brisk",
    "cactus",
    "dolphin",
    "ember",
    "fabric",
    "garlic",
    "harvest",
    "island",
    "jungle",
    "kitten",
    "lemon",
    "marble",
    "nephew",
    "orbit",
    "puzzle",
    "quarter",
    "ribbon",
    "saddle",
    "tunnel",
    "umbrella",
    "velvet",
    "walnut",
    "yellow",
    "zebra",
]


def secrets(seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """Give (label, value, text): the value must not be in the redacted text."""
    random = Random(seed)
    for _ in range(7):
        for label, prefix, alphabet, length in PREFIXED:
            value = "".join(prefix) + drawn(random, alphabet, length)
            yield label, value, random.choice(AROUND).format(value)
        for label, make in OTHERS:
            value, text = make(random)
            yield label, value, text


def drawn(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choice(alphabet) for _ in range(length))


def _password(random: Random) -> str:
    return random.choice(NAMES) + random.choice("!#$_@%*") + str(random.randint(10, 9999))


def _said_password(random: Random) -> tuple[str, str]:
    value = _password(random)
    said = random.choice(
        (
            "my password is {}",
            "My wifi password is {}, in case you need it.",
            "the password for the router is {}",
            "password = {}",
            "pwd: {}",
            'DB_PASSWORD="{}"',
            "I changed my password to {} yesterday",
            "Mein Passwort ist {}",
            "mi contraseña es {}",
            "mon mot de passe est {}",
            "пароль: {}",
            "密码是{}",
            "user=ana;password={};host=db",
        )
    )
    return value, said.format(value)


def _plain_password(random: Random) -> tuple[str, str]:
    value = "".join(random.sample(("kestrel", "otter", "mango", "harbour"), 2))
    return value, random.choice(("my password is {}.", "password: {}\nuser: ana", "passwd={}")).format(value)


def _passphrase(random: Random) -> tuple[str, str]:
    value = " ".join(random.sample(SEED_WORDS, 4))
    return value, f"my passphrase is {value}."


def _pin(random: Random) -> tuple[str, str]:
    value = str(random.randint(1000, 9999))
    return value, random.choice(("my PIN is {}", "card pin: {}", "The PIN code for the door is {}.")).format(
        value
    )


def _aws_secret(random: Random) -> tuple[str, str]:
    value = drawn(random, BASE64, 40)
    return value, random.choice(
        ("aws_secret_access_key = {}", "AWS secret key: {}", "AWS_SECRET_ACCESS_KEY='{}'")
    ).format(value)


def _azure(random: Random) -> tuple[str, str]:
    value = drawn(random, BASE64, 86) + "=="
    return (
        value,
        f"DefaultEndpointsProtocol=https;AccountName=store7;Account{'Key'}={value};EndpointSuffix=core.windows.net",
    )


def _jwt(random: Random) -> tuple[str, str]:
    parts = (
        json.dumps({"alg": "HS256", "typ": "JWT"}),
        json.dumps({"sub": drawn(random, LOWER, 12), "iat": 1}),
    )
    coded = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts]
    value = ".".join((*coded, drawn(random, URLSAFE, 43)))
    return value, f"cookie: {value}"


def _private_key(random: Random) -> tuple[str, str]:
    kind = random.choice(("RSA ", "", "OPENSSH ", "EC "))
    value = "\n".join(drawn(random, BASE64, 64) for _ in range(8))
    return (
        value,
        f"here it is:\n-----BEGIN {kind}{'PRIVATE'} KEY-----\n{value}\n-----END {kind}{'PRIVATE'} KEY-----\nthanks",
    )


def _bearer(random: Random) -> tuple[str, str]:
    value = drawn(random, URLSAFE, 40)
    return value, random.choice(
        ("Authorization: Bearer {}", "curl -H 'authorization: bearer {}' https://api.invalid")
    ).format(value)


def _database(random: Random) -> tuple[str, str]:
    value = drawn(random, ALNUM, 16)
    scheme = random.choice(("postgres", "mysql", "mongodb+srv", "redis"))
    return value, f"{scheme}://ana:{value}@db.internal:5432/app"


def _url(random: Random) -> tuple[str, str]:
    value = _password(random)
    return value, f"clone https://ana:{value}@git.internal/repo.git"


def _card(random: Random) -> tuple[str, str]:
    start, length = random.choice((("4", 16), ("52", 16), ("2301", 16), ("37", 15), ("6011", 16)))
    digits = start + drawn(random, string.digits, length - len(start) - 1)
    digits += next(last for last in string.digits if _luhn(digits + last))
    value = (
        digits
        if length == 15
        else random.choice((" ", "-", "")).join(digits[at : at + 4] for at in range(0, 16, 4))
    )
    return value, random.choice(("my card is {}, exp 04/29", "Visa {}", "pay with {} please")).format(value)


def _iban(random: Random) -> tuple[str, str]:
    account = drawn(random, string.digits, 18)
    check = 98 - int(account + "131400") % 97
    value = f"DE{check:02}{account}"
    spaced = " ".join(value[at : at + 4] for at in range(0, 22, 4))
    value = random.choice((value, spaced))
    return value, f"send the rent to {value} by Friday"


def _ssn(random: Random) -> tuple[str, str]:
    value = f"{random.randint(100, 665)}-{random.randint(10, 99)}-{random.randint(1000, 9999)}"
    return value, random.choice(
        ("my SSN is {}", "social security number: {}", "it is {}, keep it safe")
    ).format(value)


def _assigned(random: Random) -> tuple[str, str]:
    value = drawn(random, random.choice((ALNUM, HEX)), random.choice((24, 32, 40)))
    return value, random.choice(
        ('api_key = "{}"', "X-Api-Key: {}", "client_secret={}&x=1", "the token is {}", '{{"secret": "{}"}}')
    ).format(value)


def _seed(random: Random) -> tuple[str, str]:
    value = " ".join(random.sample(SEED_WORDS, 12))
    return value, random.choice(
        ("my seed phrase: {}", "The recovery phrase is {}.", "wallet seed: {}")
    ).format(value)


def _sendgrid(random: Random) -> tuple[str, str]:
    value = "S" + "G." + drawn(random, URLSAFE, 22) + "." + drawn(random, URLSAFE, 43)
    return value, f"sendgrid {value}"


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


OTHERS: tuple[tuple[str, Callable[[Random], tuple[str, str]]], ...] = (
    ("password", _said_password),
    ("password", _said_password),
    ("password", _said_password),
    ("password", _plain_password),
    ("passphrase", _passphrase),
    ("pin", _pin),
    ("pin", _pin),
    ("aws-secret", _aws_secret),
    ("azure-key", _azure),
    ("jwt", _jwt),
    ("private-key", _private_key),
    ("bearer-token", _bearer),
    ("database-url", _database),
    ("url-credentials", _url),
    ("card-number", _card),
    ("card-number", _card),
    ("iban", _iban),
    ("ssn", _ssn),
    ("api-key", _assigned),
    ("api-key", _assigned),
    ("seed-phrase", _seed),
    ("sendgrid-key", _sendgrid),
)

# --- what only resembles a secret ------------------------------------------------------------------------------------

PROSE = """
There is no API key in the build.
The password policy asks for twelve characters.
I forgot my password again.
My password is too short, the site says.
The password is wrong!
password: required
password: str
password = getpass()
password=None
Password: ********
password: <your password>
Password: must be at least 8 characters
Password reset: click here
The password is stored in the vault.
My password is the name of my first dog.
The wifi password is on the fridge.
My password is weak.
My password is expired, what now?
Her password was leaked last year.
The password is case-sensitive.
密码：在台灯下面
密码是奶奶的生日
パスワード：いつものやつ
My password is 100% secure
password is 12 characters long
We use a password manager.
Change your password to something longer.
I keep my passwords in a notebook.
What is the password?
Das Passwort ist falsch.
Mein Passwort ist abgelaufen.
La contraseña es incorrecta.
Le mot de passe est incorrect
Пароль это важно
pwd: /home/ana/projects
password = os.environ["DB_PASSWORD"]
password: ${DB_PASSWORD}
password: {{ vault_password }}
password: "%s"
PASSWORD=$1
password = config.database.password
db_password: db_password
export OPENAI_API_KEY=sk-...
OPENAI_API_KEY=YOUR_API_KEY
api_key = "<your-api-key>"
api_key="sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
api_key = os.getenv("API_KEY")
api_key=settings.api_key
Set GITHUB_TOKEN=ghp_your_token_here first.
token: <token>
token = "xxxx"
token = get_token(user1)
max_tokens=4096
token_count: 81920
tokenizer = AutoTokenizer.from_pretrained("bert-base-v2")
The secret is to rest the dough for 2 hours.
secret: kubernetes-secret-v1
secret_name: prod/db/app-2
Our secret is safe with Ingrid.
The token is valid for 3600 seconds.
The key to the shed is under the pot.
Authorization: Bearer <token>
Authorization: Bearer $TOKEN
Send it as "Authorization: Bearer YOUR_TOKEN".
She is the bearer of very surprisingly good news.
sk-learn-contrib-models-are-very-good-indeed
The sk-prefix is used by keys of that vendor.
-----BEGIN PRIVATE KEY-----
-----BEGIN PRIVATE KEY-----\\n...\\n-----END PRIVATE KEY-----
-----BEGIN PUBLIC KEY----- MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA -----END PUBLIC KEY-----
A private key is needed to sign it.
postgres://user:password@localhost:5432/db
https://user:pass@example.com/
postgres://${USER}:${PASS}@db/app
See http://localhost:8080/@ana/posts for it.
Write to ana:ben@team.example for details
git clone git@github.com:ana/boats.git
AKIA is what those keys begin with.
AKIAIOSFODNN7EXAMPLE is in the manual.
The pin is loose, I need a new one.
Connect pin 13 to ground.
PIN is required
Pin: 12
The PIN code is on the letter.
My SSN is on file already.
The recovery phrase is twelve words that nobody else may see, so write them down and keep them safe from the rain.
Twelve words: cat dog bird fish cow pig hen duck goat lamb mule fox
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
My seed phrases are in the safe.
The eyJ prefix shows that it is a token.
eyebrow.pencil.brown
the colour is #a1b2c3 and the border #ff8800
Credentials: please ask Ingrid.
credentials are needed to log in
Click "Forgot password" to get a new one.
The passphrase is too long for me
my passcode is the year he was born
Passport: see the drawer
Our access key is missing
We passed: 45 tests, failed: 3
""".strip().splitlines()


def lookalikes(seed: int = 11) -> Iterator[str]:
    """Give texts of which nothing may be altered."""
    yield from PROSE
    random = Random(seed)
    for _ in range(10):
        yield from _identifiers(random)


def _identifiers(random: Random) -> Iterator[str]:
    digest = hashlib.sha256(random.randbytes(8)).hexdigest()
    uuid = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
    number = drawn(random, string.digits, 16)
    phone = f"{random.randint(200, 989)}-555-{random.randint(1000, 9999)}"
    yield f"id {uuid}"
    yield f"request_id={uuid} took {random.randint(2, 900)} ms"
    yield f"token: {uuid}"
    yield f"commit {digest[:40]}"
    yield f"fixed in {digest[:7]}, see {digest[40:52]}"
    yield f"sha256:{digest}"
    yield f"sha256sum says {digest}  lukasa.tar.gz"
    yield f"md5 {digest[:32]}"
    yield f"order number {number}"
    yield f"tracking: {number[:4]} {number[4:8]} {number[8:12]} {number[12:]}"
    yield f"invoice 4{number[1:]}"
    yield f"call me at {phone} or +1 ({phone[:3]}) 555-{phone[-4:]}"
    yield f"ISBN 978-0-{number[:3]}-{number[3:8]}-{number[8]}"
    yield f"ISBN 978{number[:10]}"
    yield f"at 17{number[:11]} ms, id {number[:13]}"
    yield f"the border is #{digest[:6]}"
    yield f"0.{number} of the total"
    yield f"version {number[0]}.{number[1:3]}.{number[3]}-rc.{number[4]}"
    yield f"pip install lukasa=={number[0]}.{number[1]} --hash=sha256:{digest}"
    yield f"![plot](data:image/png;base64,{drawn(random, BASE64, 90)})"
    yield f"https://example.org/watch?v={drawn(random, URLSAFE, 11)}&t={number[:3]}"
    yield f"meeting https://zoom.example/j/{number[:10]}?x={digest[:12]}"
    yield f"flight {drawn(random, string.ascii_uppercase, 2)}{number[:4]}, seat {number[:2]}A, booking {drawn(random, UPPER, 6)}"
    yield f"room {number[:3]}-{number[3:5]} at {number[5:7]}:{number[7:9]}"
    yield f'etag W/"{digest[:32]}"'
