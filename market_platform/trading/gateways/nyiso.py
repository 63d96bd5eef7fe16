"""NYISO MIS upload: header lines of key and value, then rows of comma-separated values, hour beginning.

Source: LOAD_BID as used by kurknielsen/epm-ro-solutions and described by api-evangelist/nyiso (S, facts only). No
public text shows the rows of a generator, a virtual bid or a withdrawal: their layouts in ``tables/nyiso_layouts.csv``
are this project's own and marked U.
The password goes into the body only when the message is sealed.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from market_platform.errors import PayloadError, RuleBroken, UnreadablePayload
from market_platform.markets.market import MARKETS
from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.tables import product_of, weakest
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.gateway import Answer, Message
from market_platform.trading.gateways.xml_text import number

LAYOUTS = Path(__file__).parent / "tables" / "nyiso_layouts.csv"
PATH = "upload"
SECRET = "%%PASSWORD%%"  # noqa: S105
STATE_OF = {"SUBMITTED": "submitted", "VALIDATION PASSED": "accepted", "REJECTED": "rejected", "CANCELLED": "cancelled"}
HEADER_LINES = 3
ANSWER_COLUMNS = 4  # bid id, scheduled MW, status, message: added to each row by the answer


class NyisoGateway:
    """Uploads of one NYISO organisation."""

    iso = "nyiso"
    withdraws_whole_offers = False

    def __init__(self, organisation: str, user_id: str) -> None:
        self.organisation = organisation
        self.user_id = user_id

    def submission(self, bids: Sequence[Bid], at: datetime) -> list[Message]:  # noqa: ARG002
        """Return one upload for each kind of bid."""
        return self._messages("submission", bids, withdraw=False)

    def cancellation(self, bids: Sequence[Bid], references: Mapping[str, str], at: datetime) -> list[Message]:  # noqa: ARG002
        """Return uploads of the same hours with nothing in them: no public text shows a withdrawal, so U."""
        return self._messages("cancellation", bids, withdraw=True)

    def sealed(self, message: Message, credentials: Credentials) -> bytes:
        """Return the upload with its password."""
        credentials.demand("password")
        return message.body.replace(SECRET.encode(), credentials.password.encode())

    def read_answers(self, message: Message, reply: bytes) -> list[Answer]:
        """Return the status of each row: the answer repeats the rows and adds bid id, MW, status and message."""
        rows = _answer_rows(reply)
        answers = []
        wires = list(message.offers.items())
        if len(rows) != len(wires):
            msg = f"NYISO answers {len(rows)} rows to {len(wires)}"
            raise UnreadablePayload(msg)
        for row, (_, bid_ids) in zip(rows, wires, strict=True):
            reference, _, word, reason = row[-ANSWER_COLUMNS:]
            if word not in STATE_OF:
                msg = f"NYISO gives a row the status {word!r}, which is not known here"
                raise UnreadablePayload(msg)
            answers += [Answer(bid_id, STATE_OF[word], word, reference, reason) for bid_id in bid_ids]
        return answers

    def read_awards(self, reply: bytes, bids: Sequence[Bid]) -> list[Award]:
        """Return the awards of an answer after the market: rows of PTID, product, UTC start, MW and price."""
        index = {(bid.location, bid.product, bid.start): bid for bid in bids}
        awards = []
        for ptid, product, start, mw, price in _answer_rows(reply):
            begin = datetime.fromisoformat(start)
            bid = index.get((ptid, product, begin))
            if bid is None:
                msg = f"NYISO's award of {product} for {ptid} at {start} fits no bid of ours"
                raise PayloadError(msg)
            awards.append(Award(bid.bid_id, begin, bid.end, Decimal(mw), Decimal(price)))
        return awards

    def _messages(self, kind: str, bids: Sequence[Bid], *, withdraw: bool) -> list[Message]:
        others = sorted({bid.participant for bid in bids} - {self.organisation})
        if others:
            msg = f"bids of {', '.join(others)} cannot go out under {self.organisation}: one gateway, one organisation"
            raise RuleBroken(msg)
        groups: dict[str, list[Bid]] = defaultdict(list)
        for bid in sorted(bids, key=lambda bid: (bid.location, bid.product, bid.start)):
            traded = product_of("nyiso", bid.product, bid.market_day)
            if traded is None:
                msg = f"bid {bid.bid_id}: {bid.product} is no product of NYISO on {bid.market_day}"
                raise RuleBroken(msg)
            groups[layout_of(traded.wire_name)].append(bid)
        return [self._message(kind, name, group, withdraw=withdraw) for name, group in groups.items()]

    def _message(self, kind: str, name: str, bids: list[Bid], *, withdraw: bool) -> Message:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        for bid in bids:
            writer.writerow([_cell(column, bid, withdraw=withdraw) for column, _ in layouts()[name]])
        header = "&\r\n".join(
            (f"BID_TYPE={name}", f"USERID={self.user_id}", f"PASSWORD={SECRET}", f"DATA_ROWS={len(bids)}")
        )
        statuses = [status for _, status in layouts()[name]] + (["U"] if withdraw else [])
        # Whether the second run of the repeated hour is told by order alone is not in any public text.
        statuses += ["U" for bid in bids if bid.start.astimezone(MARKETS["nyiso"].zone).fold]
        body = f"{header}&\r\n{out.getvalue()}".encode()
        offers = {bid.bid_id: (bid.bid_id,) for bid in bids}
        return Message("nyiso", kind, PATH, body, "text/plain; charset=utf-8", weakest(statuses), offers)


@cache
def layouts() -> dict[str, list[tuple[str, str]]]:
    """Return, for each kind of upload, its columns in order, each with its status."""
    result: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with LAYOUTS.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            result[row["bid_type"]].append((row["column"], row["status"]))
    return dict(result)


def layout_of(wire_name: str) -> str:
    """Return the kind of upload that carries a product: capacity goes with the generator's bid."""
    return wire_name if wire_name in layouts() else "GEN_BID"


def _cell(column: str, bid: Bid, *, withdraw: bool) -> str:
    name, _, place = column.partition(":")
    if name in ("point_mw", "point_usd"):
        n = int(place) - 1
        if withdraw or n >= len(bid.points):
            return ""
        return number(bid.points[n][0 if name == "point_mw" else 1])
    local = bid.start.astimezone(MARKETS["nyiso"].zone)
    soc = bid.soc
    cells = {
        "ptid": bid.location,
        "time": f"{local:%m/%d/%Y %H:%M}",
        "market": bid.market.upper(),
        "product": bid.product,
        "forecast_mw": "",
        "fixed_mw": "0" if withdraw else "" if bid.self_schedule_mw is None else number(bid.self_schedule_mw),
        "interruptible_type": "",
        "interruptible_cost": "",
        "min_energy_mwh": "" if soc is None else number(soc.min_soc_mwh),
        "max_energy_mwh": "" if soc is None else number(soc.max_soc_mwh),
        "begin_energy_mwh": "" if soc is None or soc.start_soc_mwh is None else number(soc.start_soc_mwh),
    }
    return cells[name]


def _answer_rows(reply: bytes) -> list[list[str]]:
    try:
        lines = reply.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        msg = "NYISO's answer is not text"
        raise UnreadablePayload(msg) from error
    if len(lines) < HEADER_LINES or not lines[0].startswith("TIME_STAMP="):
        msg = f"NYISO's answer begins with {lines[:1]}, three header lines are due"
        raise UnreadablePayload(msg)
    return [row for row in csv.reader(lines[HEADER_LINES:]) if row]
