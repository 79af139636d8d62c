"""A certificate authority and a server's certificate for one world."""

import subprocess


def make_certificate(folder, host):
    """FOLDER/ca.crt, server.crt and server.key for an IP address."""
    folder.mkdir(mode=0o700)
    subject = ["-subj", "/CN=certwire test"]
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    def openssl(*args):
        done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, done.stderr

    openssl("req", "-x509", *new_key, *subject, "-days", "7", "-keyout", folder / "ca.key",
            "-out", folder / "ca.crt")
    openssl("req", *new_key, "-subj", f"/CN={host}", "-keyout", folder / "server.key",
            "-out", folder / "server.csr")
    extensions = folder / "server.ext"
    extensions.write_text(f"subjectAltName=IP:{host}\n")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.crt",
            "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "7", "-extfile", extensions,
            "-out", folder / "server.crt")
