"""Models from elsewhere: read, completed by what a person says, checked by running a tile, installed."""
