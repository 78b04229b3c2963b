"""Messages on their way: each waits until its channel has taken it."""

from collections.abc import Mapping, Sequence
from typing import Any

Message = dict[str, Any]
Channels = Mapping[str, Sequence[str]]
"""By severity the URLs of apprise; they have passwords, so nothing prints them."""

MOST_WAITING = 200


def addressed(messages: Sequence[Message], channels: Channels) -> list[Message]:
    """Return one message for each channel of its severity."""
    return [
        {**message, "channel": number}
        for message in messages
        for number in range(len(channels[message["severity"]]))
    ]


def deliver(waiting: Sequence[Message], channels: Channels, server: str) -> tuple[list[Message], list[str]]:
    """
    Send what waits, oldest first; return what still waits, and the channels that took nothing.

    Once a channel has refused one, the rest for it waits: their order tells what happened.
    """
    # Debian's apprise; it takes half a second and 30 MB, so only when there is something to send.
    from apprise import Apprise  # noqa: PLC0415

    left: list[Message] = []
    refused: dict[tuple[str, int], str] = {}
    for message in waiting:
        severity, number = message["severity"], message["channel"]
        if number >= len(channels[severity]):
            continue  # the inventory has one less since
        name = f"{severity} {number + 1}"
        if (severity, number) not in refused:
            channel = Apprise()
            title = f"{server}: {message['title']}"
            is_taken = channel.add(channels[severity][number]) and channel.notify(
                body=message["text"], title=title
            )
            if is_taken:
                continue
            refused[severity, number] = name
        left.append(message)
    return left[-MOST_WAITING:], list(refused.values())
