"""A fax machine made of spandsp (the T.38 and T.30 stack of Asterisk and FreeSWITCH), behind as little SIP as will do.

  spandsp-peer.py answer|call --port SIP --peer HOST:PORT [--to NUMBER] [--send FILE.tif] [--receive FILE.tif]
      [--audio]         a call begins as sound (spandsp's own audio fax), T.38 by re-INVITE
      [--reinvite]      with --audio: this end offers T.38 by itself, a second after the answer
      [--refuse]        T.38 offers within the call get 488
      [--no-ecm]        a machine without error correction
      [--version N]     T38FaxVersion; [--datagram N]: T38FaxMaxDatagram
      [--lose SHARE]    so many of its datagrams, both ways, are lost
      [--vanish S]      after so many seconds of T.38 it is gone without a word; [--mute S]: its sockets stay, silent
      [--bye S]         after so many seconds of T.38 it says BYE in the midst

Prints one JSON object when the call is over. libspandsp2 comes with Wireshark; no header or compiler is needed.
"""
import argparse, audioop, ctypes as C, json, random, re, select, socket, struct, time

p = argparse.ArgumentParser()
p.add_argument("role", choices=["answer", "call"])
p.add_argument("--port", type=int, required=True)
p.add_argument("--peer", required=True)
p.add_argument("--to", default="900")
p.add_argument("--send")
p.add_argument("--receive")
p.add_argument("--audio", action="store_true")
p.add_argument("--reinvite", action="store_true")
p.add_argument("--refuse", action="store_true")
p.add_argument("--no-ecm", action="store_true")
p.add_argument("--version", type=int, default=0)
p.add_argument("--datagram", type=int, default=400)
p.add_argument("--lose", type=float, default=0.0)
p.add_argument("--vanish", type=float)
p.add_argument("--mute", type=float)
p.add_argument("--bye", type=float)
p.add_argument("--seconds", type=float, default=150)
o = p.parse_args()

HOST = "127.0.0.1"
PEER = (o.peer.split(":")[0], int(o.peer.split(":")[1]))
CALLING = o.role == "call"
S = C.CDLL("libspandsp.so.2")
for name in ("t38_terminal_init", "t38_terminal_get_t30_state", "t38_terminal_get_t38_core_state", "fax_init", "fax_get_t30_state"):
    getattr(S, name).restype = C.c_void_p
S.t30_completion_code_to_str.restype = C.c_char_p
TX = C.CFUNCTYPE(C.c_int, C.c_void_p, C.c_void_p, C.POINTER(C.c_uint8), C.c_int, C.c_int)
PHASE_E = C.CFUNCTYPE(None, C.c_void_p, C.c_void_p, C.c_int)

out = {"role": o.role, "sip": [], "ended": None}
random.seed(1)


class T30:
    """Sets one of spandsp's sessions up; what it ended with."""

    def __init__(self, t30):
        self.code = None
        self.cb = PHASE_E(self.ended)
        t30 = C.c_void_p(t30)
        S.t30_set_phase_e_handler(t30, self.cb, None)
        S.t30_set_tx_ident(t30, b"+49 30 23125 777")
        S.t30_set_ecm_capability(t30, 0 if o.no_ecm else 1)
        S.t30_set_supported_compressions(t30, 6 if o.no_ecm else 14)
        if o.send:
            S.t30_set_tx_file(t30, o.send.encode(), -1, -1)
        if o.receive:
            S.t30_set_rx_file(t30, o.receive.encode(), -1)

    def ended(self, s, user, code):
        self.code = code


class T38:
    def __init__(self, remote):
        self.sock = udp(0) if T38.bound is None else T38.bound
        self.remote = remote
        self.seq = 0
        self.sent = []
        self.seen = -1
        self.tx = TX(self.send)
        self.t = C.c_void_p(S.t38_terminal_init(None, 1 if CALLING else 0, self.tx, None))
        self.core = C.c_void_p(S.t38_terminal_get_t38_core_state(self.t))
        S.t38_set_t38_version(self.core, o.version)
        self.t30 = T30(S.t38_terminal_get_t30_state(self.t))

    bound = None

    def send(self, s, user, buf, length, count):
        ifp = bytes(buf[:length])
        older = self.sent[:3]
        body = struct.pack(">H", self.seq & 0xFFFF) + sized(ifp) + b"\0" + bytes([len(older)]) + b"".join(sized(x) for x in older)
        for _ in range(max(1, count)):
            if random.random() >= o.lose:
                self.sock.sendto(body, self.remote)
        self.seq += 1
        self.sent = ([ifp] + self.sent)[:3]
        return 0

    def receive(self):
        data, source = self.sock.recvfrom(4096)
        if source != self.remote or random.random() < o.lose:
            return
        seq = struct.unpack(">H", data[:2])[0]
        primary, at = unsized(data, 2)
        packets = [(seq, primary)]
        if data[at] & 0x80 == 0:
            count, at = data[at + 1], at + 2
            for i in range(count):
                one, at = unsized(data, at)
                packets.append((seq - 1 - i, one))
        else:
            out["fec"] = True
        for number, ifp in reversed(packets):
            if number > self.seen:
                self.seen = number
                S.t38_core_rx_ifp_packet(self.core, ifp, len(ifp), C.c_uint16(number & 0xFFFF))

    def tick(self):
        S.t38_terminal_send_timeout(self.t, 160)


