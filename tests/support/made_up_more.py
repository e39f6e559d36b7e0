"""More made-up secrets, and more places of them: what a stranger tries who has read no rule of ours.

A credential is told as what it begins with, and how it goes on: `m` some letters and digits, `h` hexadecimal digits,
`u` capitals and digits, `i` a UUID.
"""

import re

from support.made_up import _hex, _mixed, _upper

_UUID = "c0ffee77-d1ab-4abc-8def-0123456789ab"
_HEAD = "-----BEGIN"  # apart, so that no tool takes this file for a key


def filled(pattern, rng):
    """Return a pattern with something made up for each `{m20}`."""
    makers = {"m": _mixed, "h": _hex, "u": _upper, "i": lambda _rng, _count: "xQ7zK9vB2m"}

    def make(found):
        return _UUID if found[1] == "i" else makers[found[1]](rng, int(found[2]))

    return re.sub(r"\{([mhui])(\d*)\}", make, pattern)


CREDENTIALS = """
tvly-dev-{m32} tvly-prod-{m32} pcsk_4Ab3_{m60} hvb.{m130} hvr.{m90} glptt-{h40} glcbt-1a_{m20} glft-{m20} glsoat-{m20}
gloas-{h64} glimt-{m25} glagent-{m50} glpat-{m27}.01.0a1b2c3d4 shppa_{h32} shpca_{h32} shpss_{h32} doo_v1_{h64}
dor_v1_{h64} xoxp-12345678901-12345678901-123456789012-{h32} xoxc-123456789012-123456789012-{h64} xoxd-{m40}%2F{m20}
xoxe-1-{m140} xapp-1-A{u10}-1234567890123-{h64} xoxb-123456789012-123456789012-{m24} abc8Q~{m34} abc7Q~{m34}
AGE-SECRET-KEY-1{u58} api_org_{m34} sk-svcacct-{m60} sk-admin-{m60} sk-None-{m40} sess-{m40} sk-ant-oat01-{m93}
sk-ant-admin01-{m93} sk-or-v1-{h64} sk-{h32} sk-helicone-{m30} sk-lf-{i} AQ.Ab8RN6{m44} ya29.a0{m120} 1//0{m60}
4/0A{m60} ABIA{u16} ABSK{m110} bedrock-api-key-{m200} AKIAIOSFODNN7EXAMPLE:{m40} ASIAIOSFODNN7EXAMPLE,{m40}
github_pat_11ABCDEFG0{m72} ghr_{m36} pypi-AgEIcHlwaS5vcmc{m150} SG.{m22}.{m43} key-{h32} {h32}-us12 {h32}-us21
xkeysib-{h64}-{m16} xsmtpsib-{h64}-{m16} sq0csp-{m43} EAAA{m60} IGQVJ{m120} lin_oauth_{h64} ntn_12345678901{m35}
LTAI5t{m18} LTAI5tAbCdEf12345678:{m30} AKID{m32} rk_test_{m24} sk_live_51{m90} rzp_live_{m14} duffel_live_{m43}
shippo_live_{h40} MTA{m23}.GxQ7zK.{m38} MTE{m23}.GxQ7zK.{m38}
https://discord.com/api/webhooks/123456789012345678/{m68} https://discordapp.com/api/webhooks/123456789012345678/{m68}
https://ptb.discord.com/api/v10/webhooks/123456789012345678/{m68} https://api.telegram.org/bot1234567890:AA{m33}/getMe
1234567890:AA{m33} SK{h32} NRAK-{u27} NRII-{m32} NRIQ-{m32} NRSP-us01{m30} {h36}NRAL sntrys_{m80}=_{m43} sntryu_{h64}
https://{h32}@o123.ingest.us.sentry.io/456 https://{h32}:{h32}@o1.ingest.sentry.io/1 sbp_{h40} sb_secret_{m31}
vcp_{m56} vck_{m56} vercel_blob_rw_{m16}_{m30} v1.0-{h24}-{h146} cfat_{m40} cfut_{m40} lsv2_pt_{h32}_{h10}
lsv2_sk_{h32}_{h10} ls__{h32} pylf_v1_us_{m43} pylf_v2_eu_{m43} wandb_v1_{m40} ak-{m60} tgp_v1_{m43} pa-{m43}
jina_{m60} e2b_{h40} fc-{h32} rpa_{u40} secret_lambda_{m20}.{m32} esecret_{m26} sk_car_{m24} ATCTT3xFfGN0{m150}
ATBB{m32} dp.pt.{m43} dp.st.dev.{m43} pk_12345678_{u32} pat-na1-{i} access-production-{i} access-sandbox-{i}
access_token$production${m16}${h32} FLWSECK-{h32}-X FLWSECK_TEST-{h32}-X https://eth-mainnet.g.alchemy.com/v2/{m32}
https://mainnet.infura.io/v3/{h32} glsa_{m32}_0a1b2c3d glc_eyJ{m80} eyJrIjoi{m70}= squ_{h40} sqp_{h40}
CCIPAT_{m22}_{h40} bkua_{h40} nfp_{m36} HRKU-{i} HRKU-AA{m58} fm2_{m200} fo1_{m43} rnd_{m28} pul-{h40}
{m14}.atlasv1.{m60} pscale_tkn_{m43} pscale_pw_{m43} pscale_oauth_{m43} napi_{m60} sk.eyJ1Ijoi{m60}.{m22} sdk-{i}
hcaik_01{m58} xaat-{i} xapt-{i} dt0c01.{u24}.{u64} pnu_{m36} rdme_{h70} rubygems_{h48} dckr_oat_{m32} CLOJARS_{h60}
AKCp{m69} cmVmdGtuOjAxOjE{m45} EZAK{m54} fio-u-{m64} tfp_{m44} CFPAT-{m43} vk1.a.{m80} sl.u.{m130}
00D5g000004abcd!{m96} ops_eyJ{m200} A3-ASWWYB-798JRY-LJVD4-23DC2-86TVM-H43EB tskey-api-{m16}-{m32}
tskey-client-{m16}-{m32} eyJhbGciOiJSU0EtT0FFUCJ9.{m60}.{m16}.{m40}.{m22} eyJhbGciOiJub25lIn0.eyJ{m60}.
https://x.webhook.office.com/webhookb2/{i}@{i}/IncomingWebhook/{h32}/{i}
https://open.feishu.cn/open-apis/bot/v2/hook/{i} https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={i}
https://hooks.zapier.com/hooks/catch/1234567/xQ7zK9vB2m/ https://oapi.dingtalk.com/robot/send?access_token={h64}
https://hooks.slack.com/workflows/T0{u9}/A0{u9}/1234/{m24}
https://a.blob.core.windows.net/c/f?sv=2022-11-02&se=2024-01-01T00:00:00Z&sig={m43}%3D
SharedAccessSignature&sig={m43}%3D&se=1700000000&skn=Root Endpoint=sb://x/;SharedAccessKey={m43}=
AccountKey={m86}==;E=x
https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600&X-Amz-Signature={h64}
https://b.s3.amazonaws.com/k?X-Amz-Security-Token={m200}&X-Amz-Date=1
https://b.s3.amazonaws.com/k?Signature={m26}%3D&E=1
https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Signature={h256}
https://d111.cloudfront.net/i.jpg?Expires=1&Signature={m100}__&Key-Pair-Id=APKA https://h/x?token={m43}%3D&a=1
https://chat.googleapis.com/v1/spaces/AAAA/messages?key=AIza{m35}&token={m43}%3D https://h/x?a=1&amp;sig={m43}&amp;b=2
u=https%3A%2F%2Fh%2Fx%3Fa%3D1%26sig%3D{m43}%26b%3D2 u=postgres%3A%2F%2Fbob%3A{m20}%40h%2Fdb https://h/x?auth={m20}
mongodb+srv://bob:{m16}@c.mongodb.net/x redis://:{m16}@r.example.com:6379/0 mysql+pymysql://root:{m16}@db/x
jdbc:oracle:thin:scott/{m16}@//h:1521/x jdbc:postgresql://h/db?user=u&password={m16} DRIVER=x;UID=u;PWD={m16};A=1
patA{m13}.{h64} patq{m13}.{h64} sk_{h48} mailgun={h32}-0a1b2c3d-9f8e7d6c MAILGUN_DOMAIN=x,{h32}-0a1b2c3d-9f8e7d6c
p8e-c0ffee77d1{h22} 4b1d{m38} dnkey-{m26}-{m52} FLWSECK_TEST-c0ffee77d1ab fm1r_{m120}== live_{h35} live_{m30} test_{h35}
a1B2c3_{m29}_mmk API-{u26} sha256~{m43} pat.{m22}.{h24}.{m20} ico-{m32} sgp_0123456789abcdef_{h40} sgp_local_{h40}
sgp_{h40} snyk_uat.0a1b2c3d.{m100} polar_oat_{m43} llx-{m48} dtn_{h64} bb_live_{m27} BSA{m28} apify_api_{m36}
{m76}AZDO1a2B {m52}JQQJ99{m26} {m44}AzFu1a2B3c4D== {m42}AzSe1a2B3c GR1348941{m20} glrtr-{m27} ATTA{h72}
os_v2_app_{m100} pdl_live_apikey_{m26}_{m22} xnd_production_{m48} CCDB1_{m22}_{m40} xau_{m43} mzp_{h64} KGAT_{h32}
secret-live-{m43}= tr_prod_{m20} signkey-prod-{h64}
dbtc_{m40} ddp_{m36} cal_live_{h32} vtwn_{m28} sktsec_{m40} unkey_{m24} crsr_{h64}
sgamp_user_01ABCDEFGHIJKLMNOPQRSTUVWX_{h64} sk-let-{m60} m0-{m40} z_1dWlkIjoi{m60}.{m86} app-{m24} dataset-{m24}
pat_{m64} bce-v3/ALTAK-{m21}/{h40} AKLT{m60}
t1.9eu{m100}.{m86} hcxik_01{m56} mob-{i} cfk_{m48} rlwy_{m32} A21AA{m90} dG9rOj{m54}=
eyJhbGciOiJkaXIifQ..{m16}.{m60}.{m22} fAbCd{m17}:APA91b{m134} sb_secret_{m31}
1/1201234567890123:{h32} 2/1201234567890123/1211234567890123:{h32} K005{m27} ak_2{m26} flp_{m44} jca_{m36} nbp_{m36}
tpuf_{m32} bxt_{m40} sk_prod_{m40} n8n_api_{m80} testsk_{m32}.eu mdb_sa_sk_{m40} sk_car_{m22} AQVN{m36}
secret-live-{m36}=
essu_{m76}== sec-c-{m48} cfltA{m60} packagist_uut_{h68} packagist_ort_{h68} rootly_{h64} amzn1.oa2-cs.v1.{h64}
scp-live-{h32} Atzr|IwEBI{m200} Atza|IwEBI{m200} npg_xQ7zK9vB2mAb p.eyJ{m60}.{m43}
prod:happy-otter-123|{m80}= https://xQ7zK9vB2mAbCd@github.com/x/y
snowflake://u:{m16}@acc/db https://oauth2:{m16}@gitlab.com/x/y https://x-access-token:{m16}@github.com/x
""".split()  # noqa: SIM905 - as a list it fills three pages

