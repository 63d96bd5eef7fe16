"""Rules from the reference rows, and a book on both databases."""

import pandas as pd
import pytest

from market_platform.certificates.compliance.programmes import programmes_from
from market_platform.certificates.ledger.book import CertificateBook
from market_platform.certificates.reference import Reference, reference_from
from market_platform.certificates.registries.registry import registries_from
from market_platform_tests.certificates.certificate_world import REFERENCE, World


@pytest.fixture(scope="session")
def registry_rules() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "registry_rules.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="session")
def programme_rules() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "rps_rules.csv", dtype=str, keep_default_na=False)


@pytest.fixture
def book(ledger, registry_rules, programme_rules) -> CertificateBook:
    return CertificateBook(ledger, registries_from(registry_rules), programmes_from(programme_rules))


@pytest.fixture
def world(book) -> World:
    return World(book)


@pytest.fixture(scope="session")
def reference_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in REFERENCE.glob("*.csv")}


@pytest.fixture(scope="session")
def reference(reference_files) -> Reference:
    return reference_from(reference_files)
