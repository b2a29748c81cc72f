"""Shapes of secrets, each drawn by seed, and what has such a shape and is none. Prefixes are in parts, so that no file holds a secret."""

from __future__ import annotations

import base64
import hashlib
import string
from collections.abc import Callable
from random import Random

from _secrets import ALNUM, BASE64, HEX, LOWER, UPPER, URLSAFE

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

Maker = Callable[[Random], str]


def drawn(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choices(alphabet, k=length))


def _prefixed(prefix: str, alphabet: str, length: int, suffix: str = "") -> Maker:
    return lambda random: prefix.replace("|", "") + drawn(random, alphabet, length) + suffix


def _uuid(random: Random) -> str:
    digits = drawn(random, HEX, 32)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _password(random: Random) -> str:
    return drawn(random, ALNUM, 11) + random.choice("!#_*") + random.choice(string.digits)


def _jwt(random: Random) -> str:
    coded = [
        base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (b'{"alg":"HS256"}', b'{"sub":"7"}')
    ]
    return ".".join((*coded, drawn(random, URLSAFE, 43)))


def _wif(random: Random) -> str:
    raw = b"\x80" + random.randbytes(32) + random.choice((b"", b"\x01"))
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = BASE58[rest] + text
    return text


def _card(random: Random, between: str = " ", first: int = ord("0")) -> str:
    digits = "4" + drawn(random, string.digits, 14)
    doubled = sum(sum(divmod(int(d) * (2 - at % 2), 10)) for at, d in enumerate(digits))
    digits += str(-doubled % 10)
    return between.join("".join(chr(first + int(d)) for d in digits[at : at + 4]) for at in range(0, 16, 4))


def _iban(random: Random) -> str:
    account = drawn(random, string.digits, 18)
    plain = f"DE{98 - int(account + '131400') % 97:02}{account}"
    return "\u00a0".join(plain[at : at + 4] for at in range(0, 22, 4))


