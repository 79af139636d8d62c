"""A certificate authority and a server's certificate for one world."""

import subprocess

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*args):
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_authority(folder, subject="/CN=certwire test"):
    folder.mkdir(mode=0o700)
    openssl("req", "-x509", *NEW_KEY, "-subj", subject, "-days", "7", "-keyout", folder / "ca.key",
            "-out", folder / "ca.crt")


def make_client(folder, name, subject):
    """FOLDER/NAME.crt and NAME.key, of FOLDER's authority; `subject` as in "/O=x/CN=y"."""
    openssl("req", "-utf8", *NEW_KEY, "-subj", subject, "-keyout", folder / f"{name}.key",
            "-out", folder / f"{name}.csr")
    openssl("x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.crt",
            "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "7",
            "-out", folder / f"{name}.crt")


def make_certificate(folder, host):
    """FOLDER/ca.crt, server.crt and server.key for an IP address."""
    make_authority(folder)
    openssl("req", *NEW_KEY, "-subj", f"/CN={host}", "-keyout", folder / "server.key",
            "-out", folder / "server.csr")
    extensions = folder / "server.ext"
    extensions.write_text(f"subjectAltName=IP:{host}\n")
    openssl("x509", "-req", "-in", folder / "server.csr", "-CA", folder / "ca.crt",
            "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "7", "-extfile", extensions,
            "-out", folder / "server.crt")
