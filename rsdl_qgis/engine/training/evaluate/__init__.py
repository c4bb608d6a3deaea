"""What a trained network is worth, on samples that were held out."""
