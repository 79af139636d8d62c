"""Everybody connects at once."""

from rounds import figure, take_turns
from contenders import Bare, Certwire, Contender, load

CLIENTS = 1000


def each_us(told):
    return told["main_cpu_s"] * 1e6 / told["clients"]


def measure(folder, rounds):
    bare, ours = contenders = [Bare(folder), Certwire(folder, 1000)]
    closed = Contender("bare, everybody refused", folder, "allow_anonymous false\n")
    figures = []
    try:
        for contender in (*contenders, closed):
            contender.start()
        verify = [load(bare, "verify")["verify_s"] * 1e6 for _ in range(rounds)]
        figures.append(figure("one Ed25519 verification, libsodium alone", "us", verify))
        for how in ("plain", "TLS"):
            found = take_turns(contenders, rounds, lambda c, how=how: storm(c, how))
            base = [each_us(t) for t in found[bare.name]]
            own = [each_us(t) for t in found[ours.name]]
            more = [(a - b) / v for a, b, v in zip(own, base, verify)]
            figures += [figure(f"bare, {how}", "us a connect", base),
                        figure(f"certwire, {how}", "us a connect", own, ("bare", base)),
                        figure(f"certwire, {how}: what is on top of bare, in verifications", "x", more)]
        for credential, what in (("forged", "forged tokens"), ("password", "what is no token")):
            found = take_turns([closed, ours], rounds, lambda c, k=credential: storm(c, "plain", k))
            base = [each_us(t) for t in found[closed.name]]
            own = [each_us(t) for t in found[ours.name]]
            figures += [figure(f"{closed.name}: {what}", "us a connect", base),
                        figure(f"certwire, everybody refused: {what}", "us a connect", own, (closed.name, base)),
                        figure(f"certwire, {what}: what is on top of bare, in verifications", "x",
                               [(a - b) / v for a, b, v in zip(own, base, verify)])]
    finally:
        for contender in (*contenders, closed):
            contender.close()
    return {"title": f"Connect storm: {CLIENTS} units at once: main-thread CPU a connect", "figures": figures}


def storm(contender, how, credential=None):
    port, kept = contender.port, contender.credential
    name = contender.name_in_tokens
    try:
        contender.credential = credential or kept
        options = {"tls": True} if how == "TLS" else {}
        told = load_at(contender, contender.tls_port if how == "TLS" else port, name, options)
    finally:
        contender.credential = kept
    expected = 0 if credential else CLIENTS
    if told["up"] != expected:
        raise SystemExit(f"{contender.name}: {told['up']} of {CLIENTS} connected, {expected} should")
    return told


def load_at(contender, port, name, options):
    class At:
        pass
    at = At()
    at.__dict__ = {"name": contender.name, "port": port, "pid": contender.pid, "credential": contender.credential,
                   "name_in_tokens": name, "log": contender.log}
    return load(at, "storm", clients=CLIENTS, **options)
