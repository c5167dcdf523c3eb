// The page at ?intf=IntfXMLWS: the five calls as the printed documentation shows them, and where the WSDL is.
import { escapeText, type Operation, type Part, type Style } from "@depesche/soap";
import { OPERATIONS } from "./service.ts";

/** The page as HTML, with the WSDL's addresses by style. */
export function infoPage(wsdlUrls: Readonly<Record<Style, string>>): string {
  return `<!doctype html>
<html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>IntfXMLWS</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}pre{overflow:auto;padding:.75rem;border:1px solid #8888}</style></head>
<body><h1>IntfXMLWS</h1>
<p>SOAP 1.1 über HTTP. Fünf Aufrufe versenden Fax, SMS, E-Mail und Briefe und holen empfangene Faxe ab.</p>
<h2>WSDL</h2>
<ul>
<li><a href="${escapeText(wsdlUrls.encoded)}">rpc/encoded</a> (wie FAX.de)</li>
<li><a href="${escapeText(wsdlUrls.literal)}">rpc/literal</a></li>
<li><a href="${escapeText(wsdlUrls.doclit)}">document/literal</a> (für .NET bequemer: der Rückgabewert steht vorn)</li>
</ul>
<h2>Aufrufe</h2>
${Object.values(OPERATIONS).map(signature).join("\n")}
</body></html>
`;
}

function signature(operation: Operation): string {
  const indent = " ".repeat(operation.name.length + 6);
  const line = (direction: string) => (part: Part) => `${direction} ${part.type} ${part.name}`;
  const parts = [...operation.in.map(line("in ")), ...operation.out.map(line("out"))];
  return `<pre>int ${operation.name}(${parts.join(`,\n${indent}`)})</pre>`;
}
