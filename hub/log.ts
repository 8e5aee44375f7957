/** Fields of a log line. Never message contents, PINs, keys pressed, tokens or keys. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

/** What the hub's inside needs of a logger; a pino logger is one. */
export interface HubLog {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
