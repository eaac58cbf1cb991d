"""What SNS sends to an HTTP endpoint, and whether its signatures hold: checked as its receivers check them."""

import base64
import hashlib
import json
import ssl
import urllib.request

from support.aws import eventually

SIGNED = {"Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
          "SubscriptionConfirmation": ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]}
RSA = bytes.fromhex("06092a864886f70d0101010500")  # rsaEncryption and its NULL, before a certificate's public key
DIGESTS = {"1": ("sha1", "3021300906052b0e03021a05000414"), "2": ("sha256", "3031300d060960864801650304020105000420")}


def messages(endpoint, kind="Notification", path="/hook"):
    """The JSON documents of that type that the endpoint got."""
    got = [r for r in endpoint.got(path) if r["headers"].get("x-amz-sns-message-type") == kind]
    return [json.loads(r["body"]) for r in got]


def wait_for(endpoint, kind="Notification", count=1, path="/hook"):
    return eventually(lambda: len(messages(endpoint, kind, path)) >= count and messages(endpoint, kind, path), 30)


def _element(der: bytes, at: int) -> tuple[bytes, int]:
    """The content of the DER element that begins there, and where the next one does."""
    length, at = der[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(der[at:at + size], "big"), at + size
    return der[at:at + length], at + length


def _public_key(pem: str) -> tuple[int, int]:
    der = ssl.PEM_cert_to_DER_cert(pem)
    bits, _ = _element(der, der.index(RSA) + len(RSA))
    numbers, _ = _element(bits, 1)  # behind the count of unused bits
    modulus, at = _element(numbers, 0)
    exponent, _ = _element(numbers, at)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def is_genuine(document: dict) -> bool:
    """RSASSA-PKCS1-v1_5 with the certificate that SigningCertURL gives (RFC 8017 section 8.2.2)."""
    with urllib.request.urlopen(document["SigningCertURL"]) as reply:
        modulus, exponent = _public_key(reply.read().decode().strip())
    text = "".join(f"{name}\n{document[name]}\n" for name in SIGNED[document["Type"]] if name in document)
    name, head = DIGESTS[document["SignatureVersion"]]
    size = (modulus.bit_length() + 7) // 8
    found = pow(int.from_bytes(base64.b64decode(document["Signature"]), "big"), exponent, modulus).to_bytes(size, "big")
    tail = bytes.fromhex(head) + hashlib.new(name, text.encode()).digest()
    return found == b"\x00\x01" + b"\xff" * (size - len(tail) - 3) + b"\x00" + tail
