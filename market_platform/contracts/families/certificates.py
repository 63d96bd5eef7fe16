"""Certificates, what they are owed for, and ESG: computed tables that the certificate assets lay in."""

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import price

REGISTRY = column(Kind.TEXT, "Registry: mrets, nar, wregis, nepool_gis, pjm_gats, ercot, nygats, california")
FUEL = column(Kind.TEXT, "Fuel as the registry names it")
ELIGIBILITY = column(Kind.TEXT, "Tiers that it is certified for, as DC:Solar;DC:Tier I; empty for none")
VINTAGE = column(Kind.DAY, "First day of the vintage month: the month of the last day of generation")
STATE = column(Kind.TEXT, "State of the programme")
TIER = column(Kind.TEXT, "Tier or carve-out of the programme")
PERIOD = column(Kind.TEXT, "Compliance period as the programme labels it: 2025, EY2026, RY2026 ...")
SUPPLIER = column(Kind.TEXT, "Supplier that owes it")
LOAD_BASIS = column(
    Kind.TEXT, "Where the load comes from: given, simulated, or how much of the period it was estimated from"
)
SIMULATED = column(Kind.FLAG, "Whether the sandbox made it up")

REGISTRY_HOLDINGS = Contract(
    name="registry_holdings",
    description="What the registries list, one row a serial range; the market day is the vintage month's first day.",
    key=("registry", "organization", "account", "serial_base", "serial_start"),
    columns={
        "registry": REGISTRY,
        "organization": column(Kind.TEXT, "Account holder"),
        "account": column(Kind.TEXT, "Name of the account"),
        "generator": column(Kind.TEXT, "Generator as the registry numbers it"),
        "fuel": FUEL,
        "location": column(Kind.TEXT, "State or province of the generator"),
        "vintage": VINTAGE,
        "generation_start": column(Kind.DAY, "First day of generation", blank=True),
        "generation_end": column(Kind.DAY, "Last day of generation", blank=True),
        "eligibility": ELIGIBILITY,
        "serial_base": column(Kind.TEXT, "What the serial numbers follow; empty where the registry numbers without"),
        "serial_start": column(Kind.WHOLE, "First serial number"),
        "serial_end": column(Kind.WHOLE, "Last serial number"),
        "quantity": column(Kind.WHOLE, "Certificates, one MWh each"),
        "status": column(Kind.TEXT, "Status as the registry names it; empty where it names none"),
        "simulated": SIMULATED,
    },
)

CERTIFICATE_POSTINGS = Contract(
    name="certificate_postings",
    description="The certificate journal: who moved which serials when; each row is sealed by the hash of the one before.",
    key=("posting_id",),
    columns={
        "posting_id": column(Kind.WHOLE, "Number of the posting"),
        "transaction_id": column(Kind.WHOLE, "Transaction that it belongs to"),
        "kind": column(Kind.TEXT, "issuance, market_transfer, retirement, bank, export ..."),
        "actor": column(Kind.TEXT, "Who did it"),
        "registry": REGISTRY,
        "serial_base": column(Kind.TEXT, "What the serial numbers follow"),
        "serial_start": column(Kind.WHOLE, "First serial number"),
        "serial_end": column(Kind.WHOLE, "Last serial number"),
        "quantity": column(Kind.WHOLE, "Certificates, one MWh each"),
        "fuel": FUEL,
        "location": column(Kind.TEXT, "State or province of the generator"),
        "vintage": VINTAGE,
        "from_organization": column(Kind.TEXT, "Who gave them; the registry itself where they were issued"),
        "from_kind": column(Kind.TEXT, "Kind of account that they left"),
        "to_organization": column(Kind.TEXT, "Who got them"),
        "to_kind": column(Kind.TEXT, "Kind of account that they went to"),
        "price_usd": price("Price or cost of one, where there was one"),
        "reason": column(Kind.TEXT, "Reason of a retirement", blank=True),
        "beneficiary": column(Kind.TEXT, "For whom it was retired", blank=True),
        "programme_state": column(Kind.TEXT, "State that it was retired for", blank=True),
        "programme_tier": column(Kind.TEXT, "Tier that it was retired for", blank=True),
        "programme_period": column(Kind.TEXT, "Period that it was retired for", blank=True),
        "source": column(Kind.TEXT, "Where the instruction came from"),
        "hash": column(Kind.TEXT, "SHA-256 over this posting and the hash before it"),
    },
)

