import type { Row } from "./row.ts";
export const keyRows: readonly Row[] = [];
