"""What secrets look like: a row for each shape that a vendor or a standard gives them, and the words of assignments.

A pattern is tried only where its hint occurs; it takes the group `value`, or all of the match. Prefix, alphabet and
length come from the vendors' documentation. What no prefix gives away needs a checksum, a cue before it, or both.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Check = Literal["any", "random", "jwt", "pem", "card", "iban", "ssn", "url"]
"""What must hold of the value besides its shape; `random`: it looks drawn, not written."""


class SecretShape(NamedTuple):
    label: str
    hint: str
    """In lower case; it must occur in the text's lower case."""

    pattern: str
    check: Check = "random"


_WORD = r"(?<![A-Za-z0-9_])"
"""Nothing of a longer token before it."""

_END = r"(?![A-Za-z0-9_-])"

SHAPES = (
    # Keys of clouds, forges and vendors.
    SecretShape("aws-key", "a3t", rf"{_WORD}A3T[A-Z0-9][A-Z0-9]{{16}}(?![A-Za-z0-9/+=])"),
    SecretShape("aws-key", "akia", rf"{_WORD}AKIA[A-Z0-9]{{16}}(?![A-Za-z0-9/+=])"),
    SecretShape("aws-key", "asia", rf"{_WORD}ASIA[A-Z0-9]{{16}}(?![A-Za-z0-9/+=])"),
    SecretShape(
        "aws-secret",
        "aws",
        r"(?i:aws)[\w .-]{0,30}(?i:secret|key)[\w .-]{0,20}[\"']?\s{0,3}(?:[=:]|\sis)\s{0,3}[\"']?"
        r"(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    SecretShape(
        "aws-secret", "ia", r"A[KS]IA[A-Z0-9]{16}[\s:,;|/]{1,4}(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"
    ),
    SecretShape(
        "aws-secret",
        "secret",
        r"(?i:secret[_ ]?(?:access)?[_ ]?key)[\"']?\s{0,3}(?:[=:]|\sis)\s{0,3}[\"']?"
        r"(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    SecretShape("google-key", "aiza", rf"{_WORD}AIza[\w-]{{35}}{_END}"),
    SecretShape("google-token", "ya29.", rf"{_WORD}ya29\.[\w-]{{20,}}"),
    SecretShape("google-secret", "gocspx-", rf"{_WORD}GOCSPX-[\w-]{{24,}}"),
    SecretShape("github-token", "gh", rf"{_WORD}gh[opsur]_[A-Za-z0-9]{{30,}}"),
    SecretShape("github-token", "github_pat_", rf"{_WORD}github_pat_\w{{40,}}"),
    SecretShape("gitlab-token", "gl", rf"{_WORD}gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[\w-]{{20,}}"),
    SecretShape("slack-token", "xox", rf"{_WORD}xox[abcdeoprs](?:\.xox[abp])?-[\w-]{{10,}}"),
    SecretShape("slack-token", "xapp-", rf"{_WORD}xapp-\d-[\w-]{{20,}}"),
    SecretShape(
        "slack-webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows)/(?P<value>[\w/]{30,})"
    ),
    SecretShape(
        "discord-webhook",
        "/api/webhooks/",
        r"discord(?:app)?\.com/api/webhooks/\d{10,20}/(?P<value>[\w-]{50,})",
    ),
    SecretShape("discord-token", ".", rf"{_WORD}[MNO][\w-]{{23,27}}\.[\w-]{{6}}\.[\w-]{{27,40}}{_END}"),
    SecretShape("telegram-token", ":aa", r"(?<![\w.])\d{8,10}:AA[\w-]{33}(?![\w-])"),
    SecretShape("stripe-key", "k_", rf"{_WORD}[rs]k_(?:live|test)_[A-Za-z0-9]{{16,}}"),
    SecretShape("webhook-secret", "whsec_", rf"{_WORD}whsec_[A-Za-z0-9+/=]{{24,}}"),
    SecretShape("anthropic-key", "sk-ant-", rf"{_WORD}sk-ant-[a-z0-9]{{2,10}}-[\w-]{{20,}}"),
    SecretShape("openai-key", "sk-", rf"{_WORD}sk-[\w-]{{20,}}"),
    SecretShape("groq-key", "gsk_", rf"{_WORD}gsk_[A-Za-z0-9]{{40,}}"),
    SecretShape("xai-key", "xai-", rf"{_WORD}xai-[A-Za-z0-9]{{40,}}"),
    SecretShape("perplexity-key", "pplx-", rf"{_WORD}pplx-[A-Za-z0-9]{{40,}}"),
    SecretShape("huggingface-token", "hf_", rf"{_WORD}hf_[A-Za-z0-9]{{30,}}"),
    SecretShape("replicate-token", "r8_", rf"{_WORD}r8_[A-Za-z0-9]{{37,}}"),
    SecretShape("npm-token", "npm_", rf"{_WORD}npm_[A-Za-z0-9]{{30,}}"),
    SecretShape("pypi-token", "pypi-", rf"{_WORD}pypi-[\w-]{{40,}}"),
    SecretShape("rubygems-key", "rubygems_", rf"{_WORD}rubygems_[0-9a-f]{{48}}"),
    SecretShape("docker-token", "dckr_pat_", rf"{_WORD}dckr_pat_[\w-]{{20,}}"),
    SecretShape("sendgrid-key", "sg.", rf"{_WORD}SG\.[\w-]{{16,}}\.[\w-]{{16,}}"),
    SecretShape("twilio-key", "sk", rf"{_WORD}SK[0-9a-f]{{32}}{_END}"),
    SecretShape(
        "twilio-token", "twilio", r"(?i:twilio)[^\n]{0,60}?[:=\s\"'](?P<value>[0-9a-f]{32})(?![\w-])"
    ),
    SecretShape("mailgun-key", "key-", rf"{_WORD}key-[0-9a-f]{{32}}{_END}"),
    SecretShape("mailchimp-key", "-us", rf"{_WORD}[0-9a-f]{{32}}-us\d{{1,2}}{_END}"),
    SecretShape("digitalocean-token", "_v1_", rf"{_WORD}do[opr]_v1_[0-9a-f]{{64}}"),
    SecretShape("shopify-token", "shp", rf"{_WORD}shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{32}}"),
    SecretShape("square-token", "sq0", rf"{_WORD}sq0[a-z]{{3}}-[\w-]{{22,}}"),
    SecretShape("linear-key", "lin_api_", rf"{_WORD}lin_api_[A-Za-z0-9]{{32,}}"),
    SecretShape("notion-token", "ntn_", rf"{_WORD}ntn_[A-Za-z0-9]{{40,}}"),
    SecretShape("notion-token", "secret_", rf"{_WORD}secret_[A-Za-z0-9]{{43}}{_END}"),
    SecretShape("airtable-token", "pat", rf"{_WORD}pat[A-Za-z0-9]{{14}}\.[0-9a-f]{{64}}"),
    SecretShape("databricks-token", "dapi", rf"{_WORD}dapi[0-9a-f]{{32}}"),
    SecretShape("vault-token", "hv", rf"{_WORD}hv[bs]\.[\w-]{{24,}}"),
    SecretShape("terraform-token", ".atlasv1.", rf"{_WORD}[A-Za-z0-9]{{14}}\.atlasv1\.[\w-]{{60,}}"),
    SecretShape("grafana-token", "glsa_", rf"{_WORD}glsa_[A-Za-z0-9]{{32}}_[0-9a-fA-F]{{8}}"),
    SecretShape("newrelic-key", "nrak-", rf"{_WORD}NRAK-[A-Z0-9]{{27}}"),
    SecretShape("postman-key", "pmak-", rf"{_WORD}PMAK-[0-9a-f]{{24}}-[0-9a-f]{{34}}"),
    SecretShape("figma-token", "figd_", rf"{_WORD}figd_[\w-]{{30,}}"),
    SecretShape("supabase-token", "sbp_", rf"{_WORD}sbp_[0-9a-f]{{40}}"),
    SecretShape("tailscale-key", "tskey-", rf"{_WORD}tskey-[a-z]{{3,12}}-[\w-]{{20,}}"),
    SecretShape("age-key", "age-secret-key-", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    SecretShape("azure-key", "accountkey=", r"(?i:accountkey)=(?P<value>[A-Za-z0-9+/]{40,}={0,2})"),
    SecretShape(
        "azure-key", "accesskey", r"(?i:sharedaccesskey|accesskey)=(?P<value>[A-Za-z0-9+/]{40,}={0,2})"
    ),
    SecretShape("azure-sas", "sig=", r"[?&;]sig=(?P<value>[A-Za-z0-9%+/=_-]{30,})"),
    # Tokens and keys in standard forms.
    SecretShape("jwt", "ey", rf"{_WORD}ey[\w-]{{8,}}\.[\w-]{{4,}}\.[\w-]*", "jwt"),
    SecretShape(
        "private-key",
        "private key",
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:[^-]|-(?!----))*"
        r"-----END [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----",
        "pem",
    ),
    # Its end was cut off.
    SecretShape(
        "private-key",
        "private key",
        r"-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?:(?:\s|\\[nr])*[A-Za-z0-9+/=]{16,})+",
        "pem",
    ),
    SecretShape(
        "private-key", "private-lines:", r"Private-Lines: \d+(?P<value>(?:\s+[A-Za-z0-9+/=]{16,64})+)", "pem"
    ),
    SecretShape(
        "private-key",
        "key",
        r"(?i:private[ _]key)\W{0,6}(?:is\W{1,3})?(?P<value>(?:0x)?[0-9a-fA-F]{64})(?![\w-])",
    ),
    SecretShape(
        "bearer-token",
        "authorization",
        r"(?i:authorization)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?i:bearer|basic|token|apikey|digest)\s{1,3}"
        r"(?P<value>[\w.~+/=-]{8,})",
    ),
    SecretShape("bearer-token", "bearer", rf"{_WORD}(?i:bearer)\s{{1,3}}(?P<value>[\w.~+/=-]{{16,}})"),
    # The whole user part can be a token; otherwise what stands after the colon.
    SecretShape("url-credentials", "://", r"://(?P<value>[\w-]{20,})@"),
    SecretShape(
        "database-url",
        "://",
        rf"{_WORD}(?i:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|amqps?|clickhouse|mssql|sqlserver|oracle|cockroachdb|"
        r"neo4j)(?:\+\w{1,20})?://[^\s:/@]{0,100}:(?P<value>[^\s/\"'<>]{1,200})@",
        "url",
    ),
    SecretShape("url-credentials", "://", r"://[^\s:/@]{1,100}:(?P<value>[^\s/\"'<>]{1,200})@", "url"),
    # Numbers of money and of people.
    SecretShape("card-number", "", r"(?<![\w.,/+-])\d(?:[ -]?\d){12,18}(?![\w/-])(?!\.\d)", "card"),
    SecretShape(
        "iban",
        "",
        r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
        "iban",
    ),
    SecretShape(
        "ssn", "-", r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])(?!\.\d)", "ssn"
    ),
    SecretShape(
        "ssn",
        "s",
        r"(?i:\bssn|social security(?: number| no\.?)?)\W{0,3}(?:is\W{1,3})?"
        r"(?P<value>(?!000|666|9)\d{3}[ -]?(?!00)\d{2}[ -]?(?!0000)\d{4})(?![\w-])",
        "ssn",
    ),
    SecretShape(
        "seed-phrase",
        "",
        r"(?i:(?:seed|recovery|mnemonic|backup|secret|wallet)[ -](?:phrase|words|seed|mnemonic)|mnemonic)"
        r"(?: (?:for|of|to|is|are)(?: [\w'’]{1,20}){0,3}?)??(?:\W{1,4}|\W{1,2}(?:is|are)\W{1,3})"
        r"(?P<value>(?:(?:\d{1,2}[.)] )?[a-z]{3,8}[ ,\n]{1,3}){11,23}(?:\d{1,2}[.)] )?[a-z]{3,8})(?![\w'’])",
        "any",
    ),
)

IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PT": 25,
    "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26, "UA": 29,
}  # fmt: skip
"""Characters of an account number by country (ISO 13616)."""

CARD_ISSUERS = (
    (r"4\d{15}", "visa"),
    (r"(?:5[1-5]\d{4}|222[1-9]\d{2}|22[3-9]\d{3}|2[3-6]\d{4}|27[01]\d{3}|2720\d{2})\d{10}", "mastercard"),
    (r"3[47]\d{13}", "amex"),
    (r"(?:6011|65\d{2}|64[4-9]\d)\d{12}", "discover"),
    (r"35(?:2[89]|[3-8]\d)\d{12}", "jcb"),
    (r"3(?:0[0-5]|[68]\d)\d{11}", "diners"),
    (r"62\d{14,17}", "unionpay"),
)

NUMBERS_OF_ORDERS = (
    "order tracking invoice reference ref isbn ean gtin upc serial imei parcel shipment ticket case booking confirmation "
    "account-id transaction id uid timestamp barcode sku"
)
"""Before a number, they say that it is no card and no person."""

CARD_CUES = "card visa mastercard amex credit debit karte tarjeta carte cartão carta"

LOGIN_WORDS = (
    r"pass ?words?|passwd|passwort|passphrase|pass ?code|pwd|kennwort|contraseña|contrasena|clave|mot de passe|mdp|senha|"
    r"parola|hasło|haslo|wachtwoord|lösenord|şifre|пароль|пароля|密码|密碼|パスワード|비밀번호"
)