SHAPES: dict[str, Maker] = {
    # name: what draws a value that is a secret by itself
    "aws id": _prefixed("AK|IA", UPPER, 16),
    "aws id without a digit": _prefixed("AK|IA", string.ascii_uppercase, 16),
    "aws temporary id": _prefixed("AS|IA", UPPER, 16),
    "google key": _prefixed("AI|za", URLSAFE, 35),
    "google oauth": _prefixed("ya|29.", URLSAFE, 60),
    "google client secret": _prefixed("GOC|SPX-", URLSAFE, 28),
    "firebase server key": lambda random: (
        "AAAA" + drawn(random, URLSAFE, 7) + ":APA91b" + drawn(random, URLSAFE, 134)
    ),
    "github token": _prefixed("gh|p_", ALNUM, 36),
    "github server token": _prefixed("gh|s_", ALNUM, 36),
    "github fine-grained": _prefixed("github|_pat_", ALNUM, 82),
    "gitlab": _prefixed("gl|pat-", URLSAFE, 20),
    "slack bot": _prefixed("xo|xb-2345678901-", ALNUM, 24),
    "slack app": _prefixed("xa|pp-1-A0", ALNUM, 40),
    "stripe": _prefixed("sk_|live_", ALNUM, 24),
    "stripe restricted": _prefixed("rk_|test_", ALNUM, 24),
    "webhook secret": _prefixed("whs|ec_", ALNUM, 32),
    "openai": _prefixed("s|k-", ALNUM, 48),
    "openai project": _prefixed("s|k-proj-", URLSAFE, 100),
    "openai live": lambda random: "sk-" + "live-" + "".join(random.sample("ABCDEF0123456789", 16)) + "abcdef",
    "anthropic": _prefixed("sk-|ant-api03-", URLSAFE, 93),
    "groq": _prefixed("gs|k_", ALNUM, 52),
    "xai": _prefixed("xa|i-", ALNUM, 80),
    "perplexity": _prefixed("pp|lx-", ALNUM, 48),
    "hugging face": _prefixed("h|f_", string.ascii_letters, 34),
    "replicate": _prefixed("r8|_", ALNUM, 37),
    "npm": _prefixed("np|m_", ALNUM, 36),
    "pypi": _prefixed("py|pi-AgEI", URLSAFE, 120),
    "rubygems": _prefixed("ruby|gems_", HEX, 48),
    "docker": _prefixed("dckr|_pat_", URLSAFE, 27),
    "sendgrid": lambda random: "S" + "G." + drawn(random, URLSAFE, 22) + "." + drawn(random, URLSAFE, 43),
    "twilio": _prefixed("S|K", HEX, 32),
    "mailgun": _prefixed("ke|y-", HEX, 32),
    "mailchimp": lambda random: drawn(random, HEX, 32) + "-us12",
    "digitalocean": _prefixed("do|p_v1_", HEX, 64),
    "shopify": _prefixed("shp|at_", HEX, 32),
    "square": _prefixed("sq0|csp-", URLSAFE, 43),
    "linear": _prefixed("lin|_api_", ALNUM, 40),
    "notion": _prefixed("nt|n_", ALNUM, 46),
    "airtable": lambda random: "pa" + "t" + drawn(random, ALNUM, 14) + "." + drawn(random, HEX, 64),
    "databricks": _prefixed("da|pi", HEX, 32),
    "vault": _prefixed("hv|s.", ALNUM, 24),
    "terraform": lambda random: drawn(random, ALNUM, 14) + ".atlas" + "v1." + drawn(random, ALNUM, 67),
    "grafana": lambda random: "gl" + "sa_" + drawn(random, ALNUM, 32) + "_" + drawn(random, HEX, 8),
    "new relic": _prefixed("NR|AK-", UPPER, 27),
    "postman": lambda random: "PM" + "AK-" + drawn(random, HEX, 24) + "-" + drawn(random, HEX, 34),
    "figma": _prefixed("fi|gd_", URLSAFE, 40),
    "supabase": _prefixed("sb|p_", HEX, 40),
    "tailscale": _prefixed("ts|key-auth-", ALNUM, 40),
    "age": _prefixed("AGE-SEC|RET-KEY-1", UPPER, 58),
    "telegram": lambda random: (
        "1" + drawn(random, string.digits, 9) + ":A" + "A" + drawn(random, URLSAFE, 33)
    ),
    "doppler": _prefixed("dp|.pt.", ALNUM, 43),
    "1password service": _prefixed("ops|_eyJ", ALNUM, 120),
    "1password secret key": lambda random: "-".join(
        (
            "A" + "3",
            drawn(random, UPPER, 6),
            drawn(random, UPPER, 11),
            *(drawn(random, UPPER, 5) for _ in range(3)),
        )
    ),
    "heroku": _prefixed("HR|KU-", URLSAFE, 60),
    "dropbox": _prefixed("sl|.", URLSAFE, 130),
    "asana": lambda random: "1" + "/" + drawn(random, "123456789", 16) + ":" + drawn(random, HEX, 32),
    "atlassian": _prefixed("ATA|TT3", URLSAFE, 180),
    "sentry": _prefixed("snt|ryu_", HEX, 64),
    "planetscale": _prefixed("psc|ale_tkn_", URLSAFE, 43),
    "pulumi": _prefixed("pu|l-", HEX, 40),
    "netlify": _prefixed("nf|p_", ALNUM, 36),
    "resend": lambda random: "r" + "e_" + drawn(random, ALNUM, 8) + "_" + drawn(random, ALNUM, 24),
    "plaid": lambda random: "access-" + "production-" + _uuid(random),
    "jwt": _jwt,
    "wif": _wif,
    "card": _card,
    "card, no-break spaces": lambda random: _card(random, "\u00a0"),
    "card, full width": lambda random: _card(random, "\u3000", ord("０")),
    "iban, no-break spaces": _iban,
}

