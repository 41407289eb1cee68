"""A small server that speaks chat completions, and breaks off, hangs or talks nonsense where a test wants it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What is sent back: a body with a status; ``half`` of it, or nothing for ``silent`` seconds before."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    half: bool = False
    silent: float = 0.0


def says(text: str, *, finish: str = "stop", tokens: int | None = 10) -> Reply:
    """A whole answer."""
    message = {"role": "assistant", "content": text}
    row: dict[str, Any] = {
        "id": "x",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if tokens is not None:
        row["usage"] = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    return Reply(json.dumps(row).encode())


def fails(status: int, message: str = "no", **headers: str) -> Reply:
    """A refusal."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps({"error": {"message": message}}).encode(), status, named)


@dataclass
class ChatServer:
    """Where it listens, and what it was asked, as bodies in the order in which they came."""

    url: str
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def users(self) -> list[str]:
        """The words of each question."""
        return [body["messages"][-1]["content"] for body in self.asked]


@contextmanager
def chat_server(answer: Callable[[int, dict[str, Any]], Reply]) -> Iterator[ChatServer]:
    """A server that answers with what a function of the request's number and body says."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                number = len(known.asked)
                known.asked.append(body)
                known.keys.append(self.headers.get("Authorization", ""))
            assert self.path == "/v1/chat/completions"
            reply = answer(number, body)
            try:
                time.sleep(reply.silent)
                self.send_response(reply.status)
                for name, value in {"Content-Type": "application/json", **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body[: len(reply.body) // 2] if reply.half else reply.body)
            except OSError:
                pass  # whoever asked has gone
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    known = ChatServer(f"http://127.0.0.1:{server.server_port}/v1")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield known
    finally:
        server.shutdown()
        server.server_close()
