import type { Row } from "./row.ts";
export const worldRows: readonly Row[] = [];
