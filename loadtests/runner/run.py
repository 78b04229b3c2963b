"""What every scenario does around its users: check, sample, watch, judge. `install` hooks it into Locust."""

import logging
import re
import statistics
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import gevent
import msgspec
from gevent import subprocess
from locust import events
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner

from loadtests.contract.preflight import check_server
from loadtests.contract.user import SeededUser
from loadtests.errors import RefusedError
from loadtests.randomness import CHANCE
from loadtests.results.answers import ANSWERS_FILE, as_csv
from loadtests.results.figures import Answer
from loadtests.results.load_file import LOAD_FILE
from loadtests.results.server_figures import done
from loadtests.runner.generator import PROGRESS_SECONDS, GeneratorWatch, progress
from loadtests.runner.plan import STOP_SECONDS, add_arguments, read_plan
from loadtests.runner.statements import described
from loadtests.runner.verdict import Observed, conclude, print_figures
from loadtests.server.watch import ServerWatch
from loadtests.target import read_users, trust

BEGAN, END, ENDED = "bantam_began", "bantam_end", "bantam_ended"
"""Messages between the master and its workers: when the load began, that it is over, what was left."""

BY_HAND_SECONDS = 12 * 3600
"""At Locust's page somebody may start later, stop later, and start again: longer than that, nobody looks."""


