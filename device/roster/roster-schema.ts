/** The roster's tables, sealed under the terminal's key. */
export const SEALED_ROSTER = "-- nothing yet";
