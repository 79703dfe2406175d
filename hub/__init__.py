"""HOW IT GOES: introduces a department's side to the library's, in land, check and merge; settings, the command, the demo.

Does not import Airflow, knows no table and speaks to no department itself.
"""
