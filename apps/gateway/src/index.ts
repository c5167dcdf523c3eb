export { newSecret, sign } from "./webhooks/signature.ts";
