"""WHERE THINGS ARE KEPT AND ASKED: tables, landing, quarantine, merging, subjects, licenses, questions and answers.

The only room that knows the tables. Knows no department's dialect.
"""
