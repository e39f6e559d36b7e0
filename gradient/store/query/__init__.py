"""The language that runs are filtered with, on the command line and in the page.

    status:error node:tools model:gpt-4o dur>2s cost>0.01 tag:ci session:abc text:"glacier"

    fields    what can be asked for, and how it is explained
    parsing   from text to terms, or to an error that says where and what was expected
    sql       from terms to SQL; values are always parameters

Terms are separated by spaces, and a run must satisfy all of them. Several values with commas: any of them. `-` (or `!`)
before a term: not that. `*` in a value: anything. A word alone is looked for in inputs and outputs.
"""

from gradient.store.query.fields import FIELDS, Field
from gradient.store.query.parsing import Query, Term, parse

__all__ = ["FIELDS", "Field", "Query", "Term", "parse"]
