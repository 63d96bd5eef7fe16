"""Concurrent writers, run as a process of their own: ``certificate_writer.py URL FIRST_SEED WRITERS STEPS``.

Each writer has its own connection; it transfers pieces between four parties, settles offers and retires, at random,
until its steps are done or the process is killed.
"""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import sqlalchemy as sa

from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.ledger.changing_hands import Settle, Transfer
from market_platform.certificates.ledger.leaving import Retire
from market_platform.certificates.ledger.parties import Actor, Lot
from market_platform.certificates.refusals import Refused
from market_platform.store.ledger import Ledger

AT = datetime(2026, 3, 2, tzinfo=UTC)
BATCH = 12


def write(url: str, seed: int, steps: int) -> None:
    book, dice = CertificateBook(Ledger(url)), random.Random(seed)
    with book.ledger.read() as connection:
        parties = dict(
            connection.execute(
                sa.text("SELECT organization, account_id FROM certificate_accounts WHERE kind = 'active'")
            ).all()
        )
    for _ in range(steps):
        giver, taker = dice.sample(sorted(parties), 2)
        actor = Actor(f"writer {seed}", giver, "administrator")
        operations = []
        for batch_id, first, last in _held(book, parties[giver], dice):
            start = dice.randint(first, last)
            lot = Lot(batch_id, start, min(100, start + dice.randint(0, 40)))
            if dice.random() < 0.8:
                operations.append(Transfer((lot,), parties[giver], parties[taker]))
            else:
                operations.append(Retire((lot,), parties[giver], "RPS", giver))
        _post_what_holds(book, operations, actor, dice)


def _held(book, account_id, dice):
    """Pieces that the giver holds now; another writer may be faster, and some lots reach past what is held."""
    with book.ledger.read() as connection:
        held = connection.execute(
            sa.text("SELECT batch_id, serial_start, serial_end FROM certificate_holdings WHERE account_id = :account"),
            {"account": account_id},
        ).all()
    return dice.sample(held, min(BATCH, len(held)))


def _post_what_holds(book, operations, actor, dice):
    """Post together; on a refusal one by one, as an impatient trader would."""
    try:
        ids = book.post(operations, actor, AT, "writer")
    except Refused:
        ids = []
        for operation in operations:
            try:
                ids += book.post([operation], actor, AT, "writer")
            except Refused:
                continue
    for number in ids:
        try:
            book.post([Settle(number, dice.choice(("accepted", "accepted", "withdrawn")))], actor, AT, "writer")
        except Refused:
            continue


if __name__ == "__main__":
    url, seed, writers, steps = sys.argv[1], *map(int, sys.argv[2:])
    with ThreadPoolExecutor(writers) as pool:
        for done in [pool.submit(write, url, number, steps) for number in range(seed, seed + writers)]:
            done.result()
