"""PostgreSQL behind a line on which every question takes its time: a proxy of its Unix socket."""

import os
import socket
import threading

from postgres import PORT


class SlowDatabase:
    """Reached by `dsn(login)`; as slow as `delay_s` says, which may be changed at any time."""

    def __init__(self, cluster, folder):
        self.cluster = cluster
        self.folder = folder
        self.delay_s = 0
        self.gone = threading.Event()
        folder.mkdir(mode=0o755)
        path = folder / f".s.PGSQL.{PORT}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        os.chmod(path, 0o777)
        self.listener.listen(50)
        self.ends = []
        threading.Thread(target=self._accept, daemon=True).start()

    def dsn(self, login):
        return self.cluster.dsn(login).replace(f"host={self.cluster.folder}", f"host={self.folder}")

    def close(self):
        self.gone.set()
        self.listener.close()
        self._cut(self.ends)
        self.ends.clear()  # each is closed when the threads that use it have let it go

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(str(self.cluster.folder / f".s.PGSQL.{PORT}"))
            except OSError:
                near.close()
                continue
            self.ends += [near, far]
            for source, sink, is_question in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pump, args=(source, sink, is_question),
                                 daemon=True).start()

    def _pump(self, source, sink, is_question):
        """libpq sends all of a question at once, so that one delay is one question's."""
        try:
            while data := source.recv(1 << 20):
                if is_question and self.delay_s:
                    self.gone.wait(self.delay_s)
                sink.sendall(data)
        except OSError:
            pass
        self._cut((source, sink))

    @staticmethod
    def _cut(ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
