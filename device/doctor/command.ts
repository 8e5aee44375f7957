import type { MachineFacts } from "../../hal/inspect/facts.ts";
import { readConfig } from "../config/read-config.ts";
import { diagnose } from "./diagnose.ts";
import { allGood, note, type Finding } from "./finding.ts";
import { doctorReport } from "./report.ts";

export interface DoctorOptions {
  /** Null: facts only, there is no config file to judge them by. */
  readonly config: string | null;
  readonly json: boolean;
  readonly colour: boolean;
  /** Finds out about this machine, looking at one I2C bus in any case. */
  readonly inspect: (options: { readonly i2cBus?: number | undefined }) => Promise<MachineFacts>;
}

export interface DoctorAnswer {
  readonly text: string;
  /** 0: all good; 1: something that the config file needs is missing. */
  readonly exitCode: 0 | 1;
}

/** What `punchbox doctor` prints. Rejects with ConfigError, or CodedError `config.unreadable`. */
export async function doctorCommand({ config, json, colour, inspect }: DoctorOptions): Promise<DoctorAnswer> {
  const plan = config === null ? null : readConfig(config).parts;
  const i2cBus = plan?.display.driver === "hd44780-i2c" ? plan.display.bus : undefined;
  const facts = await inspect({ i2cBus });
  const findings = plan === null ? NO_CONFIG : diagnose(facts, plan);
  const ok = allGood(findings);
  const text = json
    ? JSON.stringify({ ok, facts, findings }, null, 2)
    : doctorReport(facts, findings, { config, colour });
  return { text, exitCode: ok ? 0 : 1 };
}

const NO_CONFIG: readonly Finding[] = [
  note("machine", "no config file, so nobody knows what is needed", "punchbox doctor --config FILE"),
];
