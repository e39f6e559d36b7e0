"""What can be said of runs from their documents alone, without journals or store.

    documents   read `gradient.run/1` from files          forest      executions as a tree
    alignment   which execution of one run is which of    difference  two runs compared: gradient.diff/1
                another                                   thresholds  how much of a difference is too much
    values      where two payloads differ                 checks      what a run is expected to be
    states      what each node changed in the state       routes      a graph, and the way a run took through it
    quantities  numbers as people write and read them     brief       a value in one line

Pure functions on plain data; they import nothing of ours.
"""
