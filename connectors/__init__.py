"""HOW A DEPARTMENT SPEAKS: declarations and contracts, sign-in, the doors to the network, mapping, the fake departments.

One folder for each department. Knows nothing of the library; no department knows another.
"""
