// WSDL 1.1 from a service's table, in the form that Delphi's generator gave it (rpc/encoded), and in the two literal forms.
import { escapeText } from "./escape.ts";
import { SOAP_ENCODING, SOAP_HTTP, WSDL, WSDL_SOAP, XSD } from "./namespaces.ts";
import { type Operation, outParts, type Part, type Service, type Style } from "./operation.ts";

/** The WSDL document for one style, with `address` as the place to post to. */
export function writeWsdl(service: Service, style: Style, address: string): string {
  const name = escapeText(service.interfaceName);
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="${WSDL}" xmlns:xs="${XSD}" name="${name}service" targetNamespace="${escapeText(service.targetNamespace)}" xmlns:tns="${escapeText(service.targetNamespace)}" xmlns:ns1="${escapeText(service.namespace)}" xmlns:soap="${WSDL_SOAP}" xmlns:soapenc="${SOAP_ENCODING}">
${style === "doclit" ? types(service) : ""}${service.operations.map((o, i) => messages(o, i, style)).join("")}  <portType name="${name}">
${service.operations.map(portOperation).join("")}  </portType>
  <binding name="${name}binding" type="tns:${name}">
    <soap:binding style="${style === "doclit" ? "document" : "rpc"}" transport="${SOAP_HTTP}"/>
${service.operations.map((o) => boundOperation(o, service, style)).join("")}  </binding>
  <service name="${name}service">
    <port name="${name}Port" binding="tns:${name}binding">
      <soap:address location="${escapeText(address)}"/>
    </port>
  </service>
</definitions>
`;
}

/** Delphi numbers its messages: the method's name and its place. */
function messageName(operation: Operation, index: number): string {
  return `${operation.name}${index}`;
}

function messages(operation: Operation, index: number, style: Style): string {
  const name = messageName(operation, index);
  if (style === "doclit") {
    return `  <message name="${name}Request">
    <part name="parameters" element="ns1:${operation.name}"/>
  </message>
  <message name="${name}Response">
    <part name="parameters" element="ns1:${operation.name}Response"/>
  </message>
`;
  }
  return `  <message name="${name}Request">
${operation.in.map(typedPart).join("")}  </message>
  <message name="${name}Response">
${outParts(operation, style).map(typedPart).join("")}  </message>
`;
}

function typedPart(part: Part): string {
  return `    <part name="${part.name}" type="xs:${part.type}"/>\n`;
}

function types(service: Service): string {
  const elements = service.operations.map(
    (o) => wrapper(o.name, o.in) + wrapper(`${o.name}Response`, outParts(o, "doclit")),
  );
  return `  <types>
    <xs:schema targetNamespace="${escapeText(service.namespace)}" elementFormDefault="qualified">
${elements.join("")}    </xs:schema>
  </types>
`;
}

function wrapper(name: string, parts: readonly Part[]): string {
  const children = parts.map(
    (part) =>
      `          <xs:element name="${part.name}" type="xs:${part.type}"${part.optional ? ' minOccurs="0"' : ""}/>\n`,
  );
  return `      <xs:element name="${name}">
        <xs:complexType><xs:sequence>
${children.join("")}        </xs:sequence></xs:complexType>
      </xs:element>
`;
}

function portOperation(operation: Operation, index: number): string {
  const name = messageName(operation, index);
  return `    <operation name="${operation.name}">
      <input message="tns:${name}Request"/>
      <output message="tns:${name}Response"/>
    </operation>
`;
}

function boundOperation(operation: Operation, service: Service, style: Style): string {
  const namespace = escapeText(service.namespace);
  const body = {
    encoded: `<soap:body use="encoded" encodingStyle="${SOAP_ENCODING}" namespace="${namespace}"/>`,
    literal: `<soap:body use="literal" namespace="${namespace}"/>`,
    doclit: '<soap:body use="literal"/>',
  }[style];
  return `    <operation name="${operation.name}">
      <soap:operation soapAction="${namespace}#${operation.name}" style="${style === "doclit" ? "document" : "rpc"}"/>
      <input>${body}</input>
      <output>${body}</output>
    </operation>
`;
}
