"""Reads an MP4 or MOV file box by box as it comes (ISO/IEC 14496-12, 4.2), and blanks what may say where it was taken.

Boxes of user data and metadata, where cameras write the position, and boxes that players do not need become `free`
boxes of the same length: nothing moves, so the tables that point into the file stay right.
"""

_CONTAINERS = frozenset({b"moov", b"trak", b"mdia"})
_TOP = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"moof", b"sidx", b"styp", b"mfra", b"pdin"})
_BLANKED_INSIDE = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip"})
_SHORT_HEAD, _LONG_HEAD = 8, 16
_LONG, _TO_THE_END = 1, 0
_DEEPEST = len(_CONTAINERS)
_WITHOUT_END = 1 << 62
# Of a handler box: where its type stands.
_HANDLER_TYPE = slice(8, 12)


class NotAVideo(Exception):
    """The boxes do not fit into each other, or there is no picture in the file."""


class VideoFilter:
    """Takes a file in pieces of any size and gives it back with its metadata blanked."""

    def __init__(self) -> None:
        self._at = 0
        self._head = bytearray()
        self._body_left = 0
        self._is_blank = False
        self._ends: list[int] = []
        self._types: set[bytes] = set()
        self._handler: bytearray | None = None
        self._has_picture = False

    def feed(self, data: bytes) -> bytes:
        """The next piece, blanked; a few bytes of it may come with a later one. Raises NotAVideo."""
        out = bytearray()
        at = 0
        while at < len(data):
            if self._body_left:
                at += self._pass_body(memoryview(data)[at:], out)
            else:
                at += self._read_head(memoryview(data)[at:], out)
        return bytes(out)

    def finish(self) -> None:
        """The file ends here. Raises NotAVideo where it may not."""
        whole = not self._head and (not self._body_left or self._body_left > _WITHOUT_END // 2)
        if not whole or any(end != self._at for end in self._ends):
            raise NotAVideo
        if not self._types >= {b"ftyp", b"moov", b"mdat"} or not self._has_picture:
            raise NotAVideo

    def _pass_body(self, data: memoryview, out: bytearray) -> int:
        count = min(self._body_left, len(data))
        out += bytes(count) if self._is_blank else data[:count]
        if self._handler is not None and len(self._handler) < _HANDLER_TYPE.stop:
            self._handler += data[: min(count, _HANDLER_TYPE.stop)]
            self._has_picture |= bytes(self._handler[_HANDLER_TYPE]) == b"vide"
        self._body_left -= count
        self._at += count
        return count

    def _read_head(self, data: memoryview, out: bytearray) -> int:
        is_long = len(self._head) >= _SHORT_HEAD and self._size32() == _LONG
        missing = (_LONG_HEAD if is_long else _SHORT_HEAD) - len(self._head)
        taken = data[:missing]
        self._head += taken
        if len(taken) == missing and (is_long or self._size32() != _LONG):
            self._open_box(out)
        return len(taken)

    def _size32(self) -> int:
        return int.from_bytes(self._head[:4])

    def _open_box(self, out: bytearray) -> None:
        while self._ends and self._at == self._ends[-1]:
            self._ends.pop()
        kind, head, size = bytes(self._head[4:8]), len(self._head), self._size32()
        if size == _LONG:
            size = int.from_bytes(self._head[8:16])
        elif size == _TO_THE_END:
            if self._ends or kind != b"mdat":
                raise NotAVideo
            size = _WITHOUT_END
        if size < head or (self._ends and self._at + size > self._ends[-1]):
            raise NotAVideo
        if self._at == 0 and kind != b"ftyp":
            raise NotAVideo
        self._is_blank = kind in _BLANKED_INSIDE if self._ends else kind not in _TOP
        if self._is_blank:
            self._head[4:8] = b"free"
        out += self._head
        self._head.clear()
        self._enter(kind, head, size)

    def _enter(self, kind: bytes, head: int, size: int) -> None:
        if not self._ends:
            self._types.add(kind)
        self._handler = bytearray() if kind == b"hdlr" else None
        if kind in _CONTAINERS and not self._is_blank:
            if len(self._ends) >= _DEEPEST:
                raise NotAVideo
            self._ends.append(self._at + size)
            self._body_left = 0
        else:
            self._body_left = size - head
        self._at += head
