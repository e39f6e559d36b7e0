"""What is a secret, told from names and from texts; knows nothing of payloads and settings.

names         which keys are names of secrets, however they are spelt
judging       which values behind such a name are secrets, and which are words, code or placeholders
credentials   the shapes of known credentials
assignments   names within texts, and what separates them from values; places: how much of a value is withheld
commands      secrets among the words of a command line
spellings     how a listed name may be spelt in a text
search        where to look in a text, and what to withhold of it
"""
