import { chainHeadBytes, decodeEvent, eventHash, receiptCode, type ChainHead } from "../../protocol/chain.ts";
import { CodedError } from "../../protocol/errors.ts";
import type { EventEnvelope } from "../../protocol/events.ts";
import { verifyBytes } from "../../protocol/identity.ts";
import type { StoreId, TerminalId } from "../../protocol/ids.ts";
import { exportLine, MAX_LINE_CHARACTERS, type ExportLine } from "../../protocol/export-format.ts";

/** What an export's lines come to. Pure: lines in, a report out; nothing is asked of a hub. */

/** Findings told one by one; more are only counted. */
const MAX_FINDINGS_TOLD = 100;

export interface Finding {
  /** `gap`, `chain`, `fork`, `signature`, `unsigned`, `event`, `end` */
  readonly what: string;
  readonly terminal: TerminalId | null;
  readonly store: StoreId | null;
  readonly seq: number | null;
  /** For a person. */
  readonly detail: string;
}

export interface StoreReport {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly events: number;
  readonly firstSeq: number | null;
  readonly lastSeq: number | null;
  /** Signatures that hold. */
  readonly signatures: number;
  /** Events up to this one are the terminal's own, by its signature; those after it are not signed yet. */
  readonly signedSeq: number;
}

export interface FoundReceipt {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  readonly event: EventEnvelope;
  readonly isSigned: boolean;
}

export interface ExportReport {
  readonly isGood: boolean;
  readonly events: number;
  readonly stores: readonly StoreReport[];
  readonly findings: readonly Finding[];
  readonly moreFindings: number;
  /** Events with the receipt that was asked for; empty when none was. */
  readonly receipts: readonly FoundReceipt[];
}

interface StoreState {
  readonly terminal: TerminalId;
  readonly store: StoreId;
  head: ChainHead;
  firstSeq: number | null;
  events: number;
  signatures: number;
  signedSeq: number;
  readonly hashes: Map<number, string>;
}

export interface CheckOptions {
  /** A receipt to find, as it stood on the screen; null for none. */
  readonly receipt: string | null;
  /** The key that a terminal is known to have, base64, instead of the one that the export says; null to believe the export. */
  readonly publicKey: string | null;
}

export class ExportChecker {
  readonly #receipt: string | null;
  readonly #publicKey: string | null;
  readonly #keys = new Map<TerminalId, string>();
  readonly #stores = new Map<string, StoreState>();
  readonly #findings: Finding[] = [];
  readonly #receipts: { readonly state: StoreState; readonly event: EventEnvelope }[] = [];
  #findingCount = 0;
  #lines = 0;
  #events = 0;
  #heads = 0;
  #ended = false;

  constructor({ receipt, publicKey }: CheckOptions) {
    this.#receipt = receipt?.toLowerCase().replace(/[^0-9a-z]/g, "") ?? null;
    this.#publicKey = publicKey;
  }

  /** Takes the next line. Throws CodedError `export.malformed` for what is no line of an export. */
  line(text: string): void {
    this.#lines += 1;
    const line = this.#parsed(text);
    if ((line.type === "punchbox-ledger") !== (this.#lines === 1))
      throw this.#malformed("the header comes first, once");
    if (this.#ended) throw this.#malformed("nothing comes after the end");
    switch (line.type) {
      case "punchbox-ledger":
        for (const { terminal, publicKey } of line.terminals) this.#keys.set(terminal, publicKey);
        return;
      case "store":
        this.#store(line);
        return;
      case "event":
        this.#event(line.text);
        return;
      case "head":
        this.#head(line);
        return;
      case "end":
        this.#ended = true;
        if (line.events !== this.#events || line.heads !== this.#heads) {
          this.#find(
            "end",
            null,
            null,
            `the export should have ${line.events} events, and has ${this.#events}`,
          );
        }
        return;
    }
  }

  /** When there are no more lines. */
  report(): ExportReport {
    if (this.#lines === 0) throw this.#malformed("an export has a header");
    if (!this.#ended) this.#find("end", null, null, "the export was cut off: its last line is missing");
    for (const state of this.#stores.values()) {
      if (state.events > 0 && state.signatures === 0)
        this.#find(
          "unsigned",
          state,
          state.head.seq,
          "no signature of the terminal is over any of these events",
        );
    }
    return {
      isGood: this.#findingCount === 0,
      events: this.#events,
      stores: [...this.#stores.values()].map(
        ({ terminal, store, events, firstSeq, head, signatures, signedSeq }) => ({
          terminal,
          store,
          events,
          firstSeq,
          lastSeq: firstSeq === null ? null : head.seq,
          signatures,
          signedSeq,
        }),
      ),
      findings: this.#findings,
      moreFindings: this.#findingCount - this.#findings.length,
      receipts: this.#receipts.map(({ state, event }) => ({
        terminal: state.terminal,
        store: state.store,
        event,
        isSigned: event.seq <= state.signedSeq,
      })),
    };
  }

