#!/usr/bin/env python3
"""Checks an export of the event log with the standard library alone: verify_export.py FILE ORIGIN VERIFIER_KEY..."""
import base64, functools, hashlib, json, sys
MEMBERS = "position event_id aggregate_type aggregate_id sequence event_type event_version payload metadata recorded_at"
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1
D = -121665 * pow(121666, -1, P) % P
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def require(fine, what):
    if not fine: raise ValueError(what)
    return fine
def integer(text): return require(str(int(text)) == text and abs(int(text)) < 2**53, f"the number {text}") and int(text)
def unique(pairs): return require(len(dict(pairs)) == len(pairs), "a member is named twice") and dict(pairs)
def add(a, b):  # RFC 8032, 5.1.4
    e, f = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    g, h = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P
def times(n, p): return (0, 1, 1, 0) if n == 0 else add(times(n - 1, p), p) if n & 1 else times(n >> 1, add(p, p))
def point(data):  # RFC 8032, 5.1.3
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    require(x * x % P == square and y < P and (x or not sign), "not a point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P
def fits(key, text, signed):  # RFC 8032, 5.1.7
    s, k = (int.from_bytes(n, "little") for n in (signed[32:], hashlib.sha512(signed[:32] + key + text).digest()))
    a = times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little")))
    b = add(point(signed[:32]), times(k % L, point(key)))
    return len(signed) == 64 and s < L and all((a[i] * b[2] - b[i] * a[2]) % P == 0 for i in (0, 1))
def believed(note, origin, keys):  # C2SP signed-note and tlog-checkpoint
    text, _, lines = note.rpartition("\n\n")
    signed = [(name, base64.b64decode(code, validate=True)) for _, name, code in map(str.split, lines.splitlines())]
    known = [fits(keys[name, s[:4]], text.encode() + b"\n", s[4:]) for name, s in signed if (name, s[:4]) in keys]
    name, size, root, position, _ = text.split("\n")
    require(known and all(known) and name == origin, f"signature or origin of the checkpoint at {size} events")
    return int(size), int(position.removeprefix("position ")), base64.b64decode(root, validate=True)
def check(lines, origin, keys):
    head, *lines = (json.loads(line, object_pairs_hook=unique, parse_int=integer, parse_float=integer) for line in lines)
    require((head["format"], head["version"]) == ("routix-events", 1), "the header")
    sealed = {believed(line["checkpoint"], origin, keys) for line in lines if "checkpoint" in line}
    size, at, when, peaks, streams, sizes = 0, 0, "", [], {}, {s[0] for s in sealed}
    for e in (line for line in lines if "checkpoint" not in line):
        text = json.dumps({m: e[m] for m in MEMBERS.split()}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        leaf, stream = sha(b"\0", text.encode()), (e["aggregate_type"], e["aggregate_id"])
        sequence, chain = streams.get(stream, (0, bytes(32)))
        streams[stream] = sequence, chain = sequence + 1, sha(b"\2", chain, leaf)
        for what, fine in {"index": e["index"] == size, "leaf": e["leaf"] == leaf.hex(), "order": e["position"] > at,
                           "sequence": e["sequence"] == sequence, "chain": e["chain"] == chain.hex(),
                           "time": e["recorded_at"] >= when}.items():
            require(fine, f"{what} of the event at position {e['position']}, behind position {at}")
        size, at, when, peaks = size + 1, e["position"], e["recorded_at"], [*peaks, leaf]
        for _ in range((size & -size).bit_length() - 1): peaks[-2:] = [sha(b"\1", *peaks[-2:])]
        if size in sizes:
            root = functools.reduce(lambda right, left: sha(b"\1", left, right), reversed(peaks))
            require({s for s in sealed if s[0] == size} == {(size, at, root)}, f"root of the checkpoint at {size} events")
    return require(size == max(sealed)[0], f"{size} events, and the newest checkpoint is of {max(sealed)[0]}") and size
keys = {(name, bytes.fromhex(id)): base64.b64decode(k)[1:] for name, id, k in (a.split("+", 2) for a in sys.argv[3:])}
try: print(check(open(sys.argv[1], encoding="utf-8"), sys.argv[2], keys), "events: leaves, chains, roots, signatures right")
except (ValueError, LookupError, TypeError, AttributeError) as error: sys.exit(f"WRONG: {error!r}")
