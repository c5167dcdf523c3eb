// A mail opened: its header fields as they read, its bodies, and the files in it.

import { type ParsedMail, type SimpleParserOptions, simpleParser } from "mailparser";

export interface OpenedMail {
  /** In the order they came, unfolded, encoded words read (RFC 2047). */
  fields: { name: string; value: string }[];
  text?: string;
  /**
   * With the pictures the mail brought as data URLs, otherwise as it came: whoever shows it must keep its scripts and what
   * lies on other hosts out.
   */
  html?: string;
  /** Text, HTML or header fields were longer than what is told. */
  isCut: boolean;
  attachments: OpenedAttachment[];
  /** Why the mail could not be read; its octets are all there is of it. */
  fault?: string;
}

export interface OpenedAttachment {
  /** From 0: its place in the mail. */
  index: number;
  /** Empty when it has none. */
  name: string;
  mediaType: string;
  bytes: number;
  /** Without its brackets; pictures in HTML name it as `cid:`. */
  contentId?: string;
}

/** Bodies as they are: none is made out of another, and no picture is put into them. */
export const PLAIN: SimpleParserOptions = { skipHtmlToText: true, skipTextToHtml: true, keepCidLinks: true };
/** Characters of one body. */
const MOST_TEXT = 1_000_000;
const MOST_FIELDS = 500;
const MOST_FIELD = 20_000;
const SUBJECT = Buffer.from("Subject:");
/** Pictures put into the HTML, together: characters of their data URLs. */
const MOST_PICTURES = 14 * 1024 * 1024;

/** Opens a mail as it came over the wire. Never rejects: of one that no parser takes it tells the fault. */
export async function openMail(raw: Buffer): Promise<OpenedMail> {
  let mail: ParsedMail;
  try {
    mail = await simpleParser(raw, PLAIN);
  } catch (fault) {
    return { fields: [], attachments: [], isCut: false, fault: (fault as Error).message };
  }
  const { text, headerLines, attachments } = mail;
  const html = mail.html || undefined;
  const lines = headerLines.filter(({ key }) => key !== "");
  return {
    fields: await fieldsOf(lines.slice(0, MOST_FIELDS)),
    ...(text !== undefined && { text: text.slice(0, MOST_TEXT) }),
    ...(html !== undefined && { html: await withPictures(raw, html, attachments) }),
    isCut: (text?.length ?? 0) > MOST_TEXT || (html?.length ?? 0) > MOST_TEXT || lines.length > MOST_FIELDS,
    attachments: attachments.map((file, index) => ({
      index,
      name: file.filename ?? "",
      mediaType: file.contentType,
      bytes: file.size,
      ...(file.cid && { contentId: file.cid }),
    })),
  };
}

/** The octets of an attachment, by its place; undefined where there is none. */
export async function openAttachment(raw: Buffer, index: number): Promise<Uint8Array | undefined> {
  const mail = await simpleParser(raw, PLAIN).catch(() => undefined);
  return mail?.attachments[index]?.content;
}

/** A cut HTML keeps its `cid:` links: what they would bring is larger than what was cut. */
async function withPictures(raw: Buffer, html: string, files: ParsedMail["attachments"]): Promise<string> {
  if (html.length > MOST_TEXT) return html.slice(0, MOST_TEXT);
  if (!files.some((file) => file.cid)) return html;
  const mail = await simpleParser(raw, { ...PLAIN, keepCidLinks: false, maxInlinedImagesSize: MOST_PICTURES });
  return mail.html || html;
}

/** The parser reads encoded words in the fields it knows as text only: so each that has some is given to it as a subject. */
async function fieldsOf(lines: ParsedMail["headerLines"]): Promise<OpenedMail["fields"]> {
  const fields: OpenedMail["fields"] = [];
  for (const { line } of lines) {
    const colon = line.indexOf(":");
    // Lines come as octets, one a character.
    const value = Buffer.from(line.slice(colon + 1, colon + 1 + MOST_FIELD), "latin1");
    const words = value.includes("=?") && (await simpleParser(Buffer.concat([SUBJECT, value]))).subject;
    fields.push({ name: line.slice(0, colon).trim(), value: words || value.toString().replace(/\r?\n/g, "").trim() });
  }
  return fields;
}
