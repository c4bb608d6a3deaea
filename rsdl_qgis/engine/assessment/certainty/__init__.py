"""Whether the uncertainty that was mapped beside a class map tells where this is wrong."""
