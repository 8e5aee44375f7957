/** Views that few look at each day: a script of their own, which comes when one of them is first shown (later.tsx). */
export { Account } from "./account.tsx";
export { Audit } from "./audit.tsx";
export { Outbox } from "./outbox.tsx";
export { ReceiptLookUp } from "./receipt.tsx";
export { Settings } from "./settings.tsx";
export { SignIns } from "./sign-ins.tsx";
export { Terminals } from "./terminals.tsx";
