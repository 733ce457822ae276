"""A server of pictures made by Pillow, over real HTTP on this machine."""

from __future__ import annotations

from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Thread
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(format_: str = "PNG", size: tuple[int, int] = (20, 30)) -> bytes:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, size[0], size[1]))
    out = BytesIO()
    image.save(out, format_)
    return out.getvalue()


class Images(ThreadingHTTPServer):
    """Serves ``pages`` and counts what was asked; ``/drip.png`` never ends until ``ended`` is set."""

    daemon_threads = True

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.ended = Event()
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Images

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/drip.png":
            self.send_response(200)
            self.end_headers()
            while not self.server.ended.wait(0.02):
                try:
                    self.wfile.write(b"\x89")
                except OSError:
                    return
            return
        content = self.server.pages.get(self.path)
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        pass


@contextmanager
def serving() -> Iterator[Images]:
    """Serve on a port of its own."""
    server = Images()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()
