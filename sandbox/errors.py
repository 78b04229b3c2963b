"""The one exception that a user sees."""


class SandboxError(Exception):
    """One sentence: what is wrong, where, and what to do."""
