// The channels a job can take. "null" sends nothing and always succeeds: it exists for benchmarks and fault runs of the core alone.

export const CHANNELS = ["fax", "sms", "mail", "letter", "null"] as const;
export type Channel = (typeof CHANNELS)[number];
