"""Messages on their way: each waits until its channel has taken it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

Message = dict[str, Any]
Channels = Mapping[str, Sequence[str]]
"""By severity the URLs of apprise; they have passwords, so nothing prints them."""

MOST_WAITING = 200
LONGEST_S = 40
"""systemd ends the run after 55 s."""


def addressed(messages: Sequence[Message], channels: Channels) -> list[Message]:
    """Return one message for each channel of its severity."""
    return [
        {**message, "channel": number}
        for message in messages
        for number in range(len(channels[message["severity"]]))
    ]


def name_of(message: Message) -> str:
    """Return what people call the message's channel."""
    return f"{message['severity']} {message['channel'] + 1}"


def as_html(text: str) -> str:
    """Return the text with its lines; apprise would make every blank one that no line may break at."""
    return f"<p>{'<br>'.join(escape(text).splitlines())}</p>"


def delivered(waiting: Sequence[Message], channels: Channels, server: str) -> Iterator[tuple[Message, bool]]:
    """
    Send what waits, oldest first: after each its message, and whether it is done with.

    Once a channel has refused one, the rest for it is left: their order tells what happened.
    """
    # Debian's apprise; it takes half a second and 30 MB, so only when there is something to send.
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415

    began, refused = time.monotonic(), set()
    for message in waiting:
        if time.monotonic() - began > LONGEST_S:
            return
        name, number = name_of(message), message["channel"]
        if name in refused:
            continue
        if number >= len(channels[message["severity"]]):
            yield message, True  # the secrets have one less since
            continue
        channel = Apprise()
        title = f"{server}: {message['title']}"
        is_known = channel.add(channels[message["severity"]][number])
        # Mail is HTML, in which only tables are tables; a chat gets the text.
        if is_known and channel[0].notify_format == NotifyFormat.HTML:
            form, body = NotifyFormat.HTML, message.get("html") or as_html(message["text"])
        else:
            form, body = NotifyFormat.TEXT, message["text"]
        is_taken = bool(is_known and channel.notify(body=body, title=title, body_format=form))
        if not is_taken:
            refused.add(name)
        yield message, is_taken
