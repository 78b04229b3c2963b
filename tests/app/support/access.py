"""
Access rules: for every route, the status that each role gets.

admin      any admin
manager    leads the project
member     is on the project and wrote the comment, the message and the time entry; whose token it is
other      a team member who is not on the project
client     one of the people of the project's client
stranger   one of the people of another client
"""

from dataclasses import dataclass

from app.agency.topics import ABOUT
from app.application import ENDPOINTS
from app.http import documentation

ROUTES = {
    f"{each.method} {each.path}": each for each in (*ENDPOINTS, *documentation.routes(ENDPOINTS, ABOUT))
}
ROLES = ("admin", "manager", "member", "other", "client", "stranger")

TABLE = """
GET    /healthz                             200 200 200 200 200 200
GET    /readyz                              200 200 200 200 200 200
GET    /openapi.json                        200 200 200 200 200 200
GET    /docs                                200 200 200 200 200 200

GET    /api/projects                        200 200 200 200 200 200
GET    /api/projects/batch                  200 200 200 200 200 200
GET    /api/projects/counts                 200 200 200 200 200 200
GET    /api/projects/{id}                   200 200 200 404 200 404
GET    /api/projects/{id}/tasks             200 200 200 404 200 404
POST   /api/projects                        201 201 403 403 403 403
PATCH  /api/projects/{id}                   200 200 403 404 403 404
DELETE /api/projects/{id}                   204 204 403 404 403 404
POST   /api/projects/{id}/members           201 201 403 404 403 404
DELETE /api/projects/{id}/members/{user}    204 204 403 404 403 404

GET    /api/milestones                      200 200 200 200 200 200
GET    /api/milestones/batch                200 200 200 200 200 200
GET    /api/milestones/{id}                 200 200 200 404 200 404
POST   /api/projects/{id}/milestones        201 201 403 404 403 404
PATCH  /api/milestones/{id}                 200 200 403 404 403 404
DELETE /api/milestones/{id}                 204 204 403 404 403 404
GET    /api/tasks                           200 200 200 200 200 200
GET    /api/tasks/batch                     200 200 200 200 200 200
GET    /api/tasks/counts                    200 200 200 200 200 200
GET    /api/tasks/{id}                      200 200 200 404 200 404
POST   /api/projects/{id}/tasks             201 201 201 404 403 404
PATCH  /api/tasks/{id}                      200 200 200 404 403 404
DELETE /api/tasks/{id}                      204 204 403 404 403 404

GET    /api/comments                        200 200 200 200 200 200
GET    /api/comments/batch                  200 200 200 200 200 200
GET    /api/comments/{id}                   200 200 200 404 200 404
POST   /api/tasks/{id}/comments             201 201 201 404 201 404
PATCH  /api/comments/{id}                   403 403 200 404 403 404
DELETE /api/comments/{id}                   403 403 204 404 403 404

GET    /api/time-entries                    200 200 200 200 200 200
GET    /api/time-entries/batch              200 200 200 200 200 200
GET    /api/time-entries/{id}               200 200 200 404 200 404
POST   /api/time-entries                    201 201 201 422 403 422
PATCH  /api/time-entries/{id}               200 200 200 404 403 404
DELETE /api/time-entries/{id}               204 204 204 404 403 404

GET    /api/threads                         200 200 200 200 200 200
GET    /api/threads/batch                   200 200 200 200 200 200
GET    /api/threads/{id}                    200 200 200 404 200 404
GET    /api/messages                        200 200 200 200 200 200
GET    /api/messages/batch                  200 200 200 200 200 200
GET    /api/messages/{id}                   200 200 200 404 200 404
POST   /api/projects/{id}/threads           201 201 201 404 201 404
POST   /api/threads/{id}/messages           201 201 201 404 201 404
POST   /api/threads/{id}/read               200 200 200 404 200 404
PATCH  /api/messages/{id}                   403 403 200 404 403 404
DELETE /api/messages/{id}                   403 403 204 404 403 404
GET    /api/notifications                   200 200 200 200 200 200
GET    /api/notifications/batch             200 200 200 200 200 200
GET    /api/notifications/counts            200 200 200 200 200 200
POST   /api/notifications/read              200 200 200 200 200 200
GET    /api/activity                        200 200 200 200 200 200

GET    /api/invoices                        200 200 200 200 200 200
GET    /api/invoices/batch                  200 200 200 200 200 200
GET    /api/invoices/counts                 200 200 200 200 200 200
GET    /api/invoices/{id}                   200 200 404 404 404 404
GET    /api/payments                        200 200 200 200 200 200
GET    /api/payments/batch                  200 200 200 200 200 200
POST   /api/projects/{id}/invoices          201 201 403 404 403 404
PATCH  /api/invoices/{id}                   200 200 404 404 404 404
POST   /api/invoices/{id}/issue             200 200 404 404 404 404
POST   /api/invoices/{id}/payments          409 409 404 404 404 404
POST   /api/invoices/{id}/void              200 200 404 404 404 404

GET    /api/clients                         200 200 200 200 200 200
GET    /api/clients/batch                   200 200 200 200 200 200
GET    /api/clients/{id}                    200 200 200 200 200 404
POST   /api/clients                         201 201 403 403 403 403
PATCH  /api/clients/{id}                    200 200 403 403 403 404
GET    /api/users                           200 200 200 200 200 200
GET    /api/users/batch                     200 200 200 200 200 200
GET    /api/users/{id}                      200 200 200 200 404 404
POST   /api/users                           201 403 403 403 403 403
PATCH  /api/users/{id}                      200 403 403 403 403 403
POST   /api/users/{id}/deactivate           200 403 403 403 403 403
POST   /api/users/{id}/activate             200 403 403 403 403 403
DELETE /api/users/{id}/tokens               204 403 403 403 403 403
GET    /api/tokens                          200 200 200 200 200 200
POST   /api/tokens                          201 201 201 201 201 201
DELETE /api/tokens/{token}                  204 404 204 404 404 404

GET    /api/dashboards/user                 200 200 200 200 200 200
GET    /api/dashboards/manager              200 200 403 403 403 403
GET    /api/dashboards/admin                200 403 403 403 403 403
GET    /api/dashboards/client               403 403 403 403 200 200

GET    /api/reports/projects                200 200 403 403 403 403
GET    /api/reports/time                    200 200 403 403 403 403
GET    /api/reports/finance                 200 200 403 403 403 403
GET    /api/reports/team                    200 200 403 403 403 403
GET    /api/reports/generated               200 403 403 403 403 403
GET    /api/admin/cache-stats               200 403 403 403 403 403
GET    /api/admin/metrics                   200 403 403 403 403 403
GET    /api/admin/db-performance            200 403 403 403 403 403
GET    /api/admin/db-connections            200 403 403 403 403 403
PATCH  /api/admin/cache                     200 403 403 403 403 403
GET    /api/reports/generated/file          404 403 403 403 403 403

GET    /api/search                          200 200 200 200 200 200
GET    /api/search/projects                 200 200 200 200 200 200
GET    /api/search/tasks                    200 200 200 200 200 200
GET    /api/search/users                    200 200 200 200 200 200
GET    /api/search/clients                  200 200 200 200 200 200

"""


@dataclass(frozen=True, slots=True)
class Access:
    """One route, and its status by role."""

    method: str
    path: str
    statuses: dict[str, int]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"


def table() -> list[Access]:
    """The rows of the table."""
    rows = []
    for line in TABLE.split("\n"):
        if line:
            method, path, *statuses = line.split()
            by_role = dict(zip(ROLES, map(int, statuses), strict=True))
            rows.append(Access(method, path, by_role))
    return rows
