"""What the hub costs, beside a hand-written floor and beside its peers, measured in one run."""
