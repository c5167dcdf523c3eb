"""zeep against the FAX.de face, as its users write it. Arguments: URL of the WSDL, its style, a PDF. Prints one JSON object."""
import datetime
import hashlib
import json
import sys
import time

import zeep

wsdl, style, pdf = sys.argv[1:]
client = zeep.Client(wsdl)
login = {"Account": "1000", "Password": "geheim"}


def call(operation, **parts):
    """One call; always a dictionary of out parts: zeep gives a bare value for a lone one."""
    out = getattr(client.service, operation)(**parts)
    return {"return": out} if isinstance(out, int) else {name: out[name] for name in out}


def finished(job):
    for _ in range(600):
        status = call("JobStatus", **login, JobId=str(job))
        if status["return"] != 6:
            break
        time.sleep(0.1)
    return status


# The rpc styles want every part; zeep's users pass empty ones, and the present for "at once".
EMPTY = {
    **dict.fromkeys(("Recipient", "SendText", "SendFilename1", "SendFilename2", "SendFilename3", "Options"), ""),
    **dict.fromkeys(("RecipientFile", "SendFile1", "SendFile2", "SendFile3"), b""),
    "SendeDateTime": datetime.datetime.now(datetime.timezone.utc),
}


def send_job(**parts):
    return call("SendJob", **{**(EMPTY if style != "doclit" else {}), **parts})


with open(pdf, "rb") as file:
    fax = {"JobType": 0, "Recipient": "+493023125001[Größe & Maß]", "SendFilename1": "letter.pdf", "SendFile1": file.read()}
sent = send_job(**login, **fax)
status = finished(sent["JobId"])
year = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=330)
late = send_job(**login, JobType=0, Recipient="+493023125001", SendText="Später", SendeDateTime=year)
cancel = {**login, "JobId": str(late["JobId"])}
wrong = send_job(Account="1000", Password="falsch", **fax)
sms = send_job(**login, JobType=1, Recipient="+491713920001", SendText="€" * 81)
inbound = call("RequestReceived", **login)
delete = {**login, "FaxId": inbound["FaxId"]}
print(json.dumps({
    "sent": [sent["return"], sent["RecipientsCount"], sent["PageCount"]],
    "status": [status["return"], status["SendResult"], status["RemoteId"]],
    "rows": status["StatusFile"].decode().strip().split("\r\n")[1:],
    "wrong": [wrong["return"], wrong["JobId"]],
    "parts": sms["PageCount"],
    "cancelled": [call("CancelJob", **cancel)["return"], call("CancelJob", **cancel)["return"]],
    "inbound": [inbound["return"], inbound["Pages"], inbound["Originator"]],
    "image": hashlib.sha256(inbound["FaxImage"]).hexdigest(),
    "deleted": [call("DeleteReceived", **delete)["return"], call("DeleteReceived", **delete)["return"]],
}))
