"""DRIFT: what a department's live contract says today beside the pinned one, in words.

Fetches contracts through the door and compares trees; reads no record and changes no declaration.
"""
