package territories

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Move is an account that belongs to another territory, or whose territory is
// another's.
type Move struct {
	AccountID     int64   `json:"accountId"`
	Name          string  `json:"name"`
	Status        string  `json:"status" enum:"prospect,customer,former"`
	Class         string  `json:"class" enum:"A,B,C"`
	Revenue       float64 `json:"revenue"`
	OwnerID       *int64  `json:"ownerId" doc:"Who has it now."`
	OwnerName     string  `json:"ownerName"`
	FromTerritory *int64  `json:"fromTerritory"`
	FromName      string  `json:"fromName"`
	FromOwnerID   *int64  `json:"fromOwnerId" doc:"Who owns that territory."`
	ToTerritory   *int64  `json:"toTerritory"`
	ToName        string  `json:"toName"`
	ToOwnerID     *int64  `json:"toOwnerId"`
	ToOwnerName   string  `json:"toOwnerName"`
	Exception     bool    `json:"exception" doc:"It belongs to its territory by an exception."`
	ChangesHands  bool    `json:"changesHands" doc:"It would get another owner than it has now."`
	Reason        string  `json:"reason" doc:"Of the exception."`
}

// MoveList is a page of moves.
type MoveList struct {
	Items []Move
	Total int  // on all pages
	More  bool // whether another page follows
}

// MovesQuery says which moves are wanted.
type MovesQuery struct {
	With      int64 // an alignment, or 0 for the live one
	Territory int64 // from or to it; 0 for any
	Hands     bool  // only those that would get another owner than they have
	// Change narrows it to what a figure of [Comparison] counts.
	Change    Change
	From, To  int64 // territories that they leave and come to; 0 for any
	FromOwner int64 // whose territory they leave; 0 for anybody's
	ToOwner   int64 // whose territory they come to; 0 for anybody's
	After     int64 // the account that the page before ended with
	Known     int   // how many there are, as the first page told; counted anew for the first
	Limit     int   // at most 500
}

// Change is in what the two alignments differ about an account.
type Change string

// The changes. Any is one of the others, or an owner who is not that of the
// territory.
const (
	ChangeAny       Change = ""
	ChangeTerritory Change = "territory" // as [Comparison.ChangeTerritory], and what territories gain and lose
	ChangeOwner     Change = "owner"     // as [Comparison.ChangeHands], and what reps gain and lose
	ChangeNone      Change = "all"       // every account, changed or not
)

// condition is the change as SQL on rows of moved.
func (c Change) condition() (string, error) {
	switch c {
	case ChangeAny, ChangeNone:
		return "true", nil
	case ChangeTerritory:
		return "m.from_t is distinct from m.to_t", nil
	case ChangeOwner:
		return "m.to_owner is not null and m.from_owner is distinct from m.to_owner", nil
	}
	return "", fault.New(fault.Invalid, "There is no such change.").WithField("query.change", "territory, owner or all.")
}

// Moves lists the accounts that belong to another territory than in another
// alignment, or whose owner would change by publication, by their id.
func (s *Service) Moves(ctx context.Context, id int64, q MovesQuery) (MoveList, error) {
	out := MoveList{Items: []Move{}, Total: q.Known}
	if q.Limit < 1 || q.Limit > 500 {
		return out, fault.New(fault.Invalid, "A page has 1 to 500 accounts.").WithField("query.limit", "1 to 500.")
	}
	change, err := q.Change.condition()
	if err != nil {
		return out, err
	}
	err = s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		before, err := s.other(ctx, tx, actor, q.With)
		if err != nil {
			return err
		}
		other, resolution := int64(0), h.Resolution
		if before != nil {
			other, resolution = before.ID, before.Resolution
		}
		and, orBefore := hexgrid.ParentMasks(resolution)
		_, orAfter := hexgrid.ParentMasks(h.Resolution)
		joinsB, b := belongs("b", "$2::bigint", "$4::bigint", "$5::bigint")
		joinsA, a := belongs("a", "$3::bigint", "$4::bigint", "$6::bigint")
		owners := func(alignment string) string {
			return `(select distinct on (m.territory_id) m.territory_id, m.user_id, u.name from territory_members m join users u on u.org_id = m.org_id and u.id = m.user_id
				where m.org_id = $1 and m.alignment_id = ` + alignment + ` and m.role = 'owner' and territory_member_now(m.from_day, m.to_day, $1) order by m.territory_id, m.position)`
		}
		moved := `
			with ob as materialized ` + owners("$2::bigint") + `, oa as materialized ` + owners("$3::bigint") + `,
			placed as (
			  select a.id, a.name, a.status, a.class, a.revenue::float8 as revenue, a.owner_id, ` + b + ` as from_t, ` + a + ` as to_t,
			    xa.account_id is not null as excepted, coalesce(xa.reason, '') as reason
			  ` + placed + joinsB + joinsA + `
			  where a.org_id = $1 and a.archived_at is null
			), moved as (
			  select p.*, ob.user_id as from_owner, oa.user_id as to_owner, oa.name as to_owner_name,
			    coalesce(oa.user_id <> coalesce(p.owner_id, 0), false) as hands
			  from placed p left join ob on ob.territory_id = p.from_t left join oa on oa.territory_id = p.to_t
			  where ($13::boolean or p.from_t is distinct from p.to_t or ob.user_id is distinct from oa.user_id or coalesce(oa.user_id <> coalesce(p.owner_id, 0), false))
			    and (not $7::boolean or coalesce(oa.user_id <> coalesce(p.owner_id, 0), false))
			    and ($8::bigint = 0 or p.from_t = $8::bigint or p.to_t = $8::bigint)
			)`
		where := ` where ` + change + ` and ($9::bigint = 0 or m.from_t = $9) and ($10::bigint = 0 or m.to_t = $10)
			and ($11::bigint = 0 or m.from_owner = $11) and ($12::bigint = 0 or m.to_owner = $12)`
		args := []any{actor.OrgID, other, id, and, orBefore, orAfter, q.Hands, q.Territory, q.From, q.To, q.FromOwner, q.ToOwner, q.Change == ChangeNone}
		if q.After == 0 {
			if err := tx.QueryRow(ctx, moved+` select count(*) from moved m`+where, args...).Scan(&out.Total); err != nil {
				return fmt.Errorf("territories: count moves: %w", err)
			}
		}
		rows, err := tx.Query(ctx, moved+`
			select m.id, m.name, m.status, m.class, m.revenue, m.owner_id, coalesce(u.name, ''), m.from_t, coalesce(tb.name, ''), m.from_owner,
			  m.to_t, coalesce(ta.name, ''), m.to_owner, coalesce(m.to_owner_name, ''), m.excepted, m.hands, m.reason
			from moved m
			left join users u on u.org_id = $1 and u.id = m.owner_id
			left join territories tb on tb.org_id = $1 and tb.alignment_id = $2 and tb.id = m.from_t
			left join territories ta on ta.org_id = $1 and ta.alignment_id = $3 and ta.id = m.to_t
			`+where+` and m.id > $14 order by m.id limit $15`, append(args, q.After, q.Limit+1)...)
		if err != nil {
			return fmt.Errorf("territories: list moves: %w", err)
		}
		if out.Items, err = pgx.AppendRows(out.Items, rows, pgx.RowToStructByPos[Move]); err != nil {
			return fmt.Errorf("territories: list moves: %w", err)
		}
		if out.More = len(out.Items) > q.Limit; out.More {
			out.Items = out.Items[:q.Limit]
		}
		return nil
	})
	return out, err
}
