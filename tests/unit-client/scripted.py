"""The scripted dispatcher: docs/protocol.md through tests/peer/certwire_peer.py, its ledger in memory. By default
it is correct; a test makes it late, silent, forgetful or hostile."""

from publication import wire

UNIT, DEVICE = "unit-a", "d1"


class Dispatcher:
    """Half of a World, which has its keys, entries, clients and lock."""

    def publish(self, topic, payload):
        for client in self.clients:
            client.publish(topic, payload, qos=1)

    def to_unit(self, leaf, payload):
        self.publish(f"certwire/v1/unit/{UNIT}/{leaf}", payload)

    def entry_fields(self, publication=None, **change):
        number = len(self.entries) + 1
        fields = {
            "v": 1, "unit": UNIT, "epoch": self.epoch, "number": number,
            "kind": publication.kind if publication else "void",
            "previous": self.entries[-1][1].hex() if self.entries else wire.ZEROS,
            "keyset": len(self.keysets), "issued_at": self.now()}
        if publication:
            fields.update({
                "publication": publication.id, "manifest": wire.digest(publication.manifest).hex(),
                "body": publication.body.hex(), "stream": wire.b64(publication.stream),
                "parts": len(publication.parts), "signatures": publication.signatures})
        fields.update(change)
        return fields

    def sign_entry(self, fields, key=None):
        return wire.jws_sign("certwire-entry+jws", key or self.dispatcher, fields)

    def issue(self, publication=None, push=True, **change):
        """A new entry of the mailbox; offered at once with `push`."""
        with self.lock:
            fields = self.entry_fields(publication, **change)
            jws = self.sign_entry(fields)
            self.entries.append((jws, wire.Entry(jws).digest, publication, fields.get("target")))
            number = len(self.entries)
        if push:
            self.offer(number)
        return number

    def offer_text(self, jws, publication):
        grants = []
        if publication:
            sealed = wire.seal_grant(publication.id, publication.key, self.device.public)
            if self.grants_filter:
                sealed = self.grants_filter(publication, sealed)
            if sealed:
                grants = [{"device": self.device_id, "kid": self.device.kid, "sealed": wire.b64(sealed)}]
        return wire.write_json({"v": 1, "entry": jws, "grants": grants})

    def offer(self, number):
        jws, _, publication, _ = self.entries[number - 1]
        self.to_unit("offer", self.offer_text(jws, publication))

    def send_part(self, publication, index, topic="part"):
        message = publication.message(index)
        if self.part_filter:
            message = self.part_filter(publication, index, message)
        if message is None:
            return
        self.sent_parts.append((publication.id, index))
        if topic == "part":
            self.to_unit("part", message)
        else:
            self.publish(topic, message)

    def head(self, device=None, nonce=None, key=None, **change):
        with self.lock:
            fields = {
                "v": 1, "unit": UNIT, "device": device, "nonce": nonce, "time": self.now(),
                "epoch": self.epoch, "last": len(self.entries),
                "digest": self.entries[-1][1].hex() if self.entries else wire.ZEROS,
                "standing": self.standing, "since": self.now() - 60, "reason": self.reason,
                "channels": self.channels, "keyset": len(self.keysets), "checkpoint": self.checkpoint,
                "devices": {self.device_id: {"settled": self.settled}}, "refused": []}
        fields.update(change)
        return wire.jws_sign("certwire-head+jws", key or self.dispatcher, fields)

    def _on_message(self, _client, _userdata, message):
        try:
            with self.lock:
                if message.topic.endswith("/sync"):
                    self._on_sync(wire.read_sync(message.payload, self.device.public))
                elif message.topic.endswith("/reply"):
                    self._keep(message.payload.decode(), wire.read_reply(message.payload, self.device.public))
                else:
                    self._keep(message.payload.decode(), wire.read_receipt(message.payload, self.device.public))
        except Exception as failure:  # a thread of paho would swallow it
            self.failure = failure
            raise

    def _on_sync(self, sync):
        self.syncs.append(sync)
        for incident in sync["incidents"]:
            self.incidents[incident["code"]] = (self.incidents.get(incident["code"], 0) +
                                                incident["count"])
        if self.silent:
            return
        for keyset in self.keysets[sync["keyset"]:]:
            self.to_unit("keyset", keyset)
        if self.standing == "good":
            self._answer(sync)
        self.to_unit("head", self.head(self.device_id, sync["nonce"]))

    def _answer(self, sync):
        held = set(range(1, sync["last"] + 1)) if sync["epoch"] == self.epoch else set()
        if sync["epoch"] == self.epoch:
            for low, high in sync["have"]:
                held.update(range(low, high + 1))
            held -= set(sync["grants"])
        voided = {target for _, _, _, target in self.entries if target}
        owed = [n for n in range(1, len(self.entries) + 1) if n not in held]
        for number in owed[:16]:
            jws, _, publication, _ = self.entries[number - 1]
            self.to_unit("offer", self.offer_text(jws, None if number in voided else publication))
        known = {p.id: p for _, _, p, _ in self.entries if p}
        for missing in sync["missing"]:
            publication = known.get(missing["publication"])
            for low, high in missing["parts"]:
                for index in range(low, high + 1):
                    if publication:
                        self.send_part(publication, index)

    def _keep(self, raw, fields):
        """A receipt or a reply: they share one series of numbers."""
        held = self.receipts.get(fields["number"])
        assert held is None or held == raw, "two receipts under one number"
        self.receipts[fields["number"]] = raw
        self.fields[fields["number"]] = fields
        if self.settling:
            self.settle()

    def settle(self):
        """Judges what came, in order, and says so."""
        before = self.settled
        while self.settled + 1 in self.receipts:
            self.settled += 1
            fields = self.fields[self.settled]
            for item in fields.get("items", []):
                self.items.setdefault((item["publication"], item["state"]), item)
            if "items" not in fields:
                self.replies.append(wire.open_reply(fields, self.editor))
        if self.settled != before:
            self.to_unit("head", self.head())
