"""What can go wrong with the embedded servers."""


class LocalError(Exception):
    """The embedded servers cannot be used; the message says why and what to do, in full sentences."""
