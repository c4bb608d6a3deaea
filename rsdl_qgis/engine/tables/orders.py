"""Which scene of a mosaic counts where several are valid: the first in an order. Standard library only."""

NEWEST, OLDEST, CLEAREST, GIVEN = "newest", "oldest", "clearest", "given"
NAMES = (NEWEST, OLDEST, CLEAREST, GIVEN)  # the first is the usual one
