// Webhooks as the server starts and stops them.

import { createDeliverer, type DelivererDeps } from "./deliverer.ts";
import { createPost, type Post } from "./post.ts";
import type { TargetRules } from "./target.ts";

export type WebhookDeps = Omit<DelivererDeps, "post"> & TargetRules & { onPosted(ok: boolean): void };

/** Delivers events to webhooks until closed; `close` cuts off what is on its way. */
export function startWebhooks(deps: WebhookDeps): { close(): Promise<void> } {
  const { post, close } = createPost(deps);
  const counted: Post = async (...delivery) => {
    const result = await post(...delivery);
    deps.onPosted(result.ok);
    return result;
  };
  const deliverer = createDeliverer({ ...deps, post: counted });
  deliverer.start();
  return {
    async close() {
      // Connections first: a delivery that is cut off is repeated under the same id after the next start.
      close();
      await deliverer.close();
    },
  };
}