BLOCKS = [
    f"{_HEAD} EC PRIVATE KEY-----\n{{m64}}\n{{m64}}\n-----END EC PRIVATE KEY-----",
    f"{_HEAD} OPENSSH PRIVATE KEY-----\\n{{m64}}\\n-----END OPENSSH PRIVATE KEY-----",
    f"{_HEAD}%20PRIVATE%20KEY-----%0A{{m64}}%0A-----END%20PRIVATE%20KEY-----",
    f"{_HEAD} PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{{m64}}\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----",
    "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{m64}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
    "PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 2\n{m64}\n{m64}\nPrivate-MAC: {h40}",
    f'"type": "service_account", "private_key": "{_HEAD} PRIVATE KEY-----\\n{{m64}}\\n-----END PRIVATE KEY-----\\n"',
    "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {m40}\naws_session_token = {m200}",
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2013/us-east-1/s3/aws4_request, Signature={h64}",
    'Authorization: Digest username="ada", realm="r", nonce="{m20}", response="{h32}"',
    "FlyV1 fm2_{m200}",
    "Authorization: SSWS 00{m40}",
    "Authorization: GenieKey {i}",
    "Authorization: Splunk {i}",
    "SSWS 00{m40}",
    "api = mailgun.Client(); key {h32}-0a1b2c3d-9f8e7d6c",
    "Authorization: Token token={m20}",
    "resend = Resend('re_Ab1Cd2Ef_{m24}')",
    "token: cio{m32}",
    "with ste-{m64} and bu_{m43}",
    "> GET / HTTP/2\n> x-api-key: {m40}\n> accept: */*",
    "DD-API-KEY: {h32}\nDD-APPLICATION-KEY: {h40}",
    "//registry.example.com/:_authToken={h36}",
]

