-- Why: two letters changed round in a name of six leave four of seven trigrams,
-- so guesses at contacts must be content with half.
-- Cost: none on data.

-- +goose Up
-- Its settings are known to the session only once the module is loaded.
select similarity('a', 'a');

alter function search_contacts_best(text[], integer, boolean) set pg_trgm.word_similarity_threshold = 0.5;

-- +goose Down
alter function search_contacts_best(text[], integer, boolean) set pg_trgm.word_similarity_threshold = 0.6;
