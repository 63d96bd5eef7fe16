"""The certificate ledger: serial ranges, double entry, append-only, hash-chained.

``CertificateBook`` in ``book.py`` is the way in; every operation is a small dataclass. The database itself keeps the
promises (``triggers_sqlite.py``, ``triggers_postgres.py``); Python explains a refusal before the database has to.
"""
