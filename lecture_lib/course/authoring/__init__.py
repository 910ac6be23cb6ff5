"""What an author of the course runs: checks of claims and of notebooks."""
