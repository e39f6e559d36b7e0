"""Which texts are credentials of known providers: what each begins with or has in it, and what must follow.

The rest of each must be as long as the shortest that is given out, and have a digit where it could be a word.
"""

import re

_DASHED = r"[A-Za-z0-9_-]{16,}"
_PLAIN = r"[A-Za-z0-9]{20,}"
_LOW = r"[A-Za-z0-9_]{16,}"
_WITH_DIGIT = r"(?=[A-Za-z_-]{0,80}[0-9])"
_MIXED = rf"{_WITH_DIGIT}[A-Za-z0-9]{{20,}}"
_LONG = rf"{_WITH_DIGIT}[A-Za-z0-9_-]{{40,}}"
_HEX = r"[A-Fa-f0-9]{20,}"
_HEX_40 = r"[a-f0-9]{40,}"
_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_SIGNS = r"[\"'\\:;,|/\s]{1,6}"  # between a name and the secret that is printed beside it
_AWS = rf"[0-9A-Z]{{16}}(?![0-9A-Za-z])(?:{_SIGNS}[A-Za-z0-9/+]{{40}}(?![A-Za-z0-9/+=]))?"
_KEY_BLOCK = r"[A-Z0-9 %+]{0,50}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?"
_QUOTED = r"\\{0,31}[\"']"
_USER_AND = rf"\s{{0,4}}{_QUOTED}[^\"'\\]{{0,60}}{_QUOTED},\s{{0,4}}{_QUOTED}"
_IN_QUOTES = r"(?=[^\"'\\]*[0-9])[^\"'\\]{4,200}(?=\\{0,31}[\"'])"
_TO_QUOTE = r"[^\"'\\]{1,200}(?=\\{0,31}[\"'])"
_HOOK = r"[\w/%\\@-]{20,}"
_MAILGUN = r"[a-f0-9]{32}-[a-f0-9]{8}-[a-f0-9]{8}(?![A-Za-z0-9-])"
_HEX_DIGITS = "0123456789abcdef"
_NOT_AS_WORDS_GO_ON = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789bdfgjklmnopquvwxyz"  # after `pat`, as in `path`, `patch`


def _behind_signs(prefix: str, body: str) -> dict[str, str]:
    """Return a prefix that words may end with, behind what a value stands behind."""
    return {f"{sign}{prefix}": body for sign in (" ", '"', "'", "=", ":", "\n", "`")}


def _each(prefixes: str, body: str) -> dict[str, str]:
    return dict.fromkeys(prefixes.split(), body)


