import { Readable } from "node:stream";
import * as z from "zod";
import { exportedLedger } from "../../ledger/export.ts";
import { findReceipt } from "../../receipts/find.ts";
import { ledgerQuery, receiptBody, receiptCodeText } from "../history-schemas.ts";
import { fileRoute, route, type ApiRoute } from "../route.ts";
import type { Api } from "./api.ts";

/** Receipts that one caller may look up a minute: enough for a desk, nothing for who tries codes. */
export const MAX_RECEIPT_LOOKUPS = 30;

/** Proofs: which event a receipt is of, and the ledgers as they were signed. */
export function receiptRoutes({ access, rate }: Api): readonly ApiRoute[] {
  const { queries } = access.store;
  return [
    route({
      least: "manager",
      scopes: ["read"],
      method: "GET",
      path: "/api/v1/receipts/{code}",
      does: "The event that the code on a terminal's screen is of: admins any, others their own",
      params: z.strictObject({ code: receiptCodeText }),
      answer: receiptBody,
      async handle({ params: { code }, caller }) {
        rate.take(`receipts of ${caller.actor.person}`, MAX_RECEIPT_LOOKUPS);
        return { events: await findReceipt(queries, caller.actor, code) };
      },
    }),
    fileRoute({
      least: "admin",
      scopes: ["read"],
      path: "/api/v1/ledger",
      does: "The terminals' ledgers, or one's, as `punchbox verify` checks them: one JSON object a line",
      query: ledgerQuery,
      gives: "application/x-ndjson",
      async open({ terminal }) {
        const lines = await exportedLedger(queries, terminal ?? null);
        return Readable.from(ndjson(lines), { objectMode: false });
      },
    }),
  ];
}

/** Written in pieces of about this many characters. */
const PIECE_CHARACTERS = 64 * 1024;

async function* ndjson(lines: AsyncIterable<unknown>): AsyncIterable<string> {
  let piece = "";
  for await (const line of lines) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}
