"""A secret is withheld also where its name stands elsewhere: above it, behind it, in another field, in a list."""

import itertools
import json
import random

import pytest
from support.made_up import ESCAPED, MARKS, values

from gradient.runtime.values.redaction import Redactor

NAMES = ("password", "db_password", "api_key", "client_secret", "access_token", "AUTH_TOKEN")
ROWS = {
    "SQL": "INSERT INTO users (id, {name}, at) VALUES (1, '{value}', now()), (2, '{other}', now());",
    "SQL with names in quotes": """INSERT INTO "users" ("id", "{name}") VALUES (1, '{value}'), (2, '{other}')""",
    "SQL with a function": "insert into users (id, {name})\nvalues (1, crypt('{value}', gen_salt('bf')));",
    "what a driver says of marks": "[SQL: INSERT INTO t (id, {name}) VALUES (?, ?)]\n[parameters: ('bob', '{value}')]",
    "what a driver says of many rows": "[SQL: INSERT INTO users (id, {name}) VALUES (%s, %s)]\n"
    "[parameters: [('bob', '{value}'), ('al', '{other}')]]",
    "numbered marks": '"INSERT INTO users (id, {name}) VALUES ($1, $2)", ["bob", "{value}"]',
    "a mark behind the name": "[SQL: UPDATE users SET at=?, {name}=? WHERE id = ?]\n[parameters: (3, '{value}', 1)]",
    "a result": '{{"columns": ["id", "{name}"], "rows": [["bob", "{value}"], ["al", "{other}"]]}}',
    "a result of Pandas": '{{"columns":["id","{name}"],"index":[0,1],"data":[["bob","{value}"],["al","{other}"]]}}',
    "a sheet": '[["id", "{name}"], ["bob", "{value}"], ["al", "{other}"]]',
    "a table": "| id | {name} | n |\n|----|------|---|\n| bob | {value} | 1 |\n| al | {other} | 2 |\n",
    "a table of a database": " id | {name} \n----+------\n  1 | {value}\n  2 | {other}\n(2 rows)\n",
    "CSV": "id,{name},n\nbob,{value},1\nal,{other},2\n",
    "tabs": "id\t{name}\tn\nbob\t{value}\t1\nal\t{other}\t2\n",
}
FIELDS = {
    "a label": '{{"label": "{name}", "type": "x", "text": "{value}"}}',
    "a label behind": '{{"text": "{value}", "label": "{name}"}}',
    "an element": '{{"element": "the {name} field", "ref": "e3", "text": "{value}"}}',
    "a selector": '{{"selector": "#{name}", "value": "{value}"}}',
    "a question": '{{"question": "What is your {name}?", "answer": "{value}"}}',
    "a path of a store": '{{"Name": "/prod/{name}", "Type": "SecureString", "Value": "{value}"}}',
    "Terraform's variable": 'variable "{name}" {{\n  type = string\n  default = "{value}"\n}}\n',
    "Terraform's output": '{{"outputs": {{"{name}": {{"value": "{value}", "type": "string"}}}}}}',
    "Terraform's plan": '  ~ {name} = "old" -> "{value}"\n',
    "a page that is tested": "page.fill('#{name}', '{value}')",
    "a field that is found": 'driver.find_element(By.ID, "{name}").send_keys("{value}")',
    "a call in XML": '<invoke><parameter name="{name}">{value}</parameter></invoke>',
    "words on lines": '["tool",\n  "--{name}",\n  "{value}"\n]',
    "Pydantic's list in JSON": '[{{"type":"x","loc":["body","{name}"],"msg":"bad","input":"{value}"}}]',
    "a sentence that ends with it": "Use {value} as the {name}.",
    "a sentence that begins with the value": "{value} is the {name}, she said.",
}
OTHERS = [
    "CREATE USER 'bob'@'%' IDENTIFIED BY '{value}';",
    "SET PASSWORD FOR 'bob' = '{value}';",
    "echo '{value}' | docker login -u bob --password-stdin",
    "echo {value} | sudo -S ls",
    "echo 'bob:{value}' | chpasswd",
    "h.example.com:5432:shop:bob:{value}\n",
    "keyring.set_password('x', 'bob', '{value}')",
    "[remote]\ntype = s3\npass = {value}\n",
    "requirepass {value}",
]
ESCAPES = {name: escape for name, escape in ESCAPED.items() if name != "HTML"} | {
    "a shell": lambda text: "echo '{}'".format(text.replace("'", "'\"'\"'")),
    "another shell": lambda text: "echo '{}'".format(text.replace("'", r"'\''")),
    "YAML": lambda text: "out: '{}'".format(text.replace("'", "''")),
    "a cell of CSV": lambda text: 'bob,"{}"'.format(text.replace('"', '""')),
    "lines of a file": lambda text: "".join(f"{at:6}\t{line}\n" for at, line in enumerate(text.splitlines(), 1)),
    "a diff": lambda text: "".join(f"+{line}\n" for line in text.splitlines()),
}
CHANGES_COLUMNS = {("CSV", "a cell of CSV"), ("tabs", "JSON three times"), ("CSV", "a form"), ("CSV", "an address")}


