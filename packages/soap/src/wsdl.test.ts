import sax from "sax";
import { describe, expect, it } from "vitest";
import { type Service, type Style, writeWsdl } from "./index.ts";

const SERVICE: Service = {
  interfaceName: "IntfXMLWS",
  namespace: "urn:XMLWSIntf-IntfXMLWS",
  targetNamespace: "http://tempuri.org/",
  operations: [
    {
      name: "SendJob",
      in: [
        { name: "Account", type: "string", optional: true },
        { name: "JobType", type: "int" },
      ],
      out: [{ name: "JobId", type: "int" }],
    },
    { name: "CancelJob", in: [{ name: "JobId", type: "string" }], out: [] },
  ],
};

/** Every start tag with its attributes, in order; throws when the text is not well-formed. */
function tags(style: Style): string[] {
  const seen: string[] = [];
  const parser = sax.parser(true);
  parser.onerror = (error) => {
    throw error;
  };
  parser.onopentag = (tag) => {
    seen.push([tag.name, ...Object.entries(tag.attributes).map(([name, value]) => `${name}=${value}`)].join(" "));
  };
  parser.write(writeWsdl(SERVICE, style, "http://a.example/x?y&z")).close();
  return seen;
}

describe("writeWsdl", () => {
  it("names and orders everything as Delphi's generator did, the return part last", () => {
    const wsdl = tags("encoded");
    expect(wsdl[0]).toContain("name=IntfXMLWSservice targetNamespace=http://tempuri.org/");
    expect(wsdl.slice(1, 12)).toEqual([
      "message name=SendJob0Request",
      "part name=Account type=xs:string",
      "part name=JobType type=xs:int",
      "message name=SendJob0Response",
      "part name=JobId type=xs:int",
      "part name=return type=xs:int",
      "message name=CancelJob1Request",
      "part name=JobId type=xs:string",
      "message name=CancelJob1Response",
      "part name=return type=xs:int",
      "portType name=IntfXMLWS",
    ]);
    expect(wsdl).toContain("soap:operation soapAction=urn:XMLWSIntf-IntfXMLWS#SendJob style=rpc");
    expect(wsdl).toContain(
      "soap:body use=encoded encodingStyle=http://schemas.xmlsoap.org/soap/encoding/ namespace=urn:XMLWSIntf-IntfXMLWS",
    );
    expect(wsdl.slice(-3)).toEqual([
      "service name=IntfXMLWSservice",
      "port name=IntfXMLWSPort binding=tns:IntfXMLWSbinding",
      "soap:address location=http://a.example/x?y&z",
    ]);
  });

  it("has no encoding in rpc/literal", () => {
    expect(tags("literal")).toContain("soap:body use=literal namespace=urn:XMLWSIntf-IntfXMLWS");
  });

  it("wraps parts in elements in document/literal, return first and outputs mandatory", () => {
    const wsdl = tags("doclit");
    const response = wsdl.indexOf("xs:element name=SendJobResponse");
    expect(wsdl.slice(response + 3, response + 5)).toEqual([
      "xs:element name=return type=xs:int",
      "xs:element name=JobId type=xs:int",
    ]);
    expect(wsdl).toContain("xs:element name=Account type=xs:string minOccurs=0");
    expect(wsdl).toContain("part name=parameters element=ns1:SendJobResponse");
  });
});
