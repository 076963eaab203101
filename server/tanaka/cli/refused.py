"""What every command raises for input that it cannot use; costs nothing to import."""


class Refused(Exception):
    """Input that cannot be used; the message is the one line the user sees."""