def triples():
    """Yield made-up secrets, each in a place, as a text that was escaped."""
    rng = random.Random("apart")
    places = [(place, name) for place in (ROWS | FIELDS).items() for name in NAMES]
    places += [((pattern, pattern), "") for pattern in OTHERS]
    for ((place, pattern), name), escape in itertools.product(places, ESCAPES):
        if (place, escape) not in CHANGES_COLUMNS:
            text = pattern.format(name=name, value=values(rng), other=values(rng))
            yield f"{name} as {place}, {escape}", ESCAPES[escape](text)


def test_there_are_many_of_them():
    assert sum(1 for _ in triples()) > 3_000


@pytest.mark.parametrize("told", [False, True])
def test_none_is_left_in_a_text(told):
    redactor = Redactor()

    left = [
        (name, cleaned)
        for name, text in triples()
        if any(mark in (cleaned := redactor.clean_text(text, told=told)).encode() for mark in MARKS)
    ]

    assert left[:20] == []


def test_all_are_suspected_in_the_json_of_what_holds_them():
    redactor = Redactor()

    missed = [
        name for name, text in triples() if not redactor.holds_secret(json.dumps([text], ensure_ascii=False).encode())
    ]

    assert missed[:20] == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO t (user, password) VALUES ('a', 'hunter2xyz')",
        "[SQL: INSERT INTO t (user, password) VALUES (?, ?)]\n[parameters: ('a', 'swordfish')]",
        'variable "password" {\n  default = "hunter2xyz"\n}',
        "Use hunter2xyz! as the password",
        "hunter2xyz! is the password.",
        '{"label": "Password", "text": "hunter2xyz"}',
        '{"element": "Password field", "text": "hunter2xyz"}',
        "page.getByLabel('Password', {exact: true}); page.fill('#password', 'hunter2xyz')",
        "| user | password |\n|---|---|\n| bob | hunter2xyz |",
        "user,password\nbob,hunter2xyz",
        "      user      password\n0      bob  hunter2xyz!\n1  charles  0ther2abc",
        "machine example.com login bob password hunter2xyz",
        "host           h\ndb_password    hunter2xyz\nn              1",
        "CREATE USER bob IDENTIFIED BY 'swordfish'",
        "echo swordfish | sudo -S ls",
    ],
)
def test_a_password_that_somebody_chose_is_withheld(text):
    redactor = Redactor()

    for form in (text, json.dumps({"out": text}), repr(text)):
        assert "hunter2" not in redactor.clean_text(form)
        assert "swordfish" not in redactor.clean_text(form)
        assert redactor.holds_secret(json.dumps([form]).encode())


FORMS = [
    {"label": "Password", "text": "{value}"},
    {"element": "the password field", "ref": "e3", "text": "{value}"},
    {"type": "int_parsing", "loc": ("body", "password"), "msg": "bad", "input": "{value}"},
    {"fields": [{"name": "Password", "type": "textbox", "value": "{value}"}]},
    {"values": [["user", "password"], ["bob", "{value}"], ["al", "{value}"]]},
    {"columns": ["user", "password"], "rows": [["bob", "{value}"]]},
]


@pytest.mark.parametrize("form", FORMS)
def test_it_is_withheld_in_data(agent, written, form):
    agent(json.loads(json.dumps(form).replace("{value}", "hunter2xyz")))

    assert b"hunter2" not in written()


def test_prose_in_such_fields_is_kept(agent, written):
    agent({"label": "Password", "text": "Type at least twelve characters"})
    agent({"values": [["user", "password"], ["bob", "required"]]})

    assert b"twelve characters" in written()
    assert b"required" in written()
