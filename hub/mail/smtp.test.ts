import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { arrivedMail } from "../testing/mail/arrived.ts";
import { ScriptedTransport } from "../testing/mail/scripted-transport.ts";
import { SmtpInbox } from "../testing/mail/smtp-inbox.ts";
import { openSmtp } from "./smtp.ts";
import { describeMailTransport } from "./transport.contract.ts";
import type { OutgoingMail } from "./transport.ts";

describeMailTransport("SMTP to the package smtp-server", async () => {
  const inbox = await SmtpInbox.open();
  const server = { host: "127.0.0.1", port: inbox.port, tls: "none", signIn: null } as const;
  return {
    transport: openSmtp(server, new VirtualScheduler()),
    arrived: () => Promise.resolve(inbox.messages.map(arrivedMail)),
    close: () => inbox.close(),
  };
});

describeMailTransport("the transport of other tests", () => {
  const transport = new ScriptedTransport();
  const arrived = (): Promise<OutgoingMail[]> => Promise.resolve(transport.sent);
  return Promise.resolve({ transport, arrived, close: () => Promise.resolve() });
});
