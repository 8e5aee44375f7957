/**
 * What keeps a ledger for years: signatures over its chain, the point that it hangs on once older events are pruned, and what
 * was recovered of stores that ended. Events leave table `events` only behind the checkpoint, and the checkpoint is always an
 * event that the hub has.
 */
export const KEEPING = `
  CREATE TABLE checkpoint (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  INSERT INTO checkpoint (only_row, seq, hash)
    VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
  CREATE TRIGGER checkpoint_is_acknowledged BEFORE UPDATE ON checkpoint
    WHEN NEW.seq < OLD.seq OR NEW.seq > (SELECT acked_seq FROM store)
      OR NEW.hash IS NOT (SELECT hash FROM events WHERE seq = NEW.seq)
    BEGIN SELECT RAISE (ABORT, 'a checkpoint is an acknowledged event'); END;
  CREATE TRIGGER checkpoint_is_never_deleted BEFORE DELETE ON checkpoint
    BEGIN SELECT RAISE (ABORT, 'a checkpoint is an acknowledged event'); END;
  DROP TRIGGER events_are_never_deleted;
  CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
    WHEN OLD.seq > (SELECT seq FROM checkpoint)
    BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;

  CREATE TABLE signed_heads (
    store TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    UNIQUE (store, seq)
  ) STRICT;

  CREATE TABLE old_stores (
    ordinal INTEGER PRIMARY KEY,
    store TEXT NOT NULL UNIQUE,
    acked_seq INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE old_events (
    found INTEGER PRIMARY KEY,
    store TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (store, seq, hash)
  ) STRICT;
`;