class Audio:
    """spandsp's fax on G.711 A-law: real CED, CNG and V.21."""

    def __init__(self):
        self.sock = udp(0)
        self.remote = None
        self.f = C.c_void_p(S.fax_init(None, 1 if CALLING else 0))
        S.fax_set_transmit_on_idle(self.f, 1)
        self.t30 = T30(S.fax_get_t30_state(self.f))
        self.seq = self.heard = 0

    def tick(self):
        if not self.remote:
            return
        pcm = (C.c_int16 * 160)()
        S.fax_tx(self.f, pcm, 160)
        head = struct.pack(">BBHII", 0x80, 8, self.seq & 0xFFFF, self.seq * 160, 77)
        self.sock.sendto(head + audioop.lin2alaw(bytes(pcm), 2), self.remote)
        self.seq += 1

    def receive(self):
        data, _ = self.sock.recvfrom(4096)
        pcm = audioop.alaw2lin(data[12:], 2)
        self.heard += 1
        S.fax_rx(self.f, (C.c_int16 * (len(pcm) // 2)).from_buffer_copy(pcm), len(pcm) // 2)


def sized(x):
    return (bytes([len(x)]) if len(x) < 128 else struct.pack(">H", 0x8000 | len(x))) + x


def unsized(data, at):
    n, at = (data[at], at + 1) if data[at] < 128 else (struct.unpack(">H", data[at:at + 2])[0] & 0x3FFF, at + 2)
    return data[at:at + n], at + n


def udp(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((HOST, port))
    return s


def sdp(kind):
    head = f"v=0\r\no=peer 1 {random.randint(1, 99999)} IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
    if kind == "audio":
        port = audio.sock.getsockname()[1]
        return head + f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
    port = T38.bound.getsockname()[1]
    return head + (f"m=image {port} udptl t38\r\na=T38FaxVersion:{o.version}\r\na=T38MaxBitRate:14400\r\n"
                   f"a=T38FaxRateManagement:transferredTCF\r\na=T38FaxMaxDatagram:{o.datagram}\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n")


def media(body):
    found = re.search(r"m=(image|audio) (\d+) (?:udptl|RTP)", body)
    where = re.search(r"c=IN IP4 (\S+)", body)
    return (found.group(1), (where.group(1), int(found.group(2)))) if found and int(found.group(2)) else (None, None)


def head(message, name):
    return [m.group(1).strip() for m in re.finditer(rf"(?im)^{name}\s*:(.*)$", message.split("\r\n\r\n")[0])]


def answer(request, status, reason, body=""):
    to = head(request, "To")[0]
    lines = [f"SIP/2.0 {status} {reason}"] + [f"Via: {v}" for v in head(request, "Via")]
    lines += [f"From: {head(request, 'From')[0]}", f"To: {to if 'tag=' in to or status == 100 else to + ';tag=peer'}"]
    lines += [f"Call-ID: {head(request, 'Call-ID')[0]}", f"CSeq: {head(request, 'CSeq')[0]}", f"Contact: <sip:peer@{HOST}:{o.port}>"]
    if body:
        lines.append("Content-Type: application/sdp")
    sip.sendto(("\r\n".join(lines) + f"\r\nContent-Length: {len(body)}\r\n\r\n" + body).encode(), PEER)
    out["sip"].append(f"> {status}")


def request(method, body="", cseq=None):
    me, they = dialog["local"], dialog["remote"]
    if cseq is None and method != "ACK":
        dialog["cseq"] += 1
    lines = [f"{method} {dialog['target']} SIP/2.0", f"Via: SIP/2.0/UDP {HOST}:{o.port};branch=z9hG4bK{random.randint(1, 10**12)};rport"]
    lines += ["Max-Forwards: 70", f"From: {me}", f"To: {they}", f"Call-ID: {dialog['id']}", f"CSeq: {cseq or dialog['cseq']} {method}"]
    lines += [f"Contact: <sip:peer@{HOST}:{o.port}>"] + (["Content-Type: application/sdp"] if body else [])
    sip.sendto(("\r\n".join(lines) + f"\r\nContent-Length: {len(body)}\r\n\r\n" + body).encode(), PEER)
    out["sip"].append(f"> {method}")


def take(kind, remote):
    """The stream that is agreed."""
    global t38
    if kind == "image" and t38 is None:
        t38 = T38(remote)
        out["t38After"] = round(time.monotonic() - began, 2)
    elif kind == "audio" and audio:
        audio.remote = remote


def on_request(text, method):
    body = text.split("\r\n\r\n", 1)[1]
    out["sip"].append(f"< {method}")
    if method == "INVITE":
        kind, remote = media(body)
        within = "tag=" in head(text, "To")[0]
        if within and o.refuse:
            return answer(text, 488, "Not Acceptable Here")
        if kind is None or (kind == "image" and not within and o.audio):
            return answer(text, 488, "Not Acceptable Here")
        if not within:
            answer(text, 100, "Trying")
            answer(text, 180, "Ringing")
            contact = re.search(r"<([^>]+)>", head(text, "Contact")[0]).group(1)
            dialog.update(id=head(text, "Call-ID")[0], local=head(text, "To")[0] + ";tag=peer", remote=head(text, "From")[0], target=contact)
        answer(text, 200, "OK", sdp(kind))
        take(kind, remote)
    elif method == "BYE":
        answer(text, 200, "OK")
        out["bye"] = "theirs"
        # What was said on the line before it is still heard.
        linger["until"] = time.monotonic() + 1
    elif method != "ACK":
        answer(text, 200, "OK")


def on_response(text, status):
    method = head(text, "CSeq")[0].split()[1]
    cseq = int(head(text, "CSeq")[0].split()[0])
    out["sip"].append(f"< {status}")
    if method == "INVITE" and status >= 200:
        if status < 300:
            dialog["remote"] = head(text, "To")[0]
            dialog["target"] = re.search(r"<([^>]+)>", head(text, "Contact")[0]).group(1)
            take(*media(text.split("\r\n\r\n", 1)[1]))
        request("ACK", cseq=cseq)
        if status >= 300 and cseq == 1:
            out["bye"] = f"refused {status}"


sip = udp(o.port)
T38.bound = udp(0)
audio = Audio() if o.audio else None
t38 = None
dialog = {"id": f"peer{random.random()}{time.time()}", "cseq": 0, "local": f"<sip:peer@{HOST}>;tag=peer", "remote": f"<sip:{o.to}@{o.peer}>", "target": f"sip:{o.to}@{o.peer}"}
linger = {"until": 0.0}
began = time.monotonic()
if CALLING:
    request("INVITE", sdp("audio" if o.audio else "image"))
print(json.dumps({"ready": o.port}), flush=True)
due = began
offered = False
bye_at = None
while time.monotonic() - began < o.seconds and ("bye" not in out or time.monotonic() < linger["until"]):
    socks = [sip] + ([t38.sock] if t38 else [audio.sock] if audio else [])
    ready, _, _ = select.select(socks, [], [], max(0, due - time.monotonic()))
    for one in ready:
        if one is not sip:
            (t38 or audio).receive()
            continue
        text = sip.recvfrom(65536)[0].decode(errors="replace")
        status = re.match(r"SIP/2\.0 (\d+)", text)
        if status:
            on_response(text, int(status.group(1)))
        else:
            on_request(text, text.split(" ", 1)[0])
    if time.monotonic() < due:
        continue
    due += 0.02
    if t38 or audio:
        (t38 or audio).tick()
    since = time.monotonic() - began - out["t38After"] if t38 else 0
    if o.vanish and since > o.vanish:
        break
    if o.mute and since > o.mute:
        time.sleep(1)
        continue
    if o.bye and since > o.bye and "bye" not in out:
        request("BYE")
        out["bye"] = "ours"
    if o.reinvite and audio and audio.seq > 50 and not offered and not t38:
        offered = True
        request("INVITE", sdp("image"))
    session = t38.t30 if t38 else audio.t30 if audio else None
    if session and session.code is not None and bye_at is None:
        bye_at = time.monotonic() + (0.5 if CALLING else 5)
    if bye_at and time.monotonic() > bye_at and "bye" not in out:
        request("BYE")
        out["bye"] = "ours"
if t38 and t38.t30.code is not None:
    out["ended"] = S.t30_completion_code_to_str(t38.t30.code).decode()
elif audio and audio.t30.code is not None:
    out["ended"] = "audio: " + S.t30_completion_code_to_str(audio.t30.code).decode()
out["heard"] = audio.heard if audio else None
print(json.dumps(out), flush=True)
