/**
 * What the terminal remembers of wrong PINs beside its events: how long it had power in each boot, and keyed hashes of wrong
 * PINs. The indexes are partial: a punch, which is most of what is recorded, writes none of them.
 */
export const TRIES = `
  CREATE TABLE boots (
    ordinal INTEGER PRIMARY KEY,
    boot TEXT NOT NULL UNIQUE,
    started_ms REAL NOT NULL,
    powered_before_ms REAL NOT NULL
  ) STRICT;

  CREATE TABLE wrong_pins (
    person TEXT NOT NULL,
    mark TEXT NOT NULL,
    pin_set TEXT NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (person, mark)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX refusals_by_person ON events (person, seq) WHERE kind = 'pin.refused';
  CREATE INDEX refusals ON events (seq) WHERE kind = 'pin.refused';
  CREATE INDEX spray_changes ON events (seq) WHERE kind = 'pin.spray';
`;

/** An admin's word that the budget of wrong PINs is full again; one that lifts the wait of a person has that person. */
export const UNLOCKS =
  "CREATE INDEX IF NOT EXISTS unlocks ON events (seq) WHERE kind = 'wait.lifted' AND person IS NULL";