SENTENCES: dict[str, tuple[str, Maker]] = {
    # name: what gives the value away, and what draws it
    "aws secret": ("aws_secret_access_key = {}", lambda random: drawn(random, BASE64, 40)),
    "okta": ("Authorization: SSWS {}", lambda random: "00" + drawn(random, URLSAFE, 40)),
    "okta alone": ("the header is SSWS {}", lambda random: "00" + drawn(random, URLSAFE, 40)),
    "heroku uuid": ("HEROKU_API_KEY={}", _uuid),
    "api key uuid": ('"api_key": "{}"', _uuid),
    "kubeconfig": (
        "    client-key-data: {}",
        lambda random: "LS0tLS1CRUdJTi" + drawn(random, BASE64, 400) + "==",
    ),
    "x-api-key": ("x-api-key: {}", lambda random: drawn(random, ALNUM, 32)),
    "bearer": ("Authorization: Bearer {}", lambda random: drawn(random, URLSAFE, 40)),
    "curl": ("curl -s -u admin:{} https://api.acme.io", _password),
    "curl --user": ("curl --user 'admin:{}' https://api.acme.io", _password),
    "http -a": ("http -a admin:{} api.acme.io", _password),
    "netrc": ("machine api.acme.io login bob password {}", _password),
    "netrc, lines": ("machine api.acme.io\n  login bob\n  password {}\n", _password),
    "sshpass": ("sshpass -p '{}' ssh root@10.0.0.4", _password),
    "sshpass, bare": ("sshpass -p {} ssh root@10.0.0.4", _password),
    "mysql": ("mysql -u root -p{} prod", _password),
    "mysqldump": ("mysqldump -h db -p'{}' prod > x.sql", _password),
    "docker login": ("docker login -u ana -p {} registry.acme.io", _password),
    "redis-cli": ("redis-cli -h cache -a {} ping", _password),
    "pgpassword": ("PGPASSWORD={} psql -h db", _password),
    "basic-auth url": ("git clone https://ana:{}@git.acme.io/x.git", lambda random: drawn(random, ALNUM, 14)),
    "database url": ("postgres://ana:{}@db:5432/app", lambda random: drawn(random, ALNUM, 14)),
    "password is": ("my password is {}", _password),
    "password =": ('password = "{}"', _password),
    "pem": (
        "-----BEGIN RSA PRIVATE " + "KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        lambda random: "\n".join(drawn(random, BASE64, 64) for _ in range(8)),
    ),
    "slack webhook": (
        "https://hooks.slack.com/services/{}",
        lambda random: f"T{drawn(random, UPPER, 10)}/B{drawn(random, UPPER, 10)}/{drawn(random, ALNUM, 24)}",
    ),
    "azure": ("AccountName=x;AccountKey={};", lambda random: drawn(random, BASE64, 86) + "=="),
    "twilio token": ("TWILIO_AUTH_TOKEN={}", lambda random: drawn(random, HEX, 32)),
}

CONTEXTS: dict[str, str] = {
    "text": "Please keep {} for me, will you?",
    "code": 'client = Client("{}")',
    "env": "export X_KEY={}\n",
    "json": '{{"x": "{}", "y": 1}}',
    "url": "https://api.acme.io/v1?x={}&y=1",
}

LITERAL = {
    "my key is sk-live-" + "ABCDEF0123456789abcdef": "ABCDEF0123456789abcdef",
    "AKIA" + "QWERTZUIOPLKJHGF": "QWERTZUIOPLKJHGF",
    "4539\u00a05787\u00a06362\u00a01486": "6362",
    "HEROKU_API_KEY=" + "9f1c2b7e-4a3d-4c8e-9b21-7d5e3f1a2b6c": "9f1c2b7e",
    "curl -u admin:" + "k3Jd9sLq2Zx8Vb https://api.acme.io": "k3Jd9",
}


