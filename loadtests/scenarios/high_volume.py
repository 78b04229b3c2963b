"""
The mixed load for minutes, at a rate near to what the server can do.

locust -f loadtests/scenarios/high_volume.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions.day import Admin, ClientsPerson, Manager, TeamMember
from loadtests.runner.run import install

install(__file__)

__all__ = ["Admin", "ClientsPerson", "Manager", "TeamMember"]
