// Package relations keeps how accounts stand to each other: who belongs to whom,
// supplies whom, sells for whom.
//
//	book := relations.New(db)
//	made, err := book.Create(ctx, account, relations.Draft{OtherID: 9, Kind: relations.Parent})
//	all, err := book.OfAccount(ctx, account)  // seen from the account, both ways
//
// Every method acts for the actor of its context; a relation to an account that
// the actor does not see is not shown.
package relations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Kind is what the other account is for an account.
type Kind string

// The kinds, each with its inverse, which is how the other account sees it.
const (
	Parent      Kind = "parent"      // inverse: subsidiary
	Supplier    Kind = "supplier"    // inverse: customer
	Vendor      Kind = "vendor"      // inverse: buyer
	Distributor Kind = "distributor" // inverse: principal
	Outlet      Kind = "outlet"      // inverse: chain
	Partner     Kind = "partner"     // both ways
	Association Kind = "association" // inverse: member
	Competitor  Kind = "competitor"  // both ways
)

var inverses = map[Kind]string{
	Parent: "subsidiary", Supplier: "customer", Vendor: "buyer", Distributor: "principal",
	Outlet: "chain", Partner: "partner", Association: "member", Competitor: "competitor",
}

// Relation is seen from one account.
type Relation struct {
	ID        int64  `json:"id"`
	Kind      Kind   `json:"kind" enum:"parent,supplier,vendor,distributor,outlet,partner,association,competitor" doc:"As it was made."`
	Inverse   bool   `json:"inverse" doc:"Whether it was made from the other account."`
	Role      string `json:"role" enum:"parent,supplier,vendor,distributor,outlet,partner,association,competitor,subsidiary,customer,buyer,principal,chain,member" doc:"What the other account is for this one."`
	OtherID   int64  `json:"otherId"`
	OtherName string `json:"otherName"`
	Note      string `json:"note"`
}

// Draft is a relation to make.
type Draft struct {
	OtherID int64
	Kind    Kind
	Note    string
}

// Service is the use cases of this package over one database. It is safe for
// concurrent use.
type Service struct{ db *postgres.DB }

// New returns the service.
func New(db *postgres.DB) *Service { return &Service{db: db} }

// maxRelations is how many relations one account may have that were made from it.
const maxRelations = 500

// maxDepth is how many parents may stand above each other.
const maxDepth = 50

var (
	errNoAccount  = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")
	errNoOther    = fault.New(fault.Invalid, "There is no such other account.").WithField("otherId", "Choose an account.")
	errNoRelation = fault.New(fault.NotFound, "This account has no such relation.")
	errCycle      = fault.New(fault.Invalid, "An account cannot stand above itself: the other one already belongs to this one.").WithField("otherId", "Choose an account that does not belong to this one.")
)

// OfAccount returns the relations of an account, by what the others are and their
// names.
func (s *Service) OfAccount(ctx context.Context, account int64) (all []Relation, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		all, err = ofAccount(ctx, tx, account)
		return err
	})
	return all, err
}

func sees(ctx context.Context, tx pgx.Tx, account int64, none *fault.Error) error {
	var one int
	err := tx.QueryRow(ctx, `select 1 from accounts where org_id = current_org() and id = $1`, account).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return none
	}
	if err != nil {
		return fmt.Errorf("look for account %d: %w", account, err)
	}
	return nil
}

func ofAccount(ctx context.Context, tx pgx.Tx, account int64) ([]Relation, error) {
	if err := sees(ctx, tx, account, errNoAccount); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `
		select r.id, r.kind, false, r.other_id, a.name, r.note from account_relations r
		join accounts a on a.org_id = r.org_id and a.id = r.other_id
		where r.org_id = current_org() and r.account_id = $1
		union all
		select r.id, r.kind, true, r.account_id, a.name, r.note from account_relations r
		join accounts a on a.org_id = r.org_id and a.id = r.account_id
		where r.org_id = current_org() and r.other_id = $1
		order by 2, 3, 5, 1 limit 2000`, account)
	if err != nil {
		return nil, fmt.Errorf("read the relations of account %d: %w", account, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Relation, err error) {
		err = row.Scan(&r.ID, &r.Kind, &r.Inverse, &r.OtherID, &r.OtherName, &r.Note)
		if r.Role = string(r.Kind); r.Inverse {
			r.Role = inverses[r.Kind]
		}
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read the relations of account %d: %w", account, err)
	}
	return all, nil
}

