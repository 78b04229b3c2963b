class RefusedError(Exception):
    """A run that cannot start or cannot be judged; its message is one sentence for the user."""
