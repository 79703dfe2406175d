"""SOAP: requests written by the contract, answers opened and read into columns."""
