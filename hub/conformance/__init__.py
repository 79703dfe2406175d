"""The conformance kit: what a declared department must show on its fake before anybody trusts it, level by level.

Knows exchanges, fakes and a library of its own that is thrown away; refuses to touch the real one.
"""
