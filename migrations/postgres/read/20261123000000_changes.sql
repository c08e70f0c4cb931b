-- How often rows of a projection were changed, so that whoever has read them can tell whether they still are what they were.
-- Safe beside running code of the version before: it adds columns that have a default. That code counts nothing, and then
-- `changes_position` stays behind `position`.
ALTER TABLE projections ADD COLUMN changes bigint NOT NULL DEFAULT 0;
-- Every change up to here is counted.
ALTER TABLE projections ADD COLUMN changes_position bigint NOT NULL DEFAULT 0;
