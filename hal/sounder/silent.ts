import type { Sounder } from "../ports.ts";

/** Stands for a sounder where there is none. */
export const SILENT_SOUNDER: Sounder = {
  play: () => undefined,
  volume: () => undefined,
  onFault: () => undefined,
  onRecovered: () => undefined,
  probe: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
