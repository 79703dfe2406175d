"""The numbers that name holders, bodies and licenses: their shapes, check characters and ages.

Each kind has one module with a scalar judge that gives reasons and, where volume asks for it, a column-wise one.
Knows no record and no department; a division inside a number is only information, for divisions die.
"""
