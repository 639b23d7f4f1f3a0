package accounts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Hit is something that a search has found, or that its user has opened lately.
type Hit struct {
	Kind      string     `json:"kind" enum:"account,contact,place"`
	ID        int64      `json:"id" doc:"Of the account or the contact; 0 for a place."`
	AccountID int64      `json:"accountId" doc:"Of a contact its account; 0 for a place."`
	Label     string     `json:"label"`
	Detail    string     `json:"detail" doc:"Tells it from others of the same name."`
	Point     *orb.Point `json:"point" doc:"[longitude, latitude]; null when it has no place."`
	Score     float64    `json:"score" doc:"Larger is better; those opened lately come first whatever it is."`
	OpenedAt  *time.Time `json:"openedAt" doc:"When one opened it oneself; null when not lately."`
}

// maxRecents is how many records are remembered for a user.
const maxRecents = 100

// Opened is something that the actor opens: an account or a contact by its id, or
// a place by its name and point.
type Opened struct {
	Kind          string
	ID            int64
	Label, Detail string     // of a place
	Point         *orb.Point // of a place
}

// Open remembers that the actor has opened something, for [Service.Recents] and
// [Service.Search].
func (s *Service) Open(ctx context.Context, o Opened) error {
	var in input
	record := strconv.FormatInt(o.ID, 10)
	if o.Kind == "place" {
		in.name("label", "The place's name", &o.Label, maxName)
		in.text("detail", "The detail", &o.Detail, maxName)
		point, _ := in.place("point", o.Point)
		record = fmt.Sprintf("%s %.5f %.5f", o.Label, point[0], point[1])
		if utf8.RuneCountInString(record) > 400 {
			in.refuse("label", "The place's name is too long.")
		}
	}
	if err := in.failed(); err != nil {
		return err
	}
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if actor.UserID == 0 {
			return fault.New(fault.Forbidden, "Only a person opens something.")
		}
		var exists bool
		var err error
		switch o.Kind {
		case "account":
			err = tx.QueryRow(ctx, `select exists (select from accounts where org_id = $1 and id = $2)`, actor.OrgID, o.ID).Scan(&exists)
		case "contact":
			err = tx.QueryRow(ctx, `select exists (select from contacts where org_id = $1 and id = $2)`, actor.OrgID, o.ID).Scan(&exists)
		case "place":
			exists, o.ID = true, 0
		default:
			return fault.New(fault.Invalid, "There is no such kind.").WithField("kind", "account, contact or place")
		}
		if err != nil {
			return fmt.Errorf("remember what was opened: %w", err)
		}
		if !exists {
			return fault.New(fault.NotFound, "There is no such "+o.Kind+".")
		}
		_, err = tx.Exec(ctx, `
			insert into recent_records (org_id, user_id, kind, record, label, detail, point) values ($1, $2, $3, $4, $5, $6, $7)
			on conflict (org_id, user_id, kind, record) do update set opened_at = now(), detail = excluded.detail`,
			actor.OrgID, actor.UserID, o.Kind, record, o.Label, o.Detail, o.Point)
		if err != nil {
			return fmt.Errorf("remember what was opened: %w", err)
		}
		_, err = tx.Exec(ctx, `
			delete from recent_records where org_id = $1 and user_id = $2
			  and (kind, record) not in (select kind, record from recent_records where org_id = $1 and user_id = $2 order by opened_at desc, kind, record limit $3)`,
			actor.OrgID, actor.UserID, maxRecents)
		if err != nil {
			return fmt.Errorf("forget what was opened long ago: %w", err)
		}
		return nil
	})
}

// describing is the SQL of hits: the account a with its primary site s.
const (
	accountHit = `'account', a.id, a.id, a.name, ` + addressOf + `, s.point`
	contactHit = `'contact', c.id, c.account_id, c.name, concat_ws(' · ', nullif(c.job_title, ''), a.name, nullif(c.email, ''), nullif(c.phone, '')), s.point`
	addressOf  = `concat_ws(', ', nullif(concat_ws(' ', nullif(s.housenumber, ''), nullif(s.street, '')), ''), nullif(s.city, ''))`
	itsPlace   = ` left join sites s on s.org_id = a.org_id and s.account_id = a.id and s.is_primary`
)

func scanHit(row pgx.CollectableRow) (h Hit, err error) {
	err = row.Scan(&h.Kind, &h.ID, &h.AccountID, &h.Label, &h.Detail, &h.Point, &h.Score, &h.OpenedAt)
	return h, err
}