class Run:
    """One load, from the checks before it to load.json after it."""

    def __init__(self, scenario: Path) -> None:
        self._scenario = scenario
        self._answers: list[Answer] = []
        self._unsent: dict[str, int] = {}
        self._crashes: list[str] = []
        self._begin = self._told_begin = 0.0
        self._end: float | None = None
        self._generator: GeneratorWatch | None = None
        self._is_worker = self._ends_workers = False
        self._ended: set[str] = set()

    def arguments(self, parser: LocustArgumentParser, **_: Any) -> None:
        """Take the run's own command line arguments."""
        add_arguments(parser, self._scenario)

    def prepare(self, environment: Environment, **_: Any) -> None:
        """Check everything up front: an error is one sentence, exit code 1, and no load."""
        logging.getLogger("locust.stats_logger").setLevel(logging.WARNING)
        self._is_worker = isinstance(environment.runner, WorkerRunner)
        options = environment.parsed_options or Namespace()
        self._ends_workers = isinstance(environment.runner, MasterRunner) and bool(options.headless)
        try:
            self._prepare(environment, options)
        except RefusedError as error:
            # With several processes, all find the same; the master says it.
            sys.exit(1 if self._is_worker else str(error))
        except KeyboardInterrupt:
            sys.exit("Interrupted before the load.")

    def _prepare(self, environment: Environment, options: Namespace) -> None:
        self._plan = read_plan(options, self._scenario.stem)
        if self._ends_workers:
            options.run_time = None
        users = read_users(self._plan.target, self._plan.seed)
        context_for = trust(self._plan.target.ca)
        check_server(self._plan.target, users, context_for)
        environment.host = self._plan.target.url
        SeededUser.ssl_context_factory = staticmethod(context_for)
        SeededUser.seeded = users
        if isinstance(environment.runner, WorkerRunner):
            events.report_to_master.add_listener(self.tell_master)  # type: ignore[no-untyped-call]
            environment.runner.register_message(BEGAN, self.hear_began)
            environment.runner.register_message(END, self.hear_end)
            return
        if isinstance(environment.runner, MasterRunner):
            environment.runner.register_message(ENDED, self.hear_ended)
        events.worker_report.add_listener(self.hear_worker)  # type: ignore[no-untyped-call]
        self._rest(headless=options.headless)

    def _rest(self, *, headless: bool) -> None:
        """Start sampling the server and measure its memory without load."""
        whole = self._plan.shape.rest_seconds + self._plan.shape.seconds + 2 * STOP_SECONDS
        target = self._plan.target
        seconds = whole if headless else BY_HAND_SECONDS
        self._server = ServerWatch(target.ssh, seconds, baseline=target.baseline)
        self._server.start()
        gevent.sleep(self._plan.shape.rest_seconds)
        at_rest = [sample.memory_used for _, sample in self._server.machine.samples]
        self._memory_rest = statistics.median(at_rest)
        where = f"{self._plan.scenario} on {self._plan.target.url}"
        print(f"load  {where}, which uses {self._memory_rest:.0f} MB at rest", flush=True)

    def start(self, environment: Environment, **_: Any) -> None:
        """Start the clock of the load."""
        if environment.runner is None:
            return
        self._crashes = []
        if self._plan.shape.cold and not self._is_worker:
            self._empty_cache()
        self._answers.clear()
        self._unsent.clear()
        self._ended.clear()
        SeededUser.timetables.clear()
        self._begin, self._end = self._told_begin or time.time(), None
        if isinstance(environment.runner, MasterRunner):
            environment.runner.send_message(BEGAN, {"at": self._begin})
        if isinstance(environment.runner, WorkerRunner):
            # Otherwise each process would draw the same users.
            CHANCE.seed(environment.runner.worker_index)
        self._generator = GeneratorWatch(environment.runner, self._begin)
        SeededUser.shape, SeededUser.load_began = self._plan.shape, self._begin
        gevent.spawn(self._watch, self._generator, environment.runner)

    def _empty_cache(self) -> None:
        """Restart Redis, which keeps nothing."""
        restart = [*self._plan.target.ssh, "sudo -n systemctl try-restart redis-server.service"]
        if subprocess.run(restart, capture_output=True, check=False).returncode:
            self._crashes.append("Redis could not be restarted empty")

    def stop(self, **_: Any) -> None:
        """Requests sent from here on do not count."""
        if self._end is not None:
            return
        now = time.time()
        self._end = now - self._begin
        self._unsent["here"] = sum(timetable.unsent(now) for timetable in SeededUser.timetables)

    def record(
        self,
        *,
        name: str,
        response_time: float,
        response: Any,
        exception: Exception | None,
        start_time: float,
        context: dict[str, Any],
        **_: Any,
    ) -> None:
        """Record one more response, or the error that came instead."""
        headers = getattr(response, "headers", None)
        self._answers.append(
            Answer(
                group=name,
                at=start_time - self._begin,
                ms=response_time,
                error=_reason(exception) if exception else None,
                cache=headers.get("x-cache") if headers else None,
                late=context.get("late", 0.0),
            )
        )

    def hear_began(self, msg: Any, **_: Any) -> None:
        """Take over when the load has begun: the message comes before the first user is wanted."""
        self._told_begin = msg.data["at"]

    def _end_workers(self, master: MasterRunner) -> None:
        """End the load once all users have their last response: Locust's own end waits for no worker."""
        self.stop()
        master.send_message(END)
        with gevent.Timeout(STOP_SECONDS + 5, exception=False):
            while len(self._ended) < len(master.clients):
                gevent.sleep(0.1)
        master.quit()

    def hear_end(self, environment: Environment, **_: Any) -> None:
        """Tell the master what has come until the users' last response."""
        runner = environment.runner
        assert isinstance(runner, WorkerRunner)  # noqa: S101 # nobody else is told
        runner.stop()
        rest: dict[str, Any] = {}
        self.tell_master(rest)
        runner.send_message(ENDED, rest)

    def hear_ended(self, msg: Any, **_: Any) -> None:
        """Take over the rest of what a worker has recorded."""
        self.hear_worker(msg.node_id, msg.data)
        self._ended.add(msg.node_id)

    def tell_master(self, data: dict[str, Any], **_: Any) -> None:
        """Hand over what this worker has recorded, by the clock that all processes share."""
        data["answers"] = [answer._replace(at=answer.at + self._begin) for answer in self._answers]
        data["unsent"] = sum(self._unsent.values())
        data["cpu"] = self._generator.cpu[-1] if self._generator and self._generator.cpu else 0.0
        self._answers.clear()

    def hear_worker(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        """Take over what a worker has recorded."""
        # A worker's first report may be older than its listener.
        answers = [Answer(*row) for row in data.get("answers", ())]
        self._answers += [answer._replace(at=answer.at - self._begin) for answer in answers]
        self._unsent[client_id] = data.get("unsent", 0)
        if self._generator:
            self._generator.workers[client_id] = data.get("cpu", 0.0)

    def quit(self, environment: Environment, **_: Any) -> None:
        """Write load.json, and set Locust's exit code by whether every target was met."""
        if self._is_worker:
            return
        self._server.stop()
        end = self._end if self._end is not None else time.time() - self._begin
        environment.process_exit_code = 1
        if self._generator is None or environment.runner is None:
            print("invalid: no load was started", file=sys.stderr)
            return
        samples = self._server.samples
        counted = done(samples, self._begin, self._plan.shape.warm_up_seconds, end)[1]
        seen = Observed(
            begin=self._begin,
            end=end,
            answers=self._answers,
            unsent=sum(self._unsent.values()),
            server=samples,
            statements=described(self._plan.target.ssh, counted),
            sampling_broke_off=self._server.broke_off,
            crashes=self._crashes + [_where(crash) for crash in environment.runner.exceptions.values()],
            memory_rest=self._memory_rest,
            generator=self._generator.result(self._plan.shape.warm_up_seconds),
        )
        load = conclude(self._plan, seen)
        measured = [
            answer for answer in self._answers if self._plan.shape.warm_up_seconds <= answer.at <= end
        ]
        (self._plan.run_dir / ANSWERS_FILE).write_bytes(as_csv(measured, self._begin))
        (self._plan.run_dir / LOAD_FILE).write_bytes(msgspec.json.encode(load))
        if print_figures(load):
            environment.process_exit_code = 0

    def _watch(self, generator: GeneratorWatch, runner: Runner) -> None:
        while self._end is None:
            gevent.sleep(1)
            generator.look()
            over = generator.at[-1] >= self._plan.shape.seconds
            if self._ends_workers and over and isinstance(runner, MasterRunner):
                self._end_workers(runner)
            if self._end is None and not self._is_worker and len(generator.at) % PROGRESS_SECONDS == 0:
                print(progress(self._answers, self._plan.shape.seconds, generator), flush=True)


def _reason(exception: Exception) -> str:
    """Return what went wrong without the address, so that equal failures are counted together."""
    return re.sub(r"^URL \S+: 0, original=", "", str(exception)) or type(exception).__name__


def _where(crash: Any) -> str:
    """Return the innermost location of a crash that Locust recorded, and its message."""
    places = [line.strip() for line in crash["traceback"].splitlines() if line.startswith("  File ")]
    return f"{places[-1]}: {crash['msg']}"


def install(scenario: str) -> None:
    """Let a run of the scenario (its file) listen to Locust's events."""
    run = Run(Path(scenario))
    listeners = {
        events.init_command_line_parser: run.arguments,
        events.init: run.prepare,
        events.test_start: run.start,
        events.test_stopping: run.stop,
        events.request: run.record,
        events.quitting: run.quit,
    }
    for event, listener in listeners.items():
        event.add_listener(listener)  # type: ignore[no-untyped-call] # Locust's own is not annotated
