export type { SmtpConfig } from "./route.ts";
export { messageIdOf, openSmtp } from "./route.ts";
