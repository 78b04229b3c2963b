"""A small HTTPS server that keeps the HTTP contract, to run Locust against without a deployed app."""

import hashlib
import hmac
import json
import re
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = b"a key for tests"
USERS = 20
TASKS = 120
TODAY = "2026-03-04"


@dataclass
class ContractServer:
    """What it answers: who is known, how slowly, and what is in the database."""

    certificate: Path
    seconds: dict[str, float] = field(default_factory=dict)
    projects: tuple[int, ...] = (1, 2, 3)
    people: tuple[int, ...] = tuple(range(1, USERS + 1))
    key: bytes = KEY
    page_limit: int | None = None
    statuses: dict[int, str] = field(default_factory=dict)
    cache: str = "hit"
    later_certificate: Path | None = None
    port: int = 0
    serving: threading.Event = field(default_factory=threading.Event)

    def stop_for(self, seconds: float) -> None:
        """Answer nobody for a while."""
        self.serving.clear()
        time.sleep(seconds)
        self.serving.set()

    def __enter__(self) -> Self:
        self.serving.set()
        self._tokens = {
            "Bearer bt_" + hmac.new(self.key, f"user:{user}".encode(), hashlib.sha256).hexdigest(): user
            for user in range(1, USERS + 1)
        }
        self._context = context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        handler = type("Handler", (_Handler,), {"app": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_address[1]
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def answer(self, method: str, url: str, token: str | None, body: bytes) -> tuple[int, Any]:
        path = urlsplit(url).path
        if path == "/healthz":
            return 200, {"status": "ok"}
        user = self._tokens.get(token or "")
        if user is None:
            return 401, {"title": "Unauthorized", "status": 401}
        query = parse_qs(urlsplit(url).query)
        return 200, self.row(method, path, body) or self.rows(path, query) or self.dashboard(user)

    def row(self, method: str, path: str, body: bytes) -> dict[str, Any] | None:
        project, task = (re.fullmatch(rf"/api/{kind}/(\d+)", path) for kind in ("projects", "tasks"))
        if task and method == "PATCH":
            self.statuses[int(task[1])] = json.loads(body)["status"]
            return self.task(int(task[1]))
        return self.project(int(project[1])) if project else None

    def rows(self, path: str, query: dict[str, list[str]]) -> dict[str, Any] | None:
        page = re.fullmatch(r"/api/projects/(\d+)/tasks", path)
        if page:
            return self.page(int(page[1]), query)
        if path == "/api/users":
            return self.users(query["role"][0])
        if path == "/api/projects":
            rows = [self.project(number) | {"due_on": TODAY} for number in self.projects]
            return {"items": rows, "next": None, "previous": None}
        return None

    def users(self, role: str) -> dict[str, Any]:
        rows = [{"id": user, "name": "Ada", "email": "ada@a.example", "role": role} for user in self.people]
        return {"items": rows, "next": None, "previous": None}

    def task(self, task_id: int) -> dict[str, Any]:
        user = task_id % USERS + 1
        return {
            "id": task_id,
            "project_id": task_id // 1000,
            "title": f"Task {task_id}",
            "status": self.statuses.get(task_id, "todo"),
            "due_on": f"2026-{1 + task_id % 1000 // 28:02d}-{1 + task_id % 28:02d}",
            "assignee": {"id": user, "name": f"User {user}"},
        }

    def project(self, project_id: int) -> dict[str, Any]:
        counts = {"total": TASKS, "todo": TASKS, "in_progress": 0, "blocked": 0, "review": 0, "done": 0}
        person = {"id": 1, "name": "Ada"}
        return {
            "id": project_id,
            "name": f"Project {project_id}",
            "status": "active",
            "client": person,
            "manager": person,
            "member_count": 3,
            "tasks": counts,
        }

    def page(self, project_id: int, query: dict[str, list[str]]) -> dict[str, Any]:
        begin, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        tasks = [self.task(project_id * 1000 + number) for number in range(TASKS)]
        tasks.sort(key=lambda task: (task["due_on"], task["id"]))
        end = begin + (self.page_limit or limit)
        return {"items": tasks[begin:end], "next": str(end) if end < TASKS else None, "previous": None}

    def dashboard(self, user: int) -> dict[str, Any]:
        if self.later_certificate:
            self._context.load_cert_chain(self.later_certificate)
        own = [self.task(number) for number in range(1000, 1000 + TASKS) if number % USERS + 1 == user]
        overdue = [task for task in own if task["due_on"] < TODAY]
        due = [task for task in own if task["due_on"] >= TODAY]
        return {
            "user_id": user,
            "today": TODAY,
            "overdue_count": len(overdue),
            "overdue": overdue,
            "due_count": len(due),
            "due": due,
            "projects": [{"id": number, "name": f"Project {number}"} for number in self.projects],
            "unread_count": 0,
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(BaseHTTPRequestHandler):
    app: ContractServer
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def do_GET(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.app.serving.wait()
        time.sleep(next((s for part, s in self.app.seconds.items() if part in self.path), 0.0))
        status, content = self.app.answer(self.command, self.path, self.headers.get("Authorization"), body)
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        if self.command == "GET" and self.path.startswith("/api/"):
            self.send_header("X-Cache", self.app.cache)
        self.end_headers()
        self.wfile.write(raw)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass
