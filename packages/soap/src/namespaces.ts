// The names of SOAP 1.1, its encoding (section 5), XML Schema and WSDL 1.1.

export const SOAP_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/";
export const SOAP_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/";
export const SOAP_12_ENVELOPE = "http://www.w3.org/2003/05/soap-envelope";
export const ACTOR_NEXT = "http://schemas.xmlsoap.org/soap/actor/next";
export const XSD = "http://www.w3.org/2001/XMLSchema";
export const XSI = "http://www.w3.org/2001/XMLSchema-instance";
export const WSDL = "http://schemas.xmlsoap.org/wsdl/";
export const WSDL_SOAP = "http://schemas.xmlsoap.org/wsdl/soap/";
export const SOAP_HTTP = "http://schemas.xmlsoap.org/soap/http";
