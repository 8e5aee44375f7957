/** Why a mail was not sent, as it stands on the page and in the log. What a server says in words is in neither. */
export type MailErrorCode =
  /** No connection, or one that broke. */
  | "mail.connection"
  /** The server did not answer in time. */
  | "mail.time-out"
  /** No TLS where it is asked for, or a certificate that is not the server's. */
  | "mail.tls"
  /** User name or password were refused. */
  | "mail.sign-in"
  /** The server cannot take it now (4yz), or not as it said it would. */
  | "mail.deferred"
  /** The server does not take it (5yz). */
  | "mail.refused"
  /** An address that no server is asked about. */
  | "mail.address"
  /** It waited too long. */
  | "mail.too-old"
  /** The hub was stopped. */
  | "mail.stopped";
