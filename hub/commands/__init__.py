"""What can be typed after `hub`, one module for each kind of errand.

Knows arguments, output and exit codes; what is done is done elsewhere.
"""