PREFIXES: dict[str, str] = {
    **_each("ghp_ gho_ ghu_ ghs_ ghr_ npm_ gsk_ xai- pplx- lin_api_ ntn_ phc_ phx_ hf_ r8_ fw_ api_org_", _PLAIN),
    **_each("glpat- glrt- gldt- nvapi- GOCSPX- figd_ tskey- tgp_v1_ dckr_oat_", _DASHED),
    **_each("glptt- glcbt- glft- glsoat- gloas- glimt- glagent- glffct-", _WITH_DIGIT + _DASHED),
    **_each("lsv2_ pcsk_", _LOW),
    **_each("vcp_ vck_ vca_ vci_ vcr_ cfat_ cfut_ rpa_ nfp_ rnd_ pnu_ sess- ak- ATBB", _MIXED),
    **_each("sb_secret_", _WITH_DIGIT + _DASHED),
    **_each("IGQV IGAA napi_ jina_ tfp_ CFPAT- fio-u- wandb_v ATCTT y0_Ag vk1.a. AQ.Ab", _LONG),
    **_each("llx- polar_oat_ apify_api_ vtwn_ unkey_ rlwy_ cfk_ ddp_ ddo_ xau_ tr_prod_ tr_dev_", _MIXED),
    **_each("glrtr- GR1348941 bb_live_ bb_test_ sktsec_ dbtc_ dbtu_ ddpat_ xnd_production_ xnd_development_", _DASHED),
    **_each("dnkey- os_v2_app_ pdl_live_apikey_ pdl_sdbx_apikey_ A21AA", _LONG),
    **_each("snyk_uat. z_1dWlk", r"[A-Za-z0-9._-]{40,}"),
    **_each("sk-let- dG9rOj AKLT", rf"{_WITH_DIGIT}[A-Za-z0-9+/]{{40,}}={{0,2}}"),
    **_each("app- dataset-", r"(?=[A-Za-z]*[0-9])(?=[a-z0-9]*[A-Z])[A-Za-z0-9]{24}(?![A-Za-z0-9_-])"),
    **_each("pat. sat.", r"[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}(?![A-Za-z0-9])"),
    **_each("dtn_ mzp_ ATTA", _HEX_40),
    **_each("KGAT_ crsr_ cal_live_", r"[a-f0-9]{32,}"),
    **_each("shpat_ shpca_ shpss_ shppa_", _HEX),
    **_each("sbp_ lin_oauth_ e2b_ squ_ sqp_ sqa_ bkua_ pul- rubygems_ CLOJARS_", _HEX_40),
    **_each("fc- ls__", r"[a-f0-9]{32,}"),
    **_each("pat-na1- pat-eu1- access-production- access-sandbox- sdk- mob- api- xaat- xapt-", _UUID),
    **_each("NRAK- NRII- NRIQ- NRSP-", r"[A-Za-z0-9_-]{20,}"),
    **_each("AKIA ASIA ABIA", _AWS),
    **_each("hvs. hvb. hvr.", r"[A-Za-z0-9_.-]{16,}"),
    **_each("dp.pt. dp.st. dp.ct. dp.scim. dp.audit.", r"[A-Za-z0-9_.-]{30,}"),
    **_each("fm2_ fm1r_ fm1a_ fo1_ glc_eyJ ops_eyJ", r"[A-Za-z0-9+/=_-]{40,}"),
    **_each("CCIPAT_ CCIPRJ_", r"[A-Za-z0-9]{16,}_[a-f0-9]{40}"),
    **_each("xkeysib- xsmtpsib-", r"[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    **_each("EZAK EZTK", r"[A-Za-z0-9]{54}(?![A-Za-z0-9])"),
    **_each("AKCp cmVmdGtu", rf"{_WITH_DIGIT}[A-Za-z0-9]{{48,}}(?![A-Za-z0-9+/=])"),
    **_each("sl.u. sl.A sl.B", r"[A-Za-z0-9_-]{100,}"),
    **_behind_signs("re_", r"(?=[A-Za-z]{0,33}_?[A-Za-z]{0,24}[0-9])[A-Za-z0-9]{8}_[A-Za-z0-9]{24}(?![A-Za-z0-9_])"),
    **_behind_signs("cio", r"(?=[A-Za-z]{0,31}[0-9])[A-Za-z0-9]{32}(?![A-Za-z0-9_])"),
    **_behind_signs("bu_", r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    **_behind_signs("ste-", r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{60,}"),
    **_each("1/120 1/121", r"\d{13}:[a-f0-9]{32}(?![A-Za-z0-9])"),
    **_each("2/120 2/121", r"\d{13}/\d{10,20}:[a-f0-9]{32}(?![A-Za-z0-9])"),
    **_each("K000 K001 K002 K003 K004 K005", r"(?=[A-Za-z/+]*[0-9])[A-Za-z0-9/+]{27}(?![A-Za-z0-9/+=])"),
    **_each("flp_ jca_ nbp_ tpuf_ bxt_ sk_prod_ n8n_api_ testsk_", rf"{_WITH_DIGIT}[A-Za-z0-9_.-]{{28,}}"),
    **_each("mdb_sa_sk_ sk_car_ AQVN secret-live- secret-test-", rf"{_WITH_DIGIT}[A-Za-z0-9_-]{{20,}}={{0,2}}"),
    **_each("essu_ sec-c- cflt", r"(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{40,}={0,2}"),
    **_each("packagist_uut_ packagist_ort_ packagist_out_ rootly_ amzn1.oa2-cs.v1.", _HEX_40),
    **_each("scp-live- scp-test-", r"[a-f0-9]{32}"),
    **_each("Atza| Atzr|", r"[A-Za-z0-9_-]{60,}"),
    "ak_2": r"[A-Za-z0-9]{26}(?![A-Za-z0-9_])",
    "ucat_": r"[A-Z0-9]{26}(?![A-Za-z0-9])",
    "npg_": r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{12}(?![A-Za-z0-9_])",
    "syt_": r"[A-Za-z0-9+/=]{2,80}_[A-Za-z]{20}_[A-Za-z0-9]{6}(?![A-Za-z0-9])",
    "p.eyJ": r"[A-Za-z0-9_-]{30,400}\.[A-Za-z0-9_-]{20,}",
    "KEY0": r"[A-F0-9]{31}_[A-Za-z0-9]{22}(?![A-Za-z0-9])",
    "luma-": rf"{_UUID}-[a-z0-9-]{{20,}}",
    "prod:": r"[a-z]{3,20}-[a-z]{3,20}-\d{1,4}\|[A-Za-z0-9+/]{40,}={0,2}",
    "xapp-": r"[A-Za-z0-9-]{10,}",
    "xox": r"[a-z](?:\.xox[a-z])?-(?:[A-Za-z0-9-]|%2[BbFf]|%3[Dd]){10,}",
    "whsec_": r"[A-Za-z0-9+/=]{16,}",
    "AIza": r"[0-9A-Za-z_-]{30,}",
    "ya29.": r"[0-9A-Za-z_.-]{20,}",
    "1//0": _LONG, "4/0A": _LONG,
    "pypi-": _LONG,
    "tvly-": r"[A-Za-z0-9-]{16,}",
    "sntry": r"[su]_[A-Za-z0-9_+/=-]{20,}",
    "LTAI": rf"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{{12,26}}(?![A-Za-z0-9])(?:{_SIGNS}[A-Za-z0-9]{{30}}(?![A-Za-z0-9]))?",
    "AKID": r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{32}(?![A-Za-z0-9+/=])",
    "ABSK": r"[A-Za-z0-9+/]{80,}={0,2}", "bedrock-api-key-": r"[A-Za-z0-9+/=_-]{40,}",
    "PMAK-": r"[A-Fa-f0-9]{20,}-[A-Fa-f0-9]{20,}",
    "ATATT": r"[A-Za-z0-9_=-]{20,}",
    "dapi": r"[a-f0-9]{32}(?:-\d)?(?![A-Za-z0-9])", "key-": r"[a-f0-9]{32}(?![A-Za-z0-9])",
    "SG.": r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "eyJ": r"[A-Za-z0-9_-]{8,1024}\.(?:[A-Za-z0-9_-]{8,}\.|\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{20,})[A-Za-z0-9_.-]*",
    "eyJrIjoi": r"[A-Za-z0-9+/]{40,}={0,2}",
    "sk.eyJ": r"[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{15,}",
    "sq0": r"[a-z]{3}-[A-Za-z0-9_-]{20,}",
    "EAA": r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{60,}(?![A-Za-z0-9+/=_-])",
    "AGE-SECRET-KEY-": r"1[0-9A-Z]{50,}", "A3-": r"[A-Z0-9]{6}-[A-Z0-9]{6}(?:-[A-Z0-9]{5}){4}",
    "pylf_v": r"\d_[a-z]{2,8}_[A-Za-z0-9]{20,}",
    "vercel_blob_rw_": r"[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}",
    "v1.0-": r"[a-f0-9]{24}-[a-f0-9]{100,}",
    "glsa_": r"[A-Za-z0-9]{30,}(?:_[a-f0-9]{8})?",
    "HRKU-": r"[A-Za-z0-9_-]{36,}",
    "pscale_": r"(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{32,}",
    "hcaik_": r"[a-z0-9]{2}[A-Za-z0-9]{40,}", "hcxik_": r"[a-z0-9]{2}[A-Za-z0-9]{40,}", "rdme_": r"[a-z0-9]{40,}",
    "p8e-": r"[a-z0-9]{32}(?![A-Za-z0-9])", "4b1d": r"[A-Za-z0-9]{38}(?![A-Za-z0-9+/=])",
    "live_": r"(?=[A-Za-z_-]*[0-9])(?:[a-f0-9]{35}|[a-f0-9]{32}|[A-Za-z0-9]{30}|[A-Za-z0-9_-]{40})(?![A-Za-z0-9_-])",
    "test_": r"[a-f0-9]{35}(?![A-Za-z0-9_])",
    "API-": r"(?=[A-Z]*[0-9])[A-Z0-9]{26}(?![A-Za-z0-9])",
    "sha256~": r"[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])",
    "ico-": r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{32}(?![A-Za-z0-9-])",
    "sgp_": r"(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}", "sgamp_user_": r"[A-Z0-9]{20,}_[a-f0-9]{64}",
    "BSA": r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{28}(?![A-Za-z0-9_/+=-])",
    "CCDB1_": r"[A-Za-z0-9]{22}_[A-Za-z0-9]{40}",
    "signkey-": r"[a-z]{4,8}-[a-f0-9]{64}",
    "m0-": r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{40}(?![A-Za-z0-9])", "pat_": r"[A-Za-z0-9]{64}(?![A-Za-z0-9])",
    "bce-v3/": r"ALTAK-[A-Za-z0-9]{21}/[a-f0-9]{40}",
    "SSWS ": r"00[A-Za-z0-9_-]{30,}",
    "t1.9eu": r"[A-Za-z0-9_=-]{30,1024}\.[A-Za-z0-9_-]{80,}",
    **{f"pat{letter}": r"[A-Za-z0-9]{13}\.[a-f0-9]{64}" for letter in _NOT_AS_WORDS_GO_ON},
    **{f"sk_{a}{b}": r"[a-f0-9]{46}(?![A-Za-z0-9])" for a in _HEX_DIGITS for b in _HEX_DIGITS},
    "dt0": r"[cs]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}",
    "access_token$": r"(?:production|sandbox)\$[A-Za-z0-9]{16}\$[a-f0-9]{32}",
    "FLWSECK": r"(?:_TEST)?-(?:[a-f0-9]{32}-X|[a-h0-9]{12}(?![A-Za-z0-9]))",
    "pk_": r"\d{6,10}_[A-Z0-9]{32}(?![A-Za-z0-9])",
    "oy2": r"(?=[a-z]*[0-9])[A-Za-z0-9]{43}(?![A-Za-z0-9+/=])",
    "oauth:": r"(?=[a-z]*[0-9])[A-Za-z0-9]{30}(?![A-Za-z0-9])",
    "00D": r"[A-Za-z0-9]{12,15}!(?:[A-Za-z0-9._]){60,}",
    ".alchemy.com/v2/": _DASHED, "infura.io/v3/": r"[a-f0-9]{32}",
    "/hooks/catch/": r"\d{4,12}/[A-Za-z0-9]{6,}", "/v2/hook/": _UUID, "/webhookb2/": _HOOK,
    "/webhook/send?key=": _UUID,
    "-----BEGIN": rf"(?: |%20|\+){_KEY_BLOCK}-----[\s\S]*?(?:-----END(?: |%20|\+){_KEY_BLOCK}-----|\Z)",
    "---- BEGIN ": r"SSH2 [A-Z ]{0,20}PRIVATE KEY ----[\s\S]*?(?:---- END [A-Z0-9 ]{0,40} ----|\Z)",
    "Private-Lines:": r"[ \t]?\d{1,3}(?:\s|\\+[nr])[\s\S]*?(?:Private-MAC:\s?[a-f0-9]+|\Z)",
    ";PWD=": r"(?![/~.$]|[A-Za-z]:)\{?[^\s;\"'\\{}<>]{1,100}",
    "%3A%2F%2F": r"[^\s%:@\"'\\]{0,60}%3A(?:[A-Za-z0-9_.~-]|%(?!40|2F)[0-9A-F]{2}){1,100}(?=%40)",
    "pa-": r"(?=[A-Za-z_-]{0,42}[0-9])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])",
    **{f"SK{digit}": r"[a-f0-9]{31}(?![A-Za-z0-9])" for digit in _HEX_DIGITS},
    **{f"MT{letter}": r"[A-Za-z0-9_-]{20,25}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}" for letter in "AEIMQUYcgk"},
}  # fmt: skip
"""Literal beginning -> what must follow it for the whole to be a credential."""

WITHIN: dict[str, tuple[int, str, str]] = {
    "_pat_": (6, r"(?:github|dckr)_pat_", _DASHED),
    "_live_": (6, r"(?:[sprw]k|rzp|duffel|shippo)_live_", r"[A-Za-z0-9_-]{10,}"),
    "_test_": (6, r"(?:[sprw]k|rzp|duffel|shippo)_test_", r"(?=[A-Za-z]*[0-9])[A-Za-z0-9]{10,}"),
    "_v1_": (3, r"do[opr]_v1_", r"[a-f0-9]{32,}"),
    "sk-": (1, r"c?sk-", _WITH_DIGIT + _DASHED),
    "slack.com": (6, r"hooks\.slack\.com", r"(?:/|\\+/|%2[Ff])(?:services|workflows|triggers)[\w/%\\-]{20,}"),
    "/webhooks/": (30, r"discord(?:app)?\.com/api(?:/v\d+)?/webhooks/\d{15,21}/", r"[A-Za-z0-9_-]{40,}"),
    ":AA": (13, r"(?:bot)?[0-9]{8,10}", r":AA[A-Za-z0-9_-]{30,}"),
    ".atlasv1.": (14, "", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    "_mmk": (36, "", r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?![A-Za-z0-9])"),
    "AZDO": (76, "", r"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}(?![A-Za-z0-9+/=])"),
    "JQQJ99": (52, "", r"[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}(?![A-Za-z0-9+/=])"),
    "AzFu": (44, "", r"[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{8}=="),
    "AzSe": (42, "", r"[A-Za-z0-9]{42}AzSe[A-Za-z0-9]{6}(?![A-Za-z0-9+/=])"),
    "+ASt": (76, "", r"[A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{6}=="),
    "+ACR": (42, "", r"[A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9+/]{6}(?![A-Za-z0-9+/=])"),
    "ACDb": (76, "", r"[A-Za-z0-9+/]{72,76}ACDb[A-Za-z0-9+/]{6,10}=="),
    ":APA91b": (22, "", r"[A-Za-z0-9_-]{11,22}:APA91b[A-Za-z0-9_-]{100,}"),
    "ailgun": (1, r"[Mm]ailgun[\s\S]{0,200}?", rf"(?<![A-Za-z0-9-]){_MAILGUN}"),
    "AILGUN": (1, r"MAILGUN[\s\S]{0,200}?", rf"(?<![A-Za-z0-9-]){_MAILGUN}"),
    "plunk": (1, r"[Ss]plunk(?:\s|%20){1,4}", _UUID),
    "7Q~": (3, "", r"[A-Za-z0-9_~.-]{3}7Q~[A-Za-z0-9_~.-]{31,}"),
    "8Q~": (3, "", r"[A-Za-z0-9_~.-]{3}8Q~[A-Za-z0-9_~.-]{31,}"),
    "-us1": (32, "", r"[a-f0-9]{32}-us1\d?(?![A-Za-z0-9])"),
    "-us2": (32, "", r"[a-f0-9]{32}-us2\d?(?![A-Za-z0-9])"),
    "NRAL": (36, "", r"[A-Za-z0-9]{32}(?:FFFF|[A-Za-z0-9]{4})NRAL(?![A-Za-z0-9])"),
    **{
        literal: (
            12,
            rf"[A-Za-z]{{0,12}}{re.escape(literal)}\s{{0,4}}{_QUOTED}[^\"'\\]{{0,60}}{_QUOTED},\s{{0,4}}{_QUOTED}",
            r"(?=[^\"'\\]*[0-9])[^\"'\\]{4,200}(?=\\{0,31}[\"'])",
        )
        for literal in ("BasicAuth(", "auth=(", "NetworkCredential(")
    },
    ":fx": (36, "", rf"{_UUID}:fx(?![A-Za-z0-9])"),
    ":5432:": (60, r"[\w.*-]{1,60}:5432:[\w*-]{1,60}:[\w*-]{1,60}:", r"[^\s:\"'\\]{4,200}"),
    "set_password(": (0, rf"set_password\((?:[^(),\n]{{1,80}},\s{{0,40}}){{2}}{_QUOTED}", _TO_QUOTE),
    "DENTIFIED": (1, rf"IDENTIFIED (?:WITH \w{{1,40}} )?(?:BY|AS) (?:PASSWORD )?{_QUOTED}", _TO_QUOTE),
    "SET PASSWORD": (0, rf"SET PASSWORD(?: FOR [^=\n]{{1,80}})? ?= ?(?:\w{{0,20}}\()?{_QUOTED}", _TO_QUOTE),
    ":thin:": (0, r":thin:[^/\s:@\"']{1,60}/", r"[^\s\"'@]{1,100}(?=@)"),
}
"""Literal within a credential -> how many characters before it that may begin, what is shown, what is not."""
