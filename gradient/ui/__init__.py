"""The page: what the agents of this machine did, in a browser.

    serving       a socket, a server, and the address to open
    application   which address is answered by what
    access        who may ask
    lists         answers about many runs            live      what happens, as it happens
    runs          answers about one run              answers   how an answer is written, or a question refused
    reader        a store, asked from a thread of its own
    static/       the page itself, built from `web/`

It reads, and changes nothing. Needs the extra `ui`.
"""