IS = r"is(?: now)?|was|are|set to|changed to|reset to|to|ist|lautet|es|est|é|jest|è|это"
"""Between the word and the value, where there is no sign."""

KEY_NAMES = (
    r"api[ _-]?keys?|apikey|access[ _-]?keys?|auth[ _-]?keys?|secret[ _-]?keys?|signing[ _-]?keys?|"
    r"encryption[ _-]?keys?|license[ _-]?keys?|account[ _-]?keys?|client[ _-]?secrets?|secrets?|(?:access|auth|refresh|"
    r"bearer|bot|session|deploy|api|id|personal access|security)?[ _-]?tokens?|credentials?|creds"
)

PLACEHOLDERS = (
    r"x{5,}|\*{3,}|•{3,}|\.{3}|…|#{4,}|0{9,}|_{4,}|example|placeholder|change[_-]?me|dummy|redacted|your[_-]|[_-]your|"
    r"^your|my[_-](?:secret|password|token|api|key)|insert|replace|goes[_-]?here|[_-]here$|^<|>$|^\[|^\{|^\$|^%|sample|"
    r"fake|abcdef|123456789|not[_-]?a[_-]?real|todo|foobar|^test(?:ing)?$|deadbeef"
)
"""Documentation and configuration say these where a secret would stand."""

SAID_OF_THEM = (
    "none null nil true false yes no on off undefined str string text int bytes bool boolean char varchar any object "
    "secretstr optional required mandatory needed necessary missing empty blank invalid valid incorrect correct wrong "
    "right expired reset changed updated hidden masked encrypted hashed salted stored saved protected forgotten lost "
    "unknown known same different new old long short strong weak safe secure insecure simple easy hard complex good bad "
    "fine great unique random private public secret here there below above attached ready set gone visible case-sensitive "
    "sensitive see use enter type choose pick create ask tell find get make keep must should can may will need needs has "
    "have not too very also still just only always never already the a an my your our his her their its it this that these "
    "those what which when where why how who and or but for from with without at in on by as if of to so then than because "
    "password passwd pwd pass passphrase passcode pin secret token key user username login email name authentication "
    "manager policy field input prompt hash length strength rotation obligatorio incorrecta incorrecto falsch richtig "
    "abgelaufen erforderlich obligatoire incorrect incorrecte trop sehr muy nicht no non pas"
)
"""What people say about a password, and what programs call its type."""
