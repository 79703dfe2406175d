"""The secret of the tests' keyring."""

SECRET = b"a secret of thirty-two bytes, ok"
