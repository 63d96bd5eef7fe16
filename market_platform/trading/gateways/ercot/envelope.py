"""The envelope: RequestMessage in SOAP, and the signature over its body.

Source: Message.xsd; guide sections on headers and on securing SOAP messages, as cited by wattness. ERCOT recommends
RSA-SHA1; SHA-256 is the default here and SHA-1 is for whoever has to speak to a listener that knows nothing else.
"""

import base64
from datetime import datetime

from lxml import etree

from market_platform.errors import RuleBroken, SettingsError
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.ercot.names import MESSAGE, NAMESPACES, SECURITY, SOAP, UTILITY
from market_platform.trading.gateways.xml_text import leaf, moment, parsed, tag

BODY_ID = "Body"
TOKEN_TYPE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"  # noqa: S105
TOKEN_CODING = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"  # noqa: S105


def request(
    verb: str, noun: str, *, source: str, user_id: str, nonce: str, at: datetime, inner: str = "", payload: str = ""
) -> str:
    """Return a RequestMessage as text. ``nonce`` must not come again within a day."""
    header = tag(
        "Header",
        leaf("Verb", verb),
        leaf("Noun", noun),
        tag("ReplayDetection", leaf("Nonce", nonce), leaf("Created", moment(at))),
        leaf("Revision", "1"),
        leaf("Source", source),
        leaf("UserID", user_id),
    )
    parts = [header]
    if inner:
        parts.append(tag("Request", inner))
    if payload:
        parts.append(tag("Payload", payload))
    return tag("RequestMessage", *parts, xmlns=MESSAGE)


def enveloped(message: str) -> bytes:
    """Return the SOAP envelope around a message, its body marked for the signature."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}" xmlns:wsu="{UTILITY}"><s:Header/>'
        f'<s:Body wsu:Id="{BODY_ID}">{message}</s:Body></s:Envelope>'
    ).encode()


def signed(envelope: bytes, credentials: Credentials, *, with_sha1: bool = False) -> bytes:
    """Return the envelope with the signer's certificate and a signature over the whole body.

    Raises SettingsError where certificate or key is missing or the package ``signxml`` is not installed.
    """
    credentials.demand("certificate_pem", "key_pem")
    try:
        from signxml import SignatureConstructionMethod, XMLSigner
    except ImportError as error:
        msg = "ERCOT messages are signed with the package signxml: install it"
        raise SettingsError(msg) from error

    class Sha1Signer(XMLSigner):
        """Signs with SHA-1 where the other side asks for it."""

        def check_deprecated_methods(self) -> None:
            """Let SHA-1 pass."""

    maker = Sha1Signer if with_sha1 else XMLSigner
    algorithm = "sha1" if with_sha1 else "sha256"
    signer = maker(
        method=SignatureConstructionMethod.detached,
        signature_algorithm=f"rsa-{algorithm}",
        digest_algorithm=algorithm,
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    root = parsed(envelope, "the envelope")
    signature = signer.sign(
        root, key=credentials.key_pem, cert=credentials.certificate_pem, reference_uri=f"#{BODY_ID}", id_attribute="Id"
    )
    security = etree.SubElement(root[0], f"{{{SECURITY}}}Security", nsmap={"wsse": SECURITY})
    token = etree.SubElement(security, f"{{{SECURITY}}}BinarySecurityToken")
    token.set("ValueType", TOKEN_TYPE)
    token.set("EncodingType", TOKEN_CODING)
    token.text = _der_base64(credentials.certificate_pem)
    security.append(signature)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def verified_body(envelope: bytes, trusted_certificate_pem: str, *, accept_sha1: bool = False) -> etree._Element:
    """Return the message inside, read from what the signature covers and nothing else.

    Raises RuleBroken where the signature is missing, does not fit or covers something else than the body.
    """
    from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
    from signxml.exceptions import InvalidInput, SignXMLException

    methods = {SignatureMethod.RSA_SHA256} | ({SignatureMethod.RSA_SHA1} if accept_sha1 else set())
    digests = {DigestAlgorithm.SHA256} | ({DigestAlgorithm.SHA1} if accept_sha1 else set())
    expected = SignatureConfiguration(signature_methods=frozenset(methods), digest_algorithms=frozenset(digests))
    try:
        results = XMLVerifier().verify(
            envelope, x509_cert=trusted_certificate_pem, id_attribute="Id", expect_config=expected
        )
    except (SignXMLException, InvalidInput, etree.XMLSyntaxError) as error:
        msg = f"the message is not signed by the trusted certificate: {error}"
        raise RuleBroken(msg) from error
    body = (results[0] if isinstance(results, list) else results).signed_xml
    if body is None or body.tag != f"{{{SOAP}}}Body" or len(body) != 1:
        msg = "the signature does not cover the body of the message"
        raise RuleBroken(msg)
    return body[0]


def body_of(envelope: bytes) -> etree._Element:
    """Return the message inside an envelope, or the message itself where it comes without one."""
    root = parsed(envelope, "the message")
    body = root.find("s:Body", NAMESPACES)
    if body is None:
        return root
    if len(body) != 1:
        msg = f"the envelope's body holds {len(body)} messages, one is due"
        raise RuleBroken(msg)
    return body[0]


def _der_base64(pem: str) -> str:
    lines = [line for line in pem.strip().splitlines() if "CERTIFICATE" not in line]
    return base64.b64encode(base64.b64decode("".join(lines))).decode()
