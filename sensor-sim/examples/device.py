"""A signing Hopline device. Usage: device.py NEEDS.json STREAM=VALUE[UNIT] …, as: device.py probe.json temperature=3.4Cel"""
import base64, hashlib, json, pathlib, re, sys, time, urllib.parse
import cbor2, paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

needs_file = pathlib.Path(sys.argv[1])
needs = json.loads(needs_file.read_text())  # written by: npm run enrol -- … --out NEEDS.json
jwk = json.loads((needs_file.parent / needs["keyFile"]).read_text())
d, x = (base64.urlsafe_b64decode(jwk[part] + "=") for part in ("d", "x"))
key = Ed25519PrivateKey.from_private_bytes(d)
kid = hashlib.sha256(cbor2.dumps({1: 1, -1: 6, -2: x}, canonical=True)).digest()  # RFC 9679

def sign(typ, epoch, counter, payload, content_type=None):
    """COSE_Sign1 (RFC 9052): Ed25519 (-19), key id, who, for which channel, where in the sequence, what."""
    cti = epoch.to_bytes(4, "big") + counter.to_bytes(8, "big")
    header = {1: -19, 4: kid, 15: {1: needs["device"], 3: "provenance", 7: cti}, 16: f"application/vnd.hopline.{typ}+cose"}
    protected = cbor2.dumps(header | ({3: content_type} if content_type else {}), canonical=True)
    signature = key.sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))

# The sequence outlives the program, and is on the disk before it is used. No file: a new epoch, named by the time.
memory = needs_file.with_suffix(".sequence")
epoch, counter = map(int, memory.read_text().split()) if memory.exists() else (int(time.time()), 0)
memory.write_text(f"{epoch} {counter + 1}")

names = {"bn": -2, "bt": -3, "n": 0, "u": 1, "v": 2}  # labels of SenML-CBOR (RFC 8428 section 6)
records = [dict(zip("nvu", re.fullmatch(r"(\w+)=(-?[\d.]+)(.*)", text).groups())) for text in sys.argv[2:]]
records = [{"n": r["n"], "v": float(r["v"]), **({"u": r["u"]} if r["u"] else {})} for r in records]
records[0] |= {"bn": needs["device"] + "_", "bt": time.time()}
reading = sign("reading", epoch, counter, cbor2.dumps([{names[k]: v for k, v in r.items()} for r in records]), 112)

url = urllib.parse.urlparse(needs["url"])
answers, codes = {}, []
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, needs["device"], protocol=mqtt.MQTTv5, transport="websockets")
client.username_pw_set(needs["username"], needs["password"])
client.ws_set_options(path=url.path)
client.tls_set() if url.scheme == "wss" else None
client.on_connect = lambda client, data, flags, code, properties: codes.append(code)
client.on_publish = lambda client, data, mid, code, properties: answers.update({mid: (code, properties)})
client.connect(url.hostname, url.port or (443 if url.scheme == "wss" else 80))
client.loop_start()
deadline = time.time() + 30

def publish(topic, payload):
    """Returns once the edge node has the message on its disk; the same bytes may be sent again at any time."""
    sent = client.publish(topic, payload, qos=1)
    while sent.mid not in answers:
        if time.time() > deadline or (codes and codes[0].is_failure):
            sys.exit(f"not acknowledged: {codes[0] if codes else 'no connection'}")
        time.sleep(0.01)
    code, properties = answers[sent.mid]
    return f"{code} {getattr(properties, 'ReasonString', '')}".strip(), code.is_failure

publish(f"epochs/{needs['device']}", sign("epoch", epoch, 0, b""))
answer, failed = publish(needs["topic"], reading)
print(f"epoch {epoch} counter {counter}: {answer}")
client.disconnect()
sys.exit(1 if failed else 0)
