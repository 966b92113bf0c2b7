"""A file that goes to WeChat Pay as multipart/form-data."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, kw_only=True)
class UploadedFile:
    """A file of ours on its way to WeChat."""

    name: str
    content: bytes
    content_type: str

    def form(self, meta: bytes, boundary: str) -> bytes:
        """multipart/form-data of the description and the file."""
        head = f"--{boundary}\r\nContent-Disposition: form-data; name="
        return b"".join(
            (
                f'{head}"meta"\r\nContent-Type: application/json\r\n\r\n'.encode(),
                meta,
                f'\r\n{head}"file"; filename="{quote(self.name)}"\r\n'.encode(),
                f"Content-Type: {self.content_type}\r\n\r\n".encode(),
                self.content,
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
