export { createDeliverer, type Deliverer, type DelivererDeps, deliveryId, RETRY_GAPS_MS } from "./deliverer.ts";
export { createPost, type Post, type PostResult } from "./post.ts";
export { newSecret, sign } from "./signature.ts";
export { startWebhooks, type WebhookDeps } from "./start.ts";
export { addressAllowed, literalTargetProblem, type TargetRules } from "./target.ts";