  #store({ terminal, store, after }: Extract<ExportLine, { type: "store" }>): void {
    const key = `${terminal} ${store}`;
    if (this.#stores.has(key)) throw this.#malformed("a store has one line");
    const hashes = new Map([[after.seq, after.hash]]);
    this.#stores.set(key, {
      terminal,
      store,
      head: after,
      firstSeq: null,
      events: 0,
      signatures: 0,
      signedSeq: 0,
      hashes,
    });
  }

  #event(text: string): void {
    this.#events += 1;
    const event = this.#decoded(text);
    const state = this.#stateOf(event.terminal, event.store);
    const hash = eventHash(text);
    const { seq } = event;
    state.events += 1;
    if (this.#receipt !== null && receiptCode(hash) === this.#receipt) this.#receipts.push({ state, event });
    if (seq <= state.head.seq) {
      const known = state.hashes.get(seq);
      if (known !== hash)
        this.#find("fork", state, seq, `there is another event ${seq}: two histories of one store`);
      return;
    }
    if (seq > state.head.seq + 1) {
      const missing = `${state.head.seq + 1} to ${seq - 1}`;
      this.#find("gap", state, seq, `events ${missing} are missing`);
    } else if (event.previous !== state.head.hash) {
      this.#find(
        "chain",
        state,
        seq,
        `event ${seq} does not follow the event ${state.head.seq} that is here`,
      );
    }
    state.firstSeq ??= seq;
    state.head = { seq, hash };
    state.hashes.set(seq, hash);
  }

  #head({ terminal, store, seq, hash, signature }: Extract<ExportLine, { type: "head" }>): void {
    this.#heads += 1;
    const state = this.#stateOf(terminal, store);
    const publicKey = this.#publicKey ?? this.#keys.get(terminal);
    if (publicKey === undefined) throw this.#malformed(`the header has no key of terminal ${terminal}`);
    if (state.hashes.get(seq) !== hash) {
      this.#find(
        "signature",
        state,
        seq,
        `what was signed as event ${seq} is not the event ${seq} that is here`,
      );
    } else if (!holds(publicKey, chainHeadBytes(terminal, store, { seq, hash }), signature)) {
      this.#find("signature", state, seq, `the signature over event ${seq} is not this terminal's`);
    } else {
      state.signatures += 1;
      state.signedSeq = Math.max(state.signedSeq, seq);
    }
  }

  #stateOf(terminal: TerminalId, store: StoreId): StoreState {
    const state = this.#stores.get(`${terminal} ${store}`);
    if (state === undefined) throw this.#malformed("a store's line comes before its events and heads");
    return state;
  }

  #parsed(text: string): ExportLine {
    if (text.length > MAX_LINE_CHARACTERS)
      throw this.#malformed(`a line may have ${MAX_LINE_CHARACTERS} characters at most`);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#malformed("each line is a JSON object");
    }
    const parsed = exportLine.safeParse(value);
    if (parsed.success) return parsed.data;
    const field = parsed.error.issues[0]?.path.join(".") ?? "";
    throw this.#malformed(
      field === "" ? "it is no line of an export" : `its field "${field}" is missing or wrong`,
    );
  }

  #decoded(text: string): EventEnvelope {
    try {
      return decodeEvent(text);
    } catch {
      throw this.#malformed("its text is no event");
    }
  }

  #malformed(detail: string): CodedError {
    return new CodedError("export.malformed", `line ${this.#lines}: ${detail}`);
  }

  #find(what: string, state: StoreState | null, seq: number | null, detail: string): void {
    this.#findingCount += 1;
    if (this.#findings.length >= MAX_FINDINGS_TOLD) return;
    this.#findings.push({
      what,
      terminal: state?.terminal ?? null,
      store: state?.store ?? null,
      seq,
      detail,
    });
  }
}

function holds(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  try {
    return verifyBytes(publicKey, bytes, signature);
  } catch {
    return false;
  }
}
