// A page of a received fax, small: read when it comes into view, not before.

import type { Client } from "@depesche/client";
import { useEffect, useRef, useState } from "preact/hooks";
import { useBlobUrl } from "../../parts/load.tsx";

/** Decoration beside what says the same in words. */
export function Thumb({ client, fax, page }: { client: Client; fax: number; page: number }) {
  const place = useRef<HTMLSpanElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element || seen) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && setSeen(true), {
      rootMargin: "100px",
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [seen]);
  return (
    <span class="thumb" ref={place} aria-hidden="true">
      {seen && <Picture client={client} fax={fax} page={page} />}
    </span>
  );
}

function Picture({ client, fax, page }: { client: Client; fax: number; page: number }) {
  const { url } = useBlobUrl(`inbound:${fax}:${page}`, () => client.inboundPage(fax, page));
  return url ? <img src={url} alt="" /> : null;
}
