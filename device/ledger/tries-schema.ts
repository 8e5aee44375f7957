/** What the terminal remembers of wrong PINs beside its events. */
export const TRIES = "-- nothing yet";
