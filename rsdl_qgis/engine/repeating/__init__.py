"""Results made again: the run that a result carries is looked up, carried out, and what it makes is compared."""
