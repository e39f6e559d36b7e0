"""What is a secret, told from names and from texts; knows nothing of payloads and settings.

names         which keys are names of secrets, however they are spelt
judging       which values behind such a name are secrets, and which are words, code or placeholders
providers     what credentials of known providers look like; credentials: how they are found in texts
assignments   names within texts, and what separates them from values; places: how much of a value is withheld
rows          columns that lists name, in SQL and results of queries; tables: those on lines below each other
labels        what stands in one field, where another says what it is
beside        what looks random and stands beside such a name, whatever is between them
commands      secrets among the words of a command line, in lists and in texts
spellings     how a listed name may be spelt in a text
literals      whether and where literals stand in bytes: compiled, or `plain_literals`
search        where to look in a text, and what to withhold of it
"""
