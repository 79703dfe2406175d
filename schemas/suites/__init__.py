"""What stewards expect of whole batches, judged by Great Expectations, and what was measured of them."""
