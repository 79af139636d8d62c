"""A publication as an editor makes it."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "peer"))
import certwire_peer as wire  # noqa: E402


class Publication:
    """One publication with its sealed body, and the faults that a test wants in it."""

    def __init__(self, world, channel="weekly", number="2026-47", title="网络安全信息与动态周报",
                 files=None, kind="publish", signers=None, references=(), expires_at=None,
                 manifest_change=None, **body):
        self.files = files if files is not None else {"周报.pdf": os.urandom(50000)}
        self.id = os.urandom(16).hex()
        self.key = os.urandom(32)
        manifest = {
            "v": 1, "id": self.id, "salt": wire.b64(os.urandom(32)), "kind": kind,
            "channel": channel, "number": number, "title": title, "language": "zh-CN",
            "created_at": world.now(), "not_before": None, "expires_at": expires_at,
            "audience": wire.digest(b"all").hex(), "fields": {"期刊": "周报"},
            "references": list(references),
            "files": [{"name": name, "type": "application/pdf" if name.endswith(".pdf") else
                       "application/octet-stream", "size": len(data),
                       "digest": wire.digest(data).hex()} for name, data in self.files.items()]}
        manifest.update(manifest_change or {})
        self.manifest = wire.write_json(manifest)
        self.kind = kind
        sealed = wire.seal_body(self.manifest, list(self.files.values()), self.key, **body)
        self.stream, self.parts, self.body = sealed["stream"], sealed["parts"], sealed["body"]
        self.signatures = [wire.approve(key, self.manifest)
                           for key in signers or [world.editor]]
        self.folder = f"{channel}/{number}-{self.id[:8]}"

    def message(self, index):
        return wire.pack_part(self.id, index, len(self.parts), self.parts[index])
