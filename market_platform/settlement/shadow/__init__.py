"""The shadow statement: what the ISO should bill, from awards, dispatch, meter data and prices."""
