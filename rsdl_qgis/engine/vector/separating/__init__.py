"""Objects of a class map that touch one another told apart, a strip of rows at a time."""
