import { MAX_GPIO_DELAY_US, type GpioOp } from "../ports.ts";

/** Steps of one transaction: a display's longest has about 700, a keypad's 25. */
export const MAX_OPS_PER_RUN = 2048;
/** All delays of one transaction: banks busy-wait for them, and a key waits with them. A display's longest has 3.4 ms. */
export const MAX_RUN_DELAY_US = 10_000;

/** Throws RangeError for a transaction beyond its limits, before anything of it has happened. */
export function checkOps(ops: readonly GpioOp[]): void {
  if (ops.length > MAX_OPS_PER_RUN) {
    throw new RangeError(`a GPIO transaction has ${MAX_OPS_PER_RUN} operations at most, not ${ops.length}`);
  }
  let delaysUs = 0;
  for (const operation of ops) {
    if (operation.op !== "delayUs") continue;
    if (!(operation.us >= 0 && operation.us <= MAX_GPIO_DELAY_US)) {
      throw new RangeError(`a delay is 0 to ${MAX_GPIO_DELAY_US} us, not ${operation.us}`);
    }
    delaysUs += operation.us;
  }
  if (delaysUs > MAX_RUN_DELAY_US) {
    throw new RangeError(`a GPIO transaction waits ${MAX_RUN_DELAY_US} us at most, not ${delaysUs}`);
  }
}