PLACES = {
    "a form": "user={name}&{name}={value}&grant_type=x",
    "a form of fields": "user[{name}]={value}&x=1",
    "a form of fields, quoted": "user%5B{name}%5D={value}&x=1",
    "a quoted query": "https%3A%2F%2Fh%2Fp%3Fa%3D1%26{name}%3D{value}%26z%3D2",
    "a list of words": "['tool', '--{name}', '{value}']",
    "a list of words in JSON": '["tool", "--{name}", "{value}"]',
    "quoted words": "tool --{name} '{value}' run",
    "YAML's block": "{name}: |\n  {value}\nb: 2",
    "YAML's folded block": "{name}: >-\n  {value}\nb: 2",
    "YAML with a tag": "{name}: !!str {value}\nb: 2",
    "a list of Kubernetes": 'env:\n  - name: {name}\n    value: "{value}"\n',
    "what docker inspects": '"Env": ["PATH=/bin", "{name}={value}"]',
    "a build's argument": "docker build --build-arg {name}={value} .",
    "a secret of kubectl": "kubectl create secret generic x --from-literal={name}={value}",
    "TOML": '[db]\n{name} = "{value}"\n',
    "TOML's long text": '[db]\n{name} = """{value}"""\n',
    "an environment": "export APP={name}\nexport {name}='{value}'\n",
    "XML's attribute": '<db user="a" {name}="{value}"/>',
    "XML's settings": '<add key="{name}" value="{value}"/>',
    "XML's properties": "<property><name>{name}</name><value>{value}</value></property>",
    "XML with a namespace": '<x:{name} Type="y">{value}</x:{name}>',
    "XML's raw text": "<{name}><![CDATA[{value}]]></{name}>",
    "a property list": "<key>{name}</key>\n<string>{value}</string>",
    "a form in HTML": '<input type="hidden" name="{name}" value="{value}">',
    "a table in HTML": "<tr><td>{name}</td><td>{value}</td></tr>",
    "a table": "| {name} | {value} |",
    "bold": "**{name}**: `{value}`",
    "bold with its colon": "**{name}:** {value}",
    "an arrow": "{name} -> {value}",
    "a wide colon": "{name}\uff1a{value}",
    "Ruby's": '{{"{name}"=>"{value}"}}',
    "PHP's": "array('{name}' => '{value}')",
    "PHP's dump": '["{name}"]=>\n  string(19) "{value}"\n',
    "Go's": "map[{name}:{value} user:a]",
    "Rust's": 'Config {{ {name}: Some("{value}") }}',
    "Lisp's": '(({name} . "{value}"))',
    "a dataclass": "Config(user='a', {name}='{value}', x=1)",
    "a wrapped text": "Config(user='a', {name}=Secret('{value}'), x=1)",
    "a typed constant": 'const {name}: string = "{value}";',
    "a part of a form": 'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b',
    "what was wrong": "Incorrect {name} provided: {value}. You can find",
    "what was wrong, in brackets": "invalid {name} ({value})",
    "Pydantic's": "{name}\n  Input should be valid [type=x, input_value='{value}', input_type=str]",
    "Pydantic's list": "[{{'type': 'x', 'loc': ('{name}',), 'msg': 'bad', 'input': '{value}'}}]",
    "a list in JSON": '{{"{name}": ["{value}"]}}',
    "an object in JSON": '{{"{name}": {{"value": "{value}"}}}}',
}

