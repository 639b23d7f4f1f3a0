package accounts

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A text that very many accounts contain is looked for where its best matches are,
// before all are: names that begin with its first word, by an index, then the
// accounts made last, one after another. When these fill what is asked for, the
// others need not be known; when not, few contain the text, and the index of what
// accounts contain finds all of them soon.

const (
	// beginMost is up to how many accounts whose name begins with the first word are
	// all looked at; of more, those among the accounts made last.
	beginMost = 1_000
	// searchedBack is how many of the accounts made last are looked at, a part of them
	// first.
	searchedBack = 20_000
	sampledParts = 5
	// typedBack is that while somebody types.
	typedBack = 4_000
	// Scores of the function search_accounts for accounts that contain all words: of
	// those whose name begins with the first, and of others.
	beginsScore, containsScore = "2.5", "2"
)

// quickly returns the first page of the accounts that contain all words of the
// filter's text, best match first, behind a cursor; false when it cannot be told so
// quickly. The filter has no tree and no tags and is otherwise bound.
func (f Filter) quickly(ctx context.Context, tx pgx.Tx, q *Statement, from *cursor, rows, back int) ([]found, bool, error) {
	var out []found
	if from == nil || from.Key == beginsScore {
		hits, all, err := f.beginning(ctx, tx, NewStatement(q.orgID, q.today), from, rows, back)
		if err != nil || len(hits) == rows || !all {
			return hits, err == nil && len(hits) == rows, err
		}
		out, from = hits, nil
	} else if from.Key != containsScore {
		return nil, false, nil // a guess, as all others are then
	}
	rows -= len(out)
	found, err := f.lookBack(ctx, tx, q, from, rows, back, containsScore)
	return append(out, found...), len(found) == rows, err
}

// lookBack looks at so many of the accounts made last, behind a cursor, for those
// of a score that contain all words. It begins with a part of them, and gives up
// when so many as were found there will not make the rows.
func (f Filter) lookBack(ctx context.Context, tx pgx.Tx, q *Statement, from *cursor, rows, back int, score string) (hits []found, err error) {
	for _, of := range []int{back / sampledParts, back} {
		q = NewStatement(q.orgID, q.today)
		behind, not := "", "not "
		if from != nil {
			behind = " and a.id < " + q.Arg(from.ID) + "::bigint"
		}
		if score == beginsScore {
			not = ""
		}
		hits, err = f.collectFound(ctx, tx, q, `
			select a.id, '`+score+`' from (
			  select * from accounts a where a.org_id = `+q.Org()+behind+` order by a.id desc limit `+q.Arg(of)+`::bigint offset 0) a
			where `+f.containsWords(q)+` and `+not+f.begins(q)+` limit `+q.Arg(rows)+`::bigint`)
		if err != nil || len(hits) == rows || len(hits)*sampledParts < rows {
			break
		}
	}
	return hits, err
}

// beginning returns accounts that contain all words and whose name begins with the
// first, those made last first; all says that there are no others.
func (f Filter) beginning(ctx context.Context, tx pgx.Tx, q *Statement, from *cursor, rows, back int) (hits []found, all bool, err error) {
	behind := ""
	if from != nil {
		behind = " and a.id < " + q.Arg(from.ID) + "::bigint"
	}
	most, limit := q.Arg(beginMost), q.Arg(rows)+"::bigint"
	hits, err = f.collectFound(ctx, tx, q, `
		with few as materialized (
		  select a.* from accounts a where a.org_id = `+q.Org()+` and `+f.begins(q)+behind+` limit `+most+`::bigint + 1)
		select a.id, case when n.few then '`+beginsScore+`' else '' end
		from (select count(*) <= `+most+`::bigint as few from few) n
		cross join lateral (
		  (select a.id from few a where n.few and `+f.containsWords(q)+` order by a.id desc limit `+limit+`)
		  union all
		  select 0 where not n.few) a
		order by a.id desc`)
	if err != nil || len(hits) == 0 || hits[0].key != "" {
		return hits, true, err
	}
	hits, err = f.lookBack(ctx, tx, q, from, rows, back, beginsScore)
	return hits, false, err
}

// begins is the condition that the name begins with the first word.
func (f Filter) begins(q *Statement) string {
	word := f.words()[0]
	return `(a.name_key collate "C" >= ` + q.Arg(word) + `::text and a.name_key collate "C" < ` + q.Arg(word+"\U0010ffff") + `::text)`
}

// containsWords are the filter's conditions, with all words of its text contained
// as they are.
func (f Filter) containsWords(q *Statement) string {
	plain := f.withoutSearch()
	text := plain.conditions(q, accountsTable)
	for _, w := range f.words() {
		text += " and strpos(a.search, " + q.Arg(w) + "::text) > 0"
	}
	return text + plain.inShapes(q)
}

func (f Filter) collectFound(ctx context.Context, tx pgx.Tx, q *Statement, text string) ([]found, error) {
	rows, err := q.query(ctx, tx, text)
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	hits, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h found, err error) {
		return h, row.Scan(&h.id, &h.key)
	})
	if err != nil {
		return nil, fmt.Errorf("look for accounts: %w", err)
	}
	return hits, nil
}
