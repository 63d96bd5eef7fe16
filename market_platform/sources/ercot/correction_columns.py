"""Columns of ERCOT's price corrections: the original and the corrected value side by side, named as in ``columns``."""

from market_platform.sources.ercot.columns import DAY, FLAG, HOUR, INTERVAL, RUN
from market_platform.sources.tabular import label, number, passed

CORRECTED_AT = label("corrected_at", "pricecorrectiontime")
HOURLY_CORRECTION = (DAY, HOUR)
DAM_SPP_CORRECTIONS = (
    *HOURLY_CORRECTION, label("location", "settlementpoint", "settlementpointname"), number("original", "spporiginal"),
    number("corrected", "sppcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
DAM_BUS_CORRECTIONS = (
    *HOURLY_CORRECTION, label("location", "electricalbus", "electricbusname", "busname"), number("original", "lmporiginal"),
    number("corrected", "lmpcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
DAM_MCPC_CORRECTIONS = (
    *HOURLY_CORRECTION, label("service", "astype"), number("original", "mcpcoriginal"), number("corrected", "mcpccorrected"),
    CORRECTED_AT, FLAG,
)  # fmt: skip
RTM_SPP_CORRECTIONS = (
    DAY, HOUR, INTERVAL, label("location", "settlementpointname", "settlementpoint"), label("type", "settlementpointtype"),
    number("original", "spporiginal"), number("corrected", "sppcorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
SCED_LMP_CORRECTIONS = (
    RUN, FLAG, label("location", "settlementpoint", "settlementpointname"), number("original", "lmporiginal"),
    number("corrected", "lmpcorrected"), CORRECTED_AT,
)  # fmt: skip
SCED_BUS_CORRECTIONS = (
    RUN, FLAG, label("location", "electricbusname", "electricalbus"), number("original", "lmporiginal", "cappedlmporiginal"),
    number("corrected", "lmpcorrected", "cappedlmpcorrected"), passed("uncappedlmporiginal"), passed("uncappedlmpcorrected"),
    CORRECTED_AT,
)  # fmt: skip
SCED_MCPC_CORRECTIONS = (
    RUN, FLAG, label("service", "astype"), number("original", "mcpcoriginal", "cappedmcpcoriginal"),
    number("corrected", "mcpccorrected", "cappedmcpccorrected"), passed("uncappedmcpcoriginal"),
    passed("uncappedmcpccorrected"), CORRECTED_AT,
)  # fmt: skip
RTM_MCPC_CORRECTIONS = (
    DAY, HOUR, INTERVAL, label("service", "astype"), number("original", "mcpcoriginal"), number("corrected", "mcpccorrected"),
    CORRECTED_AT, FLAG,
)  # fmt: skip
SCED_SHADOW_CORRECTIONS = (
    RUN, FLAG, passed("constrid"), passed("constraintid"), label("location", "constrname", "constraintname"),
    label("contingency", "contingencyname"), number("original", "shadowpriceorig", "shadowpriceoriginal"),
    number("corrected", "shadowpricecorrected"), passed("limitorig"), passed("limitoriginal"), passed("limitcorrected"),
    passed("valueoriginal"), passed("valuecorrected"), CORRECTED_AT,
)  # fmt: skip
SOG_CORRECTIONS = (
    DAY, HOUR, INTERVAL, label("resource_type", "resourcetype"), passed("resourcename"), label("location", "metername"),
    number("original", "priceoriginal"), number("corrected", "pricecorrected"), CORRECTED_AT, FLAG,
)  # fmt: skip
