#!/usr/bin/env python3
"""A small age plugin that asks: whether it may be used before it wraps, and for a PIN (4711) each time.

It speaks recipient-v1 and identity-v1 of the age plugin protocol on stdin and stdout. It protects nothing.
"""
import base64, hashlib, sys

PIN = "4711"


def send(kind, *arguments, body=b""):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at : at + 64] for at in range(0, len(text), 64)] or [""]
    if len(lines[-1]) == 64:
        lines.append("")
    sys.stdout.write("\n".join([" ".join(["->", kind, *arguments]), *lines]) + "\n")
    sys.stdout.flush()


def receive():
    head = sys.stdin.readline().split()
    text = ""
    while True:
        line = sys.stdin.readline().rstrip("\n")
        text += line
        if len(line) < 64:
            break
    return head[1], head[2:], base64.b64decode(text + "=" * (-len(text) % 4))


def phase_one():
    while True:
        kind, arguments, body = receive()
        if kind == "done":
            return
        yield kind, arguments, body


def ask(*stanza, body):
    send(*stanza, body=body)
    return receive()


def encode(text):
    return base64.b64encode(text.encode()).decode().rstrip("=")


def mixed(file_key, pin):
    return bytes(a ^ b for a, b in zip(file_key, hashlib.sha256(pin).digest()))


def pin():
    kind, _, answer = ask("request-secret", body=b"PIN of the made-up key")
    return answer if kind == "ok" else None


def recipient_v1():
    keys = [body for kind, _, body in phase_one() if kind == "wrap-file-key"]
    kind, arguments, _ = ask("confirm", encode("use it"), encode("leave it"), body=b"Use the made-up key?")
    if kind == "ok" and arguments == ["yes"] and pin() == PIN.encode():
        for at, key in enumerate(keys):
            ask("recipient-stanza", str(at), "xyz", body=mixed(key, PIN.encode()))
    else:
        ask("error", "internal", body=b"it may not be used")
    send("done")


def identity_v1():
    wrapped = [(arguments[0], body) for kind, arguments, body in phase_one() if kind == "recipient-stanza" and arguments[1] == "xyz"]
    for file, body in wrapped:
        typed = pin()
        if typed == PIN.encode():
            ask("file-key", file, body=mixed(body, typed))
        elif typed is not None:
            ask("error", "identity", "0", body=b"the PIN is wrong")
    send("done")


if sys.argv[1:] == ["--age-plugin=recipient-v1"]:
    recipient_v1()
elif sys.argv[1:] == ["--age-plugin=identity-v1"]:
    identity_v1()
else:
    sys.exit("this is run by age")
