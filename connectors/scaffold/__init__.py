"""From a stranger's contract to a declaration to begin with: reads files, suggests a mapping, writes a folder.

Knows contracts and words; opens no connection, and never decides: every suggestion carries how sure it is.
"""
