"""An ERCOT statement read together with its extract tables, so that a wrong price can be told from a wrong quantity."""

import csv
from dataclasses import replace
from functools import cache
from importlib import resources

from market_platform.settlement.refusals import MalformedStatement, StatementRefused, fingerprint
from market_platform.settlement.statements.delimited import csv_records
from market_platform.settlement.statements.ercot_extract import read_extract, with_determinants
from market_platform.settlement.statements.ercot_xml import read_statement
from market_platform.settlement.statements.recognise import open_bundle
from market_platform.settlement.statements.statement import Statement


@cache
def _published() -> dict[str, tuple[str, str]]:
    text = resources.files(__package__).joinpath("ercot_determinants.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["charge_code"]: (row["quantity_determinant"], row["price_determinant"]) for row in rows}


def read_bundle(data: bytes) -> Statement:
    """Read a ZIP with statement and extract; the result carries the ZIP's hash.

    Determinants of a charge are those of ``ercot_determinants.csv``, else ``Q`` and ``P`` before its code, as the
    simulated exchange writes them. Raises StatementRefused as the parts' own readers do.
    """
    sha256 = fingerprint(data)
    bundle = open_bundle(data)
    try:
        statement = read_statement(bundle.statement)
        names = {row["UIDBILLDETERMINANT"]: row["BILLDETERMINANT"] for row in csv_records(bundle.determinants, sha256)}
        extract = read_extract(bundle.headers, bundle.intervals, names, {})
    except StatementRefused as refusal:
        refusal.sha256 = sha256
        raise
    except (KeyError, ValueError) as error:
        msg = f"the extract tables lack a column or a determinant: {error}"
        raise MalformedStatement(msg, sha256) from error
    held = set(names.values())
    determinants = {}
    for code in set(statement.lines["charge_code"]):
        published = _published().get(code, ("", ""))
        determinants[code] = published if published[0] in held else (f"Q{code}", f"P{code}")
    lines = with_determinants(statement.lines, extract, determinants)
    return replace(statement, lines=lines, sha256=sha256)
