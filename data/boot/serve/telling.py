"""How the server tells what it does: one JSON object a line, on descriptor 3. Given: nothing."""

import os
import sys
import time

MARKERS = 3

process = os.getpid()
started = time.monotonic()


def quote(text):
    """A JSON string."""
    out = []
    for character in str(text):
        code = ord(character)
        if code > 0xFFFF:
            code -= 0x10000
            out.append("\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF)))
        elif code < 0x20 or code > 0x7E or character in '"\\':
            out.append("\\u%04x" % code)
        else:
            out.append(character)
    return '"' + "".join(out) + '"'


def encode(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        return "{" + ",".join(quote(key) + ":" + encode(each) for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(encode(each) for each in value) + "]"
    return quote(value)


def tell(event, **details):
    """One event; a forked child says nothing."""
    if os.getpid() != process:
        return
    details["event"] = event
    details["at"] = round((time.monotonic() - started) * 1000)
    data = (encode(details) + "\n").encode("ascii", "backslashreplace")
    try:
        while data:
            data = data[os.write(MARKERS, data) :]
    except OSError:
        pass


def printed(error):
    """An exception as Python prints it at its end, suggestions included."""

    class Sink:
        encoding = "utf-8"

        def __init__(self):
            self.parts = []

        def write(self, text):
            self.parts.append(text)

        def flush(self):
            pass

    sink, before = Sink(), sys.stderr
    try:
        sys.stderr = sink
        sys.__excepthook__(type(error), error, error.__traceback__)
    except BaseException:
        pass
    finally:
        sys.stderr = before
    return "".join(sink.parts)[-60000:]
