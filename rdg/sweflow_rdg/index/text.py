"""Source text: a file's bytes as UTF-8, and the way back to the bytes it had (PEP 263)."""

import codecs
import io
import tokenize
from dataclasses import dataclass

_BOM = codecs.BOM_UTF8


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file's text as UTF-8 without a byte order mark. ``encode`` gives the bytes of a changed text."""

    utf8: bytes
    encoding: str
    bom: bool

    def encode(self, utf8: bytes) -> bytes:
        """Bytes of a text in this file's encoding."""
        content = utf8 if self.encoding == "utf-8" else utf8.decode("utf-8").encode(self.encoding)
        return _BOM + content if self.bom else content


def decode(content: bytes) -> SourceText:
    """The text of a Python file. Raises SyntaxError (unknown encoding) or UnicodeDecodeError."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    bom = content.startswith(_BOM)
    if bom:
        content = content[len(_BOM) :]
    plain = "utf-8" if encoding in ("utf-8", "utf-8-sig") else encoding
    text = SourceText(content.decode(plain).encode("utf-8"), plain, bom)
    if text.encode(text.utf8) != (_BOM + content if bom else content):
        raise SyntaxError(f"the encoding {encoding} does not give the same bytes back")
    return text
