-- Business records. Safe beside running code: it is the first version of the schema.
SELECT 1;
