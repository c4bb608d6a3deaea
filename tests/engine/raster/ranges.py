"""Serves a folder on the net of this computer: prints its port, then how many bytes each answer had."""

from __future__ import annotations

import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Ranges(BaseHTTPRequestHandler):
    """Serves the files of a folder, and parts of them."""

    def do_HEAD(self):
        self._answer(False)

    def do_GET(self):
        self._answer(True)

    def _answer(self, with_body):
        path = self.server.folder / self.path.lstrip("/")
        if not path.is_file():
            self.send_error(404)
            return
        data, given = path.read_bytes(), self.headers.get("Range")
        start, end = 0, len(data) - 1
        if given:
            first, _, last = given.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or end), end)
        part = data[start : end + 1]
        self.send_response(206 if given else 200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(part)))
        if given:
            self.send_header("Content-Range", f"bytes {start}-{end}/{len(data)}")
        self.end_headers()
        if with_body:
            with suppress(ConnectionError):  # who has read enough goes
                self.wfile.write(part)
            print(len(part), flush=True)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Ranges) as server:
        server.folder = Path(sys.argv[1])
        print(server.server_port, flush=True)
        server.serve_forever()
