#!/usr/bin/env python3
"""Checks an export of the event log with the standard library alone: verify_export.py FILE ORIGIN VERIFIER_KEY..."""
import base64, hashlib, json, sys

MEMBERS = ("position event_id aggregate_type aggregate_id sequence event_type event_version "
           "payload metadata recorded_at").split()
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1
D = -121665 * pow(121666, -1, P) % P
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
def require(fine, what):
    if not fine: raise ValueError(what)
    return fine
def integer(text): return require(str(int(text)) == text and abs(int(text)) < 2**53, "a number") and int(text)
def refuse(text): raise ValueError(f"the number {text}")
def unique(pairs): return require(len(dict(pairs)) == len(pairs), "a member named twice") and dict(pairs)
def read(line): return json.loads(line, object_pairs_hook=unique, parse_int=integer, parse_float=refuse, parse_constant=refuse)
def ordered(v):  # RFC 8785: by UTF-16 code units
    if isinstance(v, list): return [ordered(item) for item in v]
    return {k: ordered(v[k]) for k in sorted(v, key=lambda k: k.encode("utf-16-be"))} if isinstance(v, dict) else v
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
    require(x * x % P == square and y < P and (x or not sign), "no point")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P
def signed(key, text, sig):  # RFC 8032, 5.1.7
    s, k = (int.from_bytes(n, "little") for n in (sig[32:], hashlib.sha512(sig[:32] + key + text).digest()))
    a, b = times(s, point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))), add(point(sig[:32]), times(k % L, point(key)))
    return len(sig) == 64 and s < L and all((a[i] * b[2] - b[i] * a[2]) % P == 0 for i in (0, 1))
def believed(note, origin, keys):  # C2SP signed-note, tlog-checkpoint
    text, _, signatures = note.rpartition("\n\n")
    known = [line.split(" ") for line in signatures.splitlines() if line.split(" ")[1] in keys]
    raw = [(keys[name], base64.b64decode(sig, validate=True)) for _, name, sig in known]
    mine = [signed(key, text.encode() + b"\n", sig[4:]) for (id, key), sig in raw if sig[:4] == id]
    name, size, root, position, *_ = text.split("\n")
    require(mine and all(mine) and name == origin, f"signature or origin of the checkpoint at {size}")
    return int(size), base64.b64decode(root, validate=True), int(position.removeprefix("position "))
def check(path, origin, keys):
    lines, peaks, streams, at, when, size = [read(line) for line in open(path, encoding="utf-8")], [], {}, 0, "", 0
    require((lines[0]["format"], lines[0]["version"]) == ("routix-events", 1), "header")
    sealed = sorted(believed(line["checkpoint"], origin, keys) for line in lines if "checkpoint" in line)
    for e in (line for line in lines[1:] if "checkpoint" not in line):
        require(e["index"] == size, f"index {size} after position {at}")
        text = json.dumps(ordered({m: e[m] for m in MEMBERS}), separators=(",", ":"), ensure_ascii=False)
        leaf, stream = sha(b"\0", text.encode()), (e["aggregate_type"], e["aggregate_id"])
        sequence, chain = streams.get(stream, (0, bytes(32)))
        streams[stream] = sequence, chain = sequence + 1, sha(b"\2", chain, leaf)
        found = leaf.hex() == e["leaf"], at < e["position"], sequence == e["sequence"], chain.hex() == e["chain"]
        require(all(found) and when <= e["recorded_at"], f"(leaf, order, sequence, chain) {found} at {e['position']}")
        at, when, size, node = e["position"], e["recorded_at"], size + 1, leaf
        for _ in range((size & -size).bit_length() - 1): node = sha(b"\1", peaks.pop(), node)
        peaks.append(node)
        while sealed and sealed[0][0] == size:
            root = peaks[-1]
            for left in peaks[-2::-1]: root = sha(b"\1", left, root)
            require(sealed.pop(0) == (size, root, at) , f"root of the checkpoint at {size}")
            last = size
    require(not sealed and size == last, f"{size} events, and checkpoints at {last} and {[s[0] for s in sealed]}")
    return f"{size} events up to position {at}: every leaf, chain, root and signature is right"
if __name__ == "__main__":
    parts = [key.split("+", 2) for key in sys.argv[3:]]
    known = {name: (bytes.fromhex(id), base64.b64decode(key)[1:]) for name, id, key in parts}
    try: print(check(sys.argv[1], sys.argv[2], known))
    except (ValueError, KeyError, IndexError, TypeError) as error: sys.exit(f"WRONG: {error}")
