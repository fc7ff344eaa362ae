import hashlib, json, os, sys
own = os.path.dirname(os.path.abspath(sys.argv[0]))
folder = (sys.argv[1:] or [place for place in (f"{own}/chain", own) if os.path.exists(f"{place}/entries.jsonl")] or [""])[0]
if not os.path.exists(f"{folder}/entries.jsonl"):
    print(f"{folder or own} holds no entries.jsonl\nusage: python3 verify.py FOLDER [ACCOUNT...]", file=sys.stderr)
    sys.exit(2)
named = f"{folder}/accounts.txt"
only = sys.argv[2:] or (open(named).read().split() if os.path.exists(named) else [])
sys.excepthook = lambda kind, error, _: print(f"{folder} is cut off or damaged: {kind.__name__} {error}", file=sys.stderr)
sha = lambda data: hashlib.sha256(data).digest()
def lines(name):
    for number, line in enumerate(open(f"{folder}/{name}", encoding="utf-8", newline="\n"), 1):
        try:
            yield json.loads(line[:line.index("\n")])
        except ValueError:
            sys.exit(f"{name} line {number}: cut off or damaged")
pack, wrong = os.path.dirname(os.path.abspath(folder)), 0
if os.path.basename(os.path.abspath(folder)) == "chain" and os.path.exists(f"{pack}/SHA256SUMS"):
    sums = {line[66:-1]: line[:64] for line in open(f"{pack}/SHA256SUMS", encoding="utf-8", newline="\n")}
    there = {os.path.relpath(f"{at}/{name}", pack) for at, _, names in os.walk(pack) for name in names} - {"SHA256SUMS"}
    for name in sorted(there | set(sums)):
        says = "added" if name not in sums else "missing" if name not in there else "changed"
        if says != "changed" or sha(open(f"{pack}/{name}", "rb").read()).hex() != sums[name]:
            wrong += print(f"{name}: {says} since the pack was made", file=sys.stderr) or 1
last, known, seals, views, rooted = {}, set(), {}, {}, {}
for e in lines("entries.jsonl"):
    seq, previous = last.get(e["chain"], (0, "0" * 64))
    text = "\n".join(["duly-audit-1", *(str(e[k]) for k in ("chain", "seq", "at_micros", "actor", "act", "detail")), previous, ""])
    if e["seq"] != seq + 1 or sha(text.encode()).hex() != e["hash"]:
        sys.exit(f"{e['chain']} entry {e['seq']}: changed, missing or out of order")
    last[e["chain"]] = (e["seq"], e["hash"])
    known.add((e["chain"], e["seq"], e["hash"]))
    if e["chain"] == "views":
        seals[e["seq"]] = json.loads(e["detail"])["hash"]
for v in lines("views.jsonl"):
    text = "\n".join([*(str(v[k]) for k in ("id", "account", "seen_by", "what", "at_micros")), ""])
    views.setdefault(v["seal"], hashlib.sha256(b"duly-views-1\n")).update(text.encode())
if {seal: hashed.hexdigest() for seal, hashed in views.items()} != seals:
    sys.exit("views are not as they were sealed")
halves, heads, name = [], 0, ""
for h in lines("heads.jsonl"):
    if h["chain"] <= name or (not only or h["chain"] in only) and (h["chain"], h["seq"], h["hash"]) not in known:
        sys.exit(f"{h['chain']}: its last entry is missing or not the one under the root")
    rooted[h["chain"]] = h["seq"]
    node, size, name, heads = sha(f"\0{h['chain']}\n{h['seq']}\n{h['hash']}\n".encode()), 1, h["chain"], heads + 1
    while halves and halves[-1][1] == size:
        node, size = sha(b"\1" + halves.pop()[0] + node), size * 2
    halves.append((node, size))
node = halves.pop()[0] if halves else sha(b"")
while halves:
    node = sha(b"\1" + halves.pop()[0] + node)
day, root, text = "", "0" * 64, ""
for r in lines("roots.jsonl"):
    if r["business_day"] <= day or r["previous"] != root:
        sys.exit(f"the root of {r['business_day']} does not follow the one before it")
    day, root = r["business_day"], r["root"]
    text = "\n".join(["duly-root-1", *(str(r[k]) for k in ("business_day", "chains", "root", "previous", "signed_at_micros")), ""])
if not day or open(f"{folder}/root.txt", newline="\n").read() != text:
    sys.exit("root.txt is not the last line of roots.jsonl, or nothing was signed yet")
if (node.hex(), heads) != (root, r["chains"]):
    sys.exit(f"the root of {day} is not that of these chains")
print(f"{len(known)} entries in {len(last)} chains are whole; the root of {day} over {heads} chains is theirs")
after = sum(seq - rooted.get(chain, 0) for chain, (seq, _) in last.items())
if after:
    print(f"{after} entries after the last signed root are not covered by a signature")
if wrong:
    sys.exit(f"{wrong} files are not as the pack was made")
