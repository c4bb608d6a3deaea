"""Export of chips in the formats of other programs."""
