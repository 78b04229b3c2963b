"""
Runs a Python command many times and imports what it needs once: `python -m pyinfra` spends a second on that.

Each command is a process of its own, forked from one that has done nothing but import.
"""

import json
import subprocess
import sys
from pathlib import Path

_FORKER = """
import importlib, json, os, runpy, signal, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
if "gevent.monkey" in sys.modules:
    from gevent.monkey import get_original
    fork, waitpid = get_original("os", ["fork", "waitpid"])
else:
    fork, waitpid = os.fork, os.waitpid
requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
for line in requests:
    wish = json.loads(line)
    child = fork()
    if child == 0:
        signal.alarm(120)
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(wish[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        os.chdir(wish["cwd"])
        os.environ.clear()
        os.environ.update(wish["env"])
        sys.argv = ["-m", *wish["arguments"]]
        sys.path[0] = wish["cwd"]
        code = 0
        try:
            runpy.run_module(wish["module"], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            code = 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    status = waitpid(child, 0)[1]
    print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
"""


class Preloaded:
    """`python -m MODULE` as often as wanted; `imported` are the modules that it would import each time."""

    def __init__(self, module: str, *imported: str) -> None:
        self._module = module
        self._forker = subprocess.Popen(
            [sys.executable, "-c", _FORKER, *imported],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *arguments: str, cwd: Path, env: dict[str, str], folder: Path
    ) -> subprocess.CompletedProcess[str]:
        """The finished command; its output is in `folder` meanwhile."""
        assert self._forker.stdin
        assert self._forker.stdout
        outputs = {name: str(folder / f".{self._module}.{name}") for name in ("stdout", "stderr")}
        wish = {"module": self._module, "arguments": arguments, "cwd": str(cwd), "env": env, **outputs}
        self._forker.stdin.write(json.dumps(wish) + "\n")
        self._forker.stdin.flush()
        code = int(self._forker.stdout.readline())
        out, err = (Path(outputs[name]).read_text() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess([self._module, *arguments], code, out, err)

    def close(self) -> None:
        """No process of it is left."""
        assert self._forker.stdin
        self._forker.stdin.close()
        self._forker.wait()