CERTIFICATE_POSITIONS = Contract(
    name="certificate_positions",
    description="Certificates held at the end of a day by account and class, their cost, value and last usable day.",
    key=("account_id", "class_id", "market_day"),
    columns={
        "owner": column(Kind.TEXT, "Account holder"),
        "registry": REGISTRY,
        "account_id": column(Kind.WHOLE, "Account in the ledger"),
        "account_kind": column(Kind.TEXT, "active, banked, compliance, pending, retirement, exported ..."),
        "class_id": column(Kind.WHOLE, "Certificates that differ in nothing but their serials share a class"),
        "fuel": FUEL,
        "location": column(Kind.TEXT, "State or province of the generator"),
        "vintage": VINTAGE,
        "eligibility": ELIGIBILITY,
        "quantity": column(Kind.WHOLE, "Certificates, one MWh each"),
        "costed_quantity": column(Kind.WHOLE, "Certificates whose cost is known"),
        "cost_usd": column(Kind.NUMBER, "What they cost, where known"),
        "expires_on": column(Kind.DAY, "Last day on which registry and any programme still take it", blank=True),
        "mark_usd": price("Market price of one"),
        "value_usd": price("Value at the market price"),
        "unrealised_usd": price("Value less cost, of those whose cost is known"),
        "simulated": SIMULATED,
    },
)

COMPLIANCE_OBLIGATIONS = Contract(
    name="compliance_obligations",
    description="Certificates that a supplier's load obliges it to retire, by state, tier and period.",
    key=("supplier", "state", "tier", "period"),
    columns={
        "supplier": SUPPLIER,
        "state": STATE,
        "tier": TIER,
        "within": column(Kind.TEXT, "Tier that holds this carve-out, empty otherwise"),
        "period": PERIOD,
        "load_mwh": column(Kind.NUMBER, "Load of the period"),
        "exempt_mwh": column(Kind.NUMBER, "Load that owes nothing"),
        "load_basis": LOAD_BASIS,
        "percent": column(
            Kind.NUMBER, "Percent of load due; blank where a rate on load is charged instead", blank=True
        ),
        "tier_total": column(Kind.WHOLE, "Certificates of the tier, carve-outs included"),
        "certificates_due": column(Kind.WHOLE, "Certificates of the tier without its carve-outs"),
        "bank_cap": column(Kind.WHOLE, "Most that earlier vintages may cover, blank without a cap", blank=True),
        "payment_usd_per_certificate": price("Alternative payment; blank where no figure is held"),
        "most_payment_usd": price("Payment if nothing were retired, or the charge on load"),
        "source": column(Kind.TEXT, "Where the percentage stands"),
        "status": column(Kind.TEXT, "verified, secondary or own"),
        "simulated": SIMULATED,
    },
)

COMPLIANCE_STANDING = Contract(
    name="compliance_standing",
    description="What is retired for each requirement, what the least-cost plan adds, and what would remain to be paid.",
    key=("supplier", "state", "tier", "period"),
    columns={
        "supplier": SUPPLIER,
        "state": STATE,
        "tier": TIER,
        "period": PERIOD,
        "certificates_due": column(Kind.WHOLE, "Certificates due"),
        "retired": column(Kind.WHOLE, "Retired for it"),
        "of_earlier_vintages": column(Kind.WHOLE, "Of these, generated before the period"),
        "shortfall": column(Kind.WHOLE, "Certificates missing now"),
        "payment_usd": price("Payment for them; blank where no figure is held"),
        "planned": column(Kind.WHOLE, "Certificates that the least-cost plan would retire"),
        "shortfall_after_plan": column(Kind.WHOLE, "Certificates missing after it"),
        "payment_after_plan_usd": price("Payment for these; blank where no figure is held"),
        "load_basis": LOAD_BASIS,
        "simulated": SIMULATED,
    },
)

COMPLIANCE_DEADLINES = Contract(
    name="compliance_deadlines",
    description="Dated duties of the state programmes: retire, file, report, pay.",
    key=("state", "period", "item"),
    columns={
        "state": STATE,
        "period": PERIOD,
        "item": column(Kind.TEXT, "Rule: retire_by, file_by, pay_from, pay_by, generation_reporting"),
        "duty": column(Kind.TEXT, "What is due"),
        "due": column(Kind.DAY, "Day"),
    },
)

ESG_METRICS = Contract(
    name="esg_metrics",
    description="Emissions and ESG figures of a reporting year, each with its method and source; what is not supplied is absent.",
    key=("subject", "metric", "market_day"),
    columns={
        "subject": column(Kind.TEXT, "Organization, site, project or area that the figure is about"),
        "metric": column(Kind.TEXT, "location_based_metric_tons, hourly_match_percent, overall_score ..."),
        "value": column(Kind.NUMBER, "The figure"),
        "unit": column(Kind.TEXT, "Its unit"),
        "method": column(Kind.TEXT, "How it was worked out"),
        "source": column(Kind.TEXT, "Where its factors or inputs come from"),
        "simulated": SIMULATED,
    },
)
