"""The brief as one page: parts and tiles put into the template, with nothing to fetch."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from market_platform.reporting.brief.data import Frames
from market_platform.reporting.brief.figures import Part, Tile
from market_platform.reporting.brief.parts import PARTS
from market_platform.reporting.brief.svg import draw, spark_line
from market_platform.reporting.brief.tiles import tiles
from market_platform.reporting.brief.words import day_text, moment_text

TEMPLATE = Path(__file__).with_name("brief.html")


@dataclass(frozen=True)
class Brief:
    """The brief of a market day, before it is drawn."""

    day: date
    made_at: datetime
    simulated: bool
    tiles: list[Tile]
    parts: list[Part]


def compose(frames: Frames, day: date, made_at: datetime, *, simulated: bool) -> Brief:
    """Return the brief of a day from its frames (`data.gather`, and ``health``: a row a feed)."""
    return Brief(day, made_at, simulated, tiles(frames, day), [part(frames, day) for part in PARTS])


def html(brief: Brief) -> str:
    """Return the page: self-contained, for light and dark, phone and print."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["draw"] = lambda figure: Markup(draw(figure))  # noqa: S704 - the drawing escapes every name itself
    environment.filters["spark"] = lambda values: Markup(spark_line(values))  # noqa: S704
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        brief=brief,
        present=[part for part in brief.parts if not part.missing],
        absent=[part for part in brief.parts if part.missing],
        day=day_text(brief.day),
        made=moment_text(brief.made_at),
    )
