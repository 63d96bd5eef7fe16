"""Namespaces and limits of the External Web Services.

Source: ErcotTransactions.xsd, ErcotAwards.xsd, Message.xsd, Notification.xsd of ercot/api-specs 8bc5467e (2026-07-02).
"""

EWS = "http://www.ercot.com/schema/2007-06/nodal/ews"
MESSAGE = "http://www.ercot.com/schema/2007-06/nodal/ews/message"
NOTIFICATION = "http://www.ercot.com/schema/2007-06/nodal/notification"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
# Web Services Security 1.0, OASIS standard 200401.
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
UTILITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"

NAMESPACES = {"e": EWS, "m": MESSAGE, "n": NOTIFICATION, "s": SOAP, "wsse": SECURITY, "wsu": UTILITY}

# Payloads above 1 MB have to be compressed and above 3 MB are refused (guide, as cited by wattness): stay below both.
LARGEST_PAYLOAD_BYTES = 900_000