SPACED = {
    "JSON": '{{"{name}": "{value}", "n": 1}}',
    "JSON in a line": "\n{name}: {value}\n",
    "a sentence": "The {name} is {value}, she said.",
    "what was wrong": "Incorrect {name} provided: {value}. You can find",
}
SPACED_NAMES = ("api key", "Api Key", "API key", "access token", "client secret", "db password", "Private Key")
"""Names with blanks in them, and where people and programs write them so."""

COMMANDS = [
    "mysql -u root -p{m16} db",
    "mysql -u root -p'{m16}' db",
    "mysqldump -uroot -p{m16} db > x",
    "mysql --password={m16} db",
    "mariadb -h h -p{m16}",
    "curl -u bob:{m16} https://h/x",
    "curl -u bob:{m16} --proxy-user al:{m16} -b sid={m16} https://h/x",
    "curl -u bob:{m16} -H 'X-Api-Key: {m20}' --proxy-user al:{m16} https://h/x",
    "sshpass -p {m16} mysql -p{m16} db",
    "curl -s -u 'bob:{m16}' https://h/x",
    "curl --user bob:{m16} https://h",
    "curl --user=bob:{m16} https://h",
    "curl -ubob:{m16} https://h",
    "curl --proxy-user bob:{m16} https://h",
    "curl -b session={m16} https://h",
    "curl -H 'X-Api-Key: {m16}' https://h",
    "curl -H 'Authorization: Bearer {m20}' https://h",
    "wget --http-password={m16} https://h",
    "http -a bob:{m16} GET h",
    "sshpass -p {m16} ssh h",
    "sshpass -p'{m16}' ssh h",
    "redis-cli -h h -a {m16} ping",
    "mongosh -u a -p {m16} db",
    "docker login -u a -p {m16} registry",
    "docker run -e API_KEY={m16} image",
    "az login --service-principal -u x -p {m16} --tenant t",
    "openssl rsa -passin pass:{m16}",
    "openssl enc -aes-256-cbc -k {m16}",
    "zip -P {m16} a.zip b",
    "7z x -p{m16} a.7z",
    "ldapsearch -D cn=a -w {m16}",
    "smbclient //h/s -U bob%{m16}",
    "sqlcmd -S h -U sa -P {m16}",
    "twine upload -u a -p {m16}",
    "PGPASSWORD={m16} psql -h h",
    "vault login token={m16}",
    "aws configure set aws_secret_access_key {m16}",
    "keytool -storepass {m16} -keypass {m16}",
    "java -Dapi.key={m20} -jar x.jar",
    "requests.get(u, auth=('bob', '{m16}'))",
    "HTTPBasicAuth('bob', '{m16}')",
    "tool --token={m16}",
    "tool --password {m16}",
]
