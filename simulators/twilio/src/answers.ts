// Error answers of the API: Twilio's codes with HTTP status and text.

const REFUSALS = {
  20001: [400, "Invalid parameter."],
  20003: [401, "Authenticate"],
  20004: [405, "Method not allowed"],
  20009: [409, "Cannot delete this resource before it is complete."],
  20404: [404, "The requested resource was not found"],
  20500: [500, "Internal Server Error"],
  20429: [429, "Too Many Requests"],
  21211: [400, "The 'To' number is not a valid phone number."],
  21212: [400, "The 'From' number is not a valid phone number, shortcode, or alphanumeric sender ID."],
  21408: [400, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number."],
  21602: [400, "Message body is required."],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21606: [400, "The 'From' number is not a valid, SMS-capable phone number of this account."],
  21609: [400, "The 'StatusCallback' URL is not a valid URL."],
  21610: [400, "Attempt to send to unsubscribed recipient"],
  21611: [400, "This 'From' number has exceeded the maximum number of queued messages."],
  21612: [400, "The message cannot be sent with the current combination of 'To' and 'From' parameters."],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, "The concatenated message body exceeds the 1600 character limit."],
  30409: [409, "Message is not cancelable in its current state."],
  35111: [400, "'SendAt' is missing."],
  35114: [400, "'SendAt' must be between 5 minutes and 35 days in the future."],
  35118: [400, "'MessagingServiceSid' is required to schedule a message."],
} as const satisfies Record<number, readonly [status: number, message: string]>;
export type RefusalCode = keyof typeof REFUSALS;

export interface ErrorAnswer {
  status: (typeof REFUSALS)[RefusalCode][0];
  body: { code: RefusalCode; message: string; more_info: string; status: number };
}

/** The answer for a code; `detail` follows its text. */
export function errorAnswer(code: RefusalCode, detail = ""): ErrorAnswer {
  const [status, message] = REFUSALS[code];
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  return { status, body: { code, message: detail === "" ? message : `${message} ${detail}`, more_info, status } };
}