// Recents lists what the actor has opened, the latest first: at most so many, and
// only what is still there and seen by them.
func (s *Service) Recents(ctx context.Context, most int) ([]Hit, error) {
	out := []Hit{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `
			with mine as materialized (select * from recent_records where org_id = $1 and user_id = $2)
			select * from (
			  select `+accountHit+`, 0::float8, m.opened_at
			  from mine m join accounts a on a.org_id = $1 and a.id = m.record::bigint`+itsPlace+` where m.kind = 'account' and a.archived_at is null
			  union all
			  select `+contactHit+`, 0::float8, m.opened_at
			  from mine m join contacts c on c.org_id = $1 and c.id = m.record::bigint
			  join accounts a on a.org_id = $1 and a.id = c.account_id`+itsPlace+` where m.kind = 'contact' and a.archived_at is null
			  union all
			  select 'place', 0, 0, m.label, m.detail, m.point, 0::float8, m.opened_at from mine m where m.kind = 'place'
			) hits order by opened_at desc limit $3`, actor.OrgID, actor.UserID, most)
		if err != nil {
			return fmt.Errorf("list what was opened: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, scanHit); err != nil {
			return fmt.Errorf("list what was opened: %w", err)
		}
		return nil
	})
	return out, err
}

// searchedCandidates is how many accounts and contacts a search looks at to find
// the best few.
const searchedCandidates = 300

// Search finds accounts and contacts by what was typed, forgiving errors: what
// the actor has opened lately first, then the best match. Nothing is found for a
// text without a letter or digit.
func (s *Service) Search(ctx context.Context, text string, most int) ([]Hit, error) {
	out := []Hit{}
	if err := (Filter{Query: text}).Check(); err != nil {
		return nil, err
	}
	words := wordsOf(text)
	if len(words) == 0 {
		return out, nil
	}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		args := []any{actor.OrgID, actor.UserID, words, searchedCandidates, most}
		candidates := `search_accounts_best($3::text[], $4::int)`
		quick, enough, err := Filter{Query: text}.quickly(ctx, tx, NewStatement(actor.OrgID, ""), nil, searchedCandidates/3, typedBack)
		if err != nil {
			return err
		}
		if enough {
			ids, scores := make([]int64, len(quick)), make([]string, len(quick))
			for i, h := range quick {
				ids[i], scores[i] = h.id, h.key
			}
			candidates, args[3] = `unnest($4::bigint[], $6::text[]::real[]) as quick(id, score)`, ids
			args = append(args, scores)
		}
		rows, err := tx.Query(ctx, `
			with mine as materialized (select record, opened_at from recent_records where org_id = $1 and user_id = $2 and kind = 'account'),
			recent as materialized (
			  -- What was opened lately is found when each word begins one of its own.
			  select a.id from mine m join accounts a on a.org_id = $1 and a.id = m.record::bigint
			  where not exists (select from unnest($3::text[]) w where strpos(' ' || a.search, ' ' || w) = 0)
			)
			select `+accountHit+`, f.score::float8, m.opened_at
			from (
			  select found.id, max(found.score) as score from (
			    select id, score from `+candidates+`
			    union all select id, 1 from recent) found group by 1) f
			join accounts a on a.org_id = $1 and a.id = f.id and a.archived_at is null`+itsPlace+`
			left join mine m on m.record = a.id::text
			order by m.opened_at desc nulls last, f.score desc, length(a.name), a.name_key, a.id limit $5`, args...)
		if err != nil {
			return fmt.Errorf("search accounts: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, scanHit); err != nil {
			return fmt.Errorf("search accounts: %w", err)
		}
		// A contact is guessed at only where no account was found.
		rows, err = tx.Query(ctx, `
			with mine as materialized (select record, opened_at from recent_records where org_id = $1 and user_id = $2 and kind = 'contact')
			select `+contactHit+`, f.score::float8, m.opened_at
			from search_contacts_best($3::text[], $4::int, $6::boolean) f
			join contacts c on c.org_id = $1 and c.id = f.id
			join accounts a on a.org_id = $1 and a.id = c.account_id and a.archived_at is null`+itsPlace+`
			left join mine m on m.record = c.id::text
			order by m.opened_at desc nulls last, f.score desc, length(c.name), c.name, c.id limit $5`,
			actor.OrgID, actor.UserID, words, searchedCandidates, most, len(out) == 0)
		if err != nil {
			return fmt.Errorf("search contacts: %w", err)
		}
		if out, err = pgx.AppendRows(out, rows, scanHit); err != nil {
			return fmt.Errorf("search contacts: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(out, func(a, b Hit) int {
		if a.OpenedAt != nil && b.OpenedAt != nil {
			return b.OpenedAt.Compare(*a.OpenedAt)
		}
		if (a.OpenedAt == nil) != (b.OpenedAt == nil) {
			return map[bool]int{true: -1, false: 1}[a.OpenedAt != nil]
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return out[:min(len(out), most)], nil
}

// PlaceMatches tells whether a recently opened place is what was typed: each word
// begins one of its words.
func (h Hit) PlaceMatches(text string) bool {
	label := " " + strings.Join(wordsOf(h.Label+" "+h.Detail), " ")
	for _, w := range wordsOf(text) {
		if !strings.Contains(label, " "+w) {
			return false
		}
	}
	return true
}
