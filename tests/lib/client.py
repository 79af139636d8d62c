"""An MQTT client by hand, for who connects to a broker with something in mind."""

import threading

import paho.mqtt.client as mqtt

from mqtt_stream import Publish
from waiting import wait_for


class Client:
    def __init__(self, port, client_id="", user=None, password=None, protocol=mqtt.MQTTv5,
                 will=None):
        self.port = port
        self.answer = None
        self.received = []
        self.acked = set()
        self.lock = threading.Lock()
        self.gone = threading.Event()
        self.mqtt = mqtt.Client(client_id, protocol=protocol)
        if user is not None:
            self.mqtt.username_pw_set(user, password)
        if will:
            self.mqtt.will_set(will, b"will")
        self.mqtt.on_connect = self._on_connect
        self.mqtt.on_message = self._on_message
        self.mqtt.on_publish = lambda _c, _u, mid: self.acked.add(mid)
        self.mqtt.on_subscribe = self._on_subscribe
        self.mqtt.on_disconnect = lambda *_: self.gone.set()
        self.subscribed = None

    def connect(self, **options):
        """The CONNACK's reason code; 0 is success. None: the broker closed without a word."""
        self.mqtt.connect("127.0.0.1", self.port, 30, **options)
        self.mqtt.loop_start()
        wait_for(lambda: self.answer is not None or self.gone.is_set(), "an answer to CONNECT")
        return self.answer

    def close(self):
        self.mqtt.disconnect()
        wait_for(self.gone.is_set, "the connection to end")
        self.mqtt.loop_stop()

    def drop(self):
        """Go without a word, as a machine that crashes."""
        self.mqtt.loop_stop()
        self.mqtt.socket().close()

    def subscribe(self, topic):
        """The reason code of the SUBACK."""
        self.subscribed = None
        self.mqtt.subscribe(topic, 1)
        wait_for(lambda: self.subscribed is not None, "a SUBACK")
        return self.subscribed

    def publish(self, topic, payload):
        """Publish with QoS 1 and wait for the PUBACK, whatever it says."""
        mid = self.mqtt.publish(topic, payload, 1).mid
        wait_for(lambda: mid in self.acked or self.gone.is_set(), "a PUBACK")

    def messages(self, topic=None):
        with self.lock:
            return [m for m in self.received if topic in (None, m.topic)]

    def _on_connect(self, _client, _userdata, _flags, code, _properties=None):
        self.answer = getattr(code, "value", code)

    def _on_subscribe(self, _client, _userdata, _mid, codes, _properties=None):
        self.subscribed = getattr(codes[0], "value", codes[0])

    def _on_message(self, _client, _userdata, message):
        with self.lock:
            self.received.append(Publish(message.topic, message.payload))
