"""A mail server of a few lines on loopback, for tests: it takes letters and keeps them."""

import socketserver
import threading
from contextlib import contextmanager


@contextmanager
def running_smtp():
    """Give its port and the list of letters taken."""
    inbox: list[dict] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            say = lambda text: self.wfile.write(text.encode() + b"\r\n")  # noqa: E731
            say("220 test")
            letter: dict = {"to": [], "text": ""}
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("RCPT"):
                    letter["to"].append(line.split("<")[1].split(">")[0])
                if word == "DATA":
                    say("354 go on")
                    lines = []
                    while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        lines.append(text)
                    inbox.append({**letter, "text": "\n".join(lines)})
                say("221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], inbox
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
