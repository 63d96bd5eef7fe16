"""The hub: events of each channel in order, handed on to any number of clients, each at its own pace."""


class Hub:
    """Placeholder until the sockets land."""