LOOKALIKES: dict[str, Maker] = {
    "git hash": lambda random: drawn(random, HEX, 40),
    "short hash": lambda random: drawn(random, HEX, 7),
    "sha256": lambda random: drawn(random, HEX, 64),
    "digest of an image": lambda random: "sha256:" + drawn(random, HEX, 64),
    "integrity": lambda random: "sha512-" + drawn(random, BASE64, 86) + "==",
    "uuid": _uuid,
    "urn": lambda random: "urn:uuid:" + _uuid(random),
    "isbn": lambda random: f"978-3-16-{drawn(random, string.digits, 6)}-0",
    "order number": lambda random: "order " + drawn(random, string.digits, 10),
    "order of a shop": lambda random: "-".join(drawn(random, string.digits, n) for n in (3, 7, 7)),
    "tracking number": lambda random: "1Z" + drawn(random, UPPER, 16),
    "postal tracking": lambda random: "RR" + drawn(random, string.digits, 9) + "DE",
    "order with letters": lambda random: "ORD-2026-" + drawn(random, UPPER, 8),
    "image": lambda random: "data:image/png;base64,iVBORw0KGgo" + drawn(random, BASE64, 120),
    "colour": lambda random: "#" + drawn(random, HEX, 6),
    "licence plate": lambda random: (
        f"{drawn(random, string.ascii_uppercase, 2)}-{drawn(random, string.digits, 3)}-XY"
    ),
    "phone": lambda random: "+49 30 " + drawn(random, string.digits, 8),
    "american phone": lambda random: f"(415) 555-{drawn(random, string.digits, 4)}",
    "video": lambda random: "https://youtu.be/" + drawn(random, URLSAFE, 11),
    "document": lambda random: "https://docs.example.org/d/" + drawn(random, URLSAFE, 44),
    "ip": lambda random: f"10.{random.randrange(256)}.{random.randrange(256)}.7",
    "mac": lambda random: ":".join(drawn(random, HEX, 2) for _ in range(6)),
    "ipv6": lambda random: ":".join(drawn(random, HEX, 4) for _ in range(8)),
    "instance": lambda random: "i-0" + drawn(random, HEX, 16),
    "resource of a cloud": lambda random: f"arn:aws:iam::{drawn(random, string.digits, 12)}:role/reader",
    "version": lambda random: (
        f"v{random.randrange(9)}.{random.randrange(30)}.{random.randrange(9)}-rc.1+{drawn(random, HEX, 7)}"
    ),
    "time": lambda random: f"2026-11-{random.randint(10, 30)}T14:02:11.{drawn(random, string.digits, 6)}Z",
    "epoch": lambda random: "17" + drawn(random, string.digits, 11),
    "doi": lambda random: "10.1000/" + drawn(random, LOWER, 9),
    "bitcoin address": lambda random: "bc1q" + drawn(random, LOWER, 38),
    "ethereum address": lambda random: "0x" + drawn(random, HEX, 40),
    "flight": lambda random: f"LH{drawn(random, string.digits, 4)}, booking {drawn(random, UPPER, 6)}",
    "file": lambda random: f"IMG_2026{drawn(random, string.digits, 4)}_{drawn(random, string.digits, 6)}.jpg",
    "class": lambda random: (
        "sk-container sk-" + random.choice(("button-group-item-active", "card-header-large-title"))
    ),
    "branch": lambda random: f"feature/{random.choice(('login', 'search'))}-{random.randrange(1000)}-retry",
    "pod": lambda random: f"web-{drawn(random, LOWER, 10)}-{drawn(random, LOWER, 5)}",
    "etag": lambda random: f'W/"{drawn(random, HEX, 32)}"',
    "trace": lambda random: f"traceparent: 00-{drawn(random, HEX, 32)}-{drawn(random, HEX, 16)}-01",
    "price": lambda random: f"{random.randrange(10_000)},{random.randrange(100):02} EUR",
    "ean": lambda random: "EAN 400" + drawn(random, string.digits, 10),
    "coordinates": lambda random: (
        f"52.{drawn(random, string.digits, 6)}, 13.{drawn(random, string.digits, 6)}"
    ),
    "meeting": lambda random: "https://meet.example.org/" + drawn(random, string.ascii_lowercase, 10),
    "snowflake": lambda random: "17" + drawn(random, string.digits, 17) + "?",
}

HARMLESS = """
my password is hard to remember
password = input()
password = input("Password: ")
password = prompt(user)
pwd = os.getcwd()
<YOUR_API_KEY>
api_key = <YOUR_API_KEY>
API_KEY=YOUR_API_KEY
api_key="your-api-key-here"
OPENAI_API_KEY=sk-...
token = os.environ["TOKEN"]
curl -u user:password https://api.example.com
curl -u $USER:$PASS https://api.acme.io
curl -u admin https://api.acme.io
curl -o out.json https://api.acme.io
sshpass -p $SSH_PASS ssh root@host
mysql -u root -p prod
mysql --port 3307 --protocol=tcp
mysql -P 3306 -u ana
docker login -u ana --password-stdin
docker run -p 8080:80 nginx
http://docs.acme.io says: docker run -u 1000:1000 nginx
ssh -p 2222 root@host
machine learning login page password field
the netrc line is: machine HOST login NAME password <password>
HEROKU_API_KEY=<uuid>
client-key-data: REDACTED
client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t
Authorization: SSWS <token>
AKIA is how those ids begin
AKIAIOSFODNN7EXAMPLE
ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
sk-ant-... goes into the header
my secret is that I love jazz
the secret = getAccessTokenFromTheStoreOfUser
token = nextTokenOfTheTokenStream
PGPASSWORD=$PGPASSWORD psql
export PGPASSWORD=
redis-cli -a "$REDIS_PASS" ping
""".strip().splitlines()