// Create makes a relation: the other account becomes what the kind says for the
// account. It returns all relations of the account, a fault NotFound for an
// account that the actor does not see, Invalid for a circle of parents and
// Conflict for a relation that there is already, or a second parent.
func (s *Service) Create(ctx context.Context, account int64, d Draft) (all []Relation, err error) {
	d.Note = strings.TrimSpace(d.Note)
	switch {
	case inverses[d.Kind] == "":
		return nil, fault.New(fault.Invalid, "There is no such kind of relation.").WithField("kind", "One of parent, supplier, vendor, distributor, outlet, partner, association, competitor.")
	case d.OtherID == account:
		return nil, fault.New(fault.Invalid, "An account has no relation to itself.").WithField("otherId", "Choose another account.")
	case utf8.RuneCountInString(d.Note) > 500 || !utf8.ValidString(d.Note) || strings.ContainsRune(d.Note, 0):
		return nil, fault.New(fault.Invalid, "The remark may have 500 characters.").WithField("note", "At most 500 characters.")
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := sees(ctx, tx, account, errNoAccount); err != nil {
			return err
		}
		if err := sees(ctx, tx, d.OtherID, errNoOther); err != nil {
			return err
		}
		if d.Kind == Parent {
			if err := noCircle(ctx, tx, account, d.OtherID); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `insert into account_relations (org_id, account_id, other_id, kind, note, created_by)
			select current_org(), $1, $2, $3, $4, current_actor()
			where (select count(*) from account_relations where org_id = current_org() and account_id = $1) < $5`,
			account, d.OtherID, d.Kind, d.Note, maxRelations)
		var pg *pgconn.PgError
		if errors.As(err, &pg) && pg.Code == "23505" {
			if pg.ConstraintName == "account_relations_parent" {
				return fault.New(fault.Conflict, "This account has a parent already. Remove that relation first.").WithField("kind", "There is a parent already.")
			}
			return fault.New(fault.Conflict, "There is this relation already.")
		}
		if err != nil {
			return fmt.Errorf("relate account %d: %w", account, err)
		}
		if tag.RowsAffected() == 0 {
			return fault.Errorf(fault.Invalid, "An account may have %d relations.", maxRelations)
		}
		if err := tell(ctx, tx, account, d.OtherID); err != nil {
			return err
		}
		all, err = ofAccount(ctx, tx, account)
		return err
	})
	return all, err
}

// noCircle refuses a parent that stands, however far, below the account. Changes
// of parents take turns within the organisation, so that two at once make no
// circle either.
func noCircle(ctx context.Context, tx pgx.Tx, account, parent int64) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('account_relations:' || current_org(), 0))`); err != nil {
		return fmt.Errorf("take turns: %w", err)
	}
	var circle bool
	var depth int
	err := tx.QueryRow(ctx, `
		with recursive above (id, depth) as (
		  select $2::bigint, 1
		  union all
		  select r.other_id, a.depth + 1 from above a
		  join account_relations r on r.org_id = current_org() and r.account_id = a.id and r.kind = 'parent'
		  where a.depth <= $3
		)
		select bool_or(id = $1), max(depth) from above`, account, parent, maxDepth).Scan(&circle, &depth)
	switch {
	case err != nil:
		return fmt.Errorf("look for a circle of parents: %w", err)
	case circle:
		return errCycle
	case depth > maxDepth:
		return fault.Errorf(fault.Invalid, "More than %d accounts would stand above each other.", maxDepth)
	}
	return nil
}

// Delete removes a relation from either of its accounts.
func (s *Service) Delete(ctx context.Context, account, id int64) (all []Relation, err error) {
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		if err := sees(ctx, tx, account, errNoAccount); err != nil {
			return err
		}
		var one, other int64
		err := tx.QueryRow(ctx, `delete from account_relations where org_id = current_org() and id = $1 and $2 in (account_id, other_id)
			returning account_id, other_id`, id, account).Scan(&one, &other)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoRelation
		}
		if err != nil {
			return fmt.Errorf("remove relation %d: %w", id, err)
		}
		if err := tell(ctx, tx, one, other); err != nil {
			return err
		}
		all, err = ofAccount(ctx, tx, account)
		return err
	})
	return all, err
}

func tell(ctx context.Context, tx pgx.Tx, accounts ...int64) error {
	for _, id := range accounts {
		if err := events.Notify(ctx, tx, "timeline", map[string]any{"id": id, "accountId": id}); err != nil {
			return err
		}
	}
	return nil
}
