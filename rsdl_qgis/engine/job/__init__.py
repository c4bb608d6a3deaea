"""What a job may ask for and write. Standard library only."""
