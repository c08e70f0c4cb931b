-- An event is only ever added behind the last one. Safe beside running code: routix never names a position itself.
--
-- REPLACE removes the row it collides with and fires no delete trigger (unless recursive_triggers is on), so the triggers
-- against UPDATE and DELETE do not see an event that is overwritten at its position. And a row that is slipped into a gap
-- would be missed by every reader that has passed it. In a BEFORE trigger a position that was not named reads as -1.
CREATE TRIGGER events_new_positions_only BEFORE INSERT ON events
WHEN NEW.position <> -1 AND NEW.position <= coalesce((SELECT max(position) FROM events), 0)
BEGIN SELECT raise(ABORT, 'the log is append-only'); END;
