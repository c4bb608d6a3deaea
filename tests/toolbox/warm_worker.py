"""The real worker without the seconds in which Python loads its libraries: a process that has loaded them forks for
each job.

``python warm_worker.py SOCKET`` is that process; it ends when its standard input is closed. What the plugin starts
instead of the engine is this file, too (``RSDL_WARM`` is the socket): it hands over its environment and its three
streams, and ends as the fork does, or with it.
"""

import json
import os
import runpy
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

HEAD = struct.Struct("!Q")
ROOT = Path(__file__).parents[2]
WITH_TORCH = ("train", "distil", "pretrain", "train_classifier", "import_model", "export_model")


def ask(place):
    """Have a job run; never returns."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        said = json.dumps([dict(os.environ), os.getcwd()]).encode()
        socket.send_fds(server, [HEAD.pack(len(said))], [0, 1, 2])
        server.sendall(said)
        for stream in (0, 1):  # the fork has them: their ends are its own
            os.close(stream)
        answer = server.recv(HEAD.size)
    status = struct.unpack("!q", answer)[0] if answer else 1
    if status < 0:
        os.kill(os.getpid(), -status)
    sys.exit(status)


def serve(place):
    """Fork for each job that is asked for; returns in a fork that is to run one, and at the end."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place)
        server.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([server, sys.stdin], [], [])[0]:
            connection, _ = server.accept()
            if not os.fork():
                return keep(connection)
            connection.close()
            with suppress(ChildProcessError):  # even this one may have ended
                while os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG):
                    pass
    return False


def keep(connection):
    """Fork once more, for the job, and tell how that ended; returns True in the fork."""
    head, streams, *_ = socket.recv_fds(connection, HEAD.size, 3)
    with connection.makefile("rb") as file:
        environment, folder = json.loads(file.read(HEAD.unpack(head)[0]))
    job = os.fork()
    if not job:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        connection.close()
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        return True
    for stream in streams:
        os.close(stream)
    ended = os.pidfd_open(job)
    if ended not in select.select([ended, connection], [], [])[0]:
        os.kill(job, signal.SIGKILL)  # as who asked for it was killed
    status = os.waitstatus_to_exitcode(os.waitpid(job, 0)[1])
    with suppress(BrokenPipeError):
        connection.sendall(struct.pack("!q", status))
    os._exit(0)


def load():
    """Load the modules of all operations but those that learn or convert, whose torch a worker of a map has not."""
    from rsdl_qgis.engine.jobs import PLACES

    for operation, place in PLACES.items():
        if operation not in WITH_TORCH:
            import_module(f"rsdl_qgis.engine.{place.partition(':')[0]}")
    assert "torch" not in sys.modules


if __name__ == "__main__":
    if "RSDL_WARM" in os.environ:
        ask(os.environ["RSDL_WARM"])
    sys.path.append(str(ROOT))
    load()
    if serve(sys.argv.pop()):
        runpy.run_module("rsdl_qgis.engine", run_name="__main__", alter_sys=True)
