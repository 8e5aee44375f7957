import { HalError } from "./errors.ts";

/**
 * Loads a package with a native add-on. Rejects with HalError `hal.addon.missing` where it was not built, or was built for another
 * Node, and says what to do.
 */
export async function loadAddon<Package>(name: string, load: () => Promise<Package>): Promise<Package> {
  try {
    return await load();
  } catch (cause) {
    throw new HalError(
      "hal.addon.missing",
      `the native add-on of the package ${name} does not load with this Node: run \`npm run addons\``,
      { cause },
    );
  }
}
