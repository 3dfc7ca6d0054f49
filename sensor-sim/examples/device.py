"""A signing Hopline device. Usage: device.py NEEDS.json STREAM=VALUE[UNIT] …, as: device.py probe.json temperature=3.4Cel"""
import base64, hashlib, json, pathlib, re, sys, time, urllib.parse
import cbor2, paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

file = pathlib.Path(sys.argv[1])
needs = json.loads(file.read_text())  # written by: npm run enrol -- … --out NEEDS.json
jwk = json.loads((file.parent / needs["keyFile"]).read_text())
d, x = (base64.urlsafe_b64decode(jwk[part] + "=") for part in "dx")
kid = hashlib.sha256(cbor2.dumps({1: 1, -1: 6, -2: x}, canonical=True)).digest()  # RFC 9679

def sign(typ, epoch, counter, payload, more={}):
    """COSE_Sign1 (RFC 9052): Ed25519 (-19), key id, who, for which channel, where in the sequence, what."""
    claims = {1: needs["device"], 3: "provenance", 7: epoch.to_bytes(4, "big") + counter.to_bytes(8, "big")}
    header = {1: -19, 4: kid, 15: claims, 16: f"application/vnd.hopline.{typ}+cose", **more}
    protected = cbor2.dumps(header, canonical=True)
    signature = Ed25519PrivateKey.from_private_bytes(d).sign(cbor2.dumps(["Signature1", protected, b"", payload]))
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))

# The sequence outlives the program, and is on the disk before it is used. No file: a new epoch, named by the time.
memory = file.with_suffix(".sequence")
epoch, counter = map(int, memory.read_text().split()) if memory.exists() else (int(time.time()), 0)
memory.write_text(f"{epoch} {counter + 1}")

# SenML-CBOR (RFC 8428 section 6): name 0, unit 1, value 2; base name -2 and base time -3 hold for all that follow.
given = [re.fullmatch(r"(\w+)=(-?[\d.]+)(.*)", text).groups() for text in sys.argv[2:]]
records = [{0: name, 2: float(value)} | ({1: unit} if unit else {}) for name, value, unit in given]
records[0] |= {-2: needs["device"] + "_", -3: time.time()}
reading = sign("reading", epoch, counter, cbor2.dumps(records), {3: 112})
outbox = [(f"epochs/{needs['device']}", sign("epoch", epoch, 0, b"")), (needs["topic"], reading)]
answers = []  # to CONNECT and to each PUBLISH

def answered(client, _, what, code, properties):
    """A PUBACK means that the message is on the edge node's disk; until then the same bytes may be sent again."""
    answers.append((code.is_failure, f"{code} {getattr(properties, 'ReasonString', '')}".strip()))
    if outbox and not code.is_failure:
        client.publish(*outbox.pop(0), qos=1)

url = urllib.parse.urlparse(needs["url"])
client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, needs["device"], protocol=mqtt.MQTTv5, transport="websockets")
client.username_pw_set(needs["username"], needs["password"])
client.ws_set_options(path=url.path)
client.on_connect = client.on_publish = answered
if url.scheme == "wss": client.tls_set()
client.connect(url.hostname, url.port or (443 if url.scheme == "wss" else 80))
deadline = time.time() + 30
while len(answers) < 3 and not any(failed for failed, _ in answers) and time.time() < deadline:
    if client.loop(1): break
failed, answer = answers[-1] if answers else (True, "no answer")
print(f"epoch {epoch} counter {counter}: {answer}")
client.disconnect()
sys.exit(1 if failed or len(answers) < 3 else 0)
