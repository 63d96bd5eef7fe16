"""ERCOT's official schemas, read from a folder that the caller names: they are ERCOT's and not in this repository."""

from pathlib import Path

from lxml import etree

from market_platform.errors import RuleBroken, SettingsError
from market_platform.trading.gateways.ercot.names import EWS, MESSAGE, NOTIFICATION

# Root element, without its namespace, to the file that declares it.
DECLARED_IN = {
    "BidSet": "ErcotTransactions.xsd",
    "ResParametersSet": "ErcotTransactions.xsd",
    "AwardSet": "ErcotAwards.xsd",
    "RequestMessage": "Message.xsd",
    "ResponseMessage": "Message.xsd",
    "Notify": "Notification.xsd",
    "Acknowledge": "Notification.xsd",
}
NAMESPACE_OF = {
    "ErcotTransactions.xsd": EWS,
    "ErcotAwards.xsd": EWS,
    "Message.xsd": MESSAGE,
    "Notification.xsd": NOTIFICATION,
}


class ErcotSchemas:
    """The schemas of one folder, compiled on first use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._compiled: dict[str, etree.XMLSchema] = {}

    def demand(self, element: etree._Element) -> None:
        """Raise RuleBroken that says where and why an element breaks its official schema."""
        name = etree.QName(element)
        file_name = DECLARED_IN.get(name.localname)
        if file_name is None:
            msg = f"{name.localname} is no message of the External Web Services"
            raise RuleBroken(msg)
        expected = NAMESPACE_OF[file_name]
        if name.namespace != expected:
            msg = (
                f"{name.localname} stands in namespace {name.namespace or 'none'} and has to stand in {expected}: "
                f"{file_name} does not know it as it is"
            )
            raise RuleBroken(msg)
        schema = self._schema(file_name)
        if not schema.validate(element):
            faults = "; ".join(f"line {fault.line}: {fault.message}" for fault in list(schema.error_log)[:5])
            msg = f"{name.localname} breaks {file_name}: {faults}"
            raise RuleBroken(msg)

    def demand_message(self, root: etree._Element) -> None:
        """Raise RuleBroken where a message, in its envelope or bare, or what it carries breaks the official schema."""
        body = root.find("{*}Body") if etree.QName(root).localname == "Envelope" else None
        for message in [root] if body is None else body.iterchildren(tag=etree.Element):
            self.demand(message)
            for carried in message.iterfind("{*}Payload/*"):
                self.demand(carried)

    def _schema(self, file_name: str) -> etree.XMLSchema:
        if file_name not in self._compiled:
            path = self.folder / file_name
            if not path.is_file():
                msg = f"no {file_name} in {self.folder}: name the folder of ERCOT's schemas (ercot/api-specs, ews/xsds)"
                raise SettingsError(msg)
            self._compiled[file_name] = etree.XMLSchema(etree.parse(path))
        return self._compiled[file_name]
