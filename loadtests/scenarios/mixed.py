"""
A day of an agency, by role: what people do is in loadtests/actions/day.py.

locust -f loadtests/scenarios/mixed.py --headless --target FILE --run-dir DIR
"""

from loadtests.actions.day import Admin, ClientsPerson, Manager, TeamMember
from loadtests.runner.run import install

install(__file__)

__all__ = ["Admin", "ClientsPerson", "Manager", "TeamMember"]
