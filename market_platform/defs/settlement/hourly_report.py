"""An hourly report of PJM looked at alone: its hours beside what we expect, before the bill is there."""

from market_platform.defs.settlement.office import known_accounts
from market_platform.errors import RuleBroken
from market_platform.platform import Platform
from market_platform.settlement.inputs.from_lake import inputs_from_lake
from market_platform.settlement.reconciliation.reconcile import Reconciliation, reconcile
from market_platform.settlement.shadow.engine import settle
from market_platform.settlement.shadow.resettlement import superseded_lines
from market_platform.settlement.statements.pjm_hours import layouts_of, read_hours


def compared_hours(platform: Platform, data: bytes, *, account: str | None = None) -> Reconciliation:
    """Compare the report's hours with the shadow settlement of its charges and days.

    Raises StatementRefused for a file that is no hourly report, RuleBroken where the account is not ours or not clear.
    """
    accounts = sorted(known_accounts(platform, "pjm"))
    mine = account or (accounts[0] if len(accounts) == 1 else None)
    if mine not in accounts:
        msg = (
            f"the report names no account: say which it is, one of {', '.join(accounts) or 'none (settle a day first)'}"
        )
        raise RuleBroken(msg)
    lines = read_hours(data, account=mine)
    if lines.empty:
        raise RuleBroken("the report bills no hour")
    first, last = min(lines["market_day"]), max(lines["market_day"])
    inputs = inputs_from_lake(platform.lake, "pjm", first, last, account=mine)
    codes = {layout.charge_code for layout in layouts_of(data)}
    expected, old = (
        frame[frame["charge_code"].isin(codes)] for frame in (settle("pjm", inputs), superseded_lines("pjm", inputs))
    )
    return reconcile(expected, lines, old)
