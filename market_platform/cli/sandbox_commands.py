"""Commands about the sandbox."""

from typing import Annotated

import typer

from market_platform.cli.console import say
from market_platform.platform import wall_clock
from market_platform.sandbox.server import make_server
from market_platform.sandbox.transport import RESPONDERS, SandboxTransport
from market_platform.settings import Settings

app = typer.Typer(help="The simulated publishers.", no_args_is_help=True)


@app.callback()
def sandbox() -> None:
    """Run the simulated publishers."""


@app.command("serve")
def serve(*, port: Annotated[int, typer.Option(help="Port on this machine")] = 8099) -> None:
    """Serve the simulated publishers over HTTP on loopback; Ctrl-C ends it."""
    server = make_server(SandboxTransport(Settings().sandbox_seed, wall_clock), port)
    say(f"Simulated publishers on http://127.0.0.1:{server.server_address[1]}/<host>/<path>")
    for host in RESPONDERS:
        say(f"  {host}")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.shutdown()
