"""How the parts of the server are asked."""

import os
import subprocess

ANSWER_S = 10
PSQL = ("psql", "-XAtqw", "-v", "ON_ERROR_STOP=1", "-h", "/run/postgresql", "-p", "5432", "-d", "bantam")


class NoAnswerError(Exception):
    """A part of the server does not answer; the message is what its client said."""


def said(*command: str, text: str = "", password: str = "") -> str:
    """What the command printed."""
    env = {**os.environ, "REDISCLI_AUTH": password, "PGCONNECT_TIMEOUT": str(ANSWER_S)}
    try:
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, env=env, timeout=ANSWER_S
        )
    except subprocess.TimeoutExpired:
        raise NoAnswerError(f"no answer within {ANSWER_S} s") from None
    if done.returncode:
        raise NoAnswerError((done.stderr.strip().splitlines() or ["it does not say why"])[-1])
    return done.stdout
