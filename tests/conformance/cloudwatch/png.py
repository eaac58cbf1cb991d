"""Just enough of PNG to look at a picture: 8 bits a channel, red, green and blue, not interlaced."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunks(data: bytes):
    at = len(SIGNATURE)
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body), kind
        yield kind, body
        at += 12 + size


def paeth(left: int, above: int, before: int) -> int:
    to_left, to_above, to_before = abs(above - before), abs(left - before), abs(left + above - 2 * before)
    if to_left <= to_above and to_left <= to_before:
        return left
    return above if to_above <= to_before else before


def unfilter(kind: int, row: bytearray, above: bytes) -> None:
    """Undoes the filter of a row, in place (www.w3.org/TR/png-3, 9.2)."""
    if kind == 2:
        row[:] = bytes((a + b) & 0xFF for a, b in zip(row, above))
        return
    for i in range(len(row)):
        left = row[i - 3] if i >= 3 else 0
        if kind == 1:
            row[i] = (row[i] + left) & 0xFF
        elif kind == 3:
            row[i] = (row[i] + (left + above[i]) // 2) & 0xFF
        elif left or above[i]:
            row[i] = (row[i] + paeth(left, above[i], above[i - 3] if i >= 3 else 0)) & 0xFF


class Picture:
    def __init__(self, data: bytes):
        assert data.startswith(SIGNATURE)
        parts = list(chunks(data))
        assert parts[0][0] == b"IHDR" and parts[-1][0] == b"IEND"
        self.width, self.height, depth, kind, _, _, interlace = struct.unpack(">IIBBBBB", parts[0][1])
        assert (depth, kind, interlace) == (8, 2, 0)
        raw = zlib.decompress(b"".join(body for name, body in parts if name == b"IDAT"))
        stride = 3 * self.width
        self.rows, above = [], bytes(stride)
        for y in range(self.height):
            line = raw[y * (stride + 1):(y + 1) * (stride + 1)]
            row = bytearray(line[1:])
            if line[0]:
                unfilter(line[0], row, above)
            above = bytes(row)
            self.rows.append(above)

    def at(self, x: int, y: int) -> str:
        return "#" + self.rows[y][3 * x:3 * x + 3].hex()

    def spots(self, color: str) -> list[tuple[int, int]]:
        """Where that color is, (x, y)."""
        wanted, found = bytes.fromhex(color[1:]), []
        for y, row in enumerate(self.rows):
            at = row.find(wanted)
            while at != -1:
                if at % 3 == 0:
                    found.append((at // 3, y))
                at = row.find(wanted, at + 1)
        return found

    def count(self, color: str) -> int:
        return len(self.spots(color))
