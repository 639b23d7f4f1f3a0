package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Reach is which accounts of the organisation somebody may see or edit.
type Reach string

// How far access goes, the widest first.
const (
	ReachAll       Reach = "all"       // every account
	ReachTeam      Reach = "team"      // those of one's team and its people, and those that are nobody's
	ReachTerritory Reach = "territory" // those of the live territories in which one is a member today, and those that one owns
	ReachOwn       Reach = "own"       // those that one owns
	ReachNone      Reach = "none"      // no account; for editing only
)

// within reports whether all that r reaches is within what other reaches.
func (r Reach) within(other Reach) bool {
	return other == ReachAll || r == other || r == ReachNone || r == ReachOwn && other != ReachNone
}

// known reports whether there is such a reach.
func (r Reach) known() bool {
	switch r {
	case ReachAll, ReachTeam, ReachTerritory, ReachOwn, ReachNone:
		return true
	}
	return false
}

// AccessRule is what the people of one role may see and edit, as far as the
// role's permissions go. Administrators always see and edit everything.
type AccessRule struct {
	Role  Role  `json:"role" enum:"manager,rep,marketer,service,backoffice" db:"role"`
	Sees  Reach `json:"sees" enum:"all,team,territory,own" db:"sees" doc:"all: every account; team: those of the own team and nobody's; territory: those of the own territories and those that one owns; own: those that one owns."`
	Edits Reach `json:"edits" enum:"all,team,territory,own,none" db:"edits" doc:"Never more than sees."`
}

// accessOf is the settings of access of a session, in one column.
const accessOf = `(select array_agg(t.text order by s.name, t.at) from access_settings(org_id, user_id) s
	cross join lateral (values (1, s.name), (2, s.value)) t (at, text)) as access`

// AccessRules returns a rule for every role that can have one; what was never
// changed is all and all.
func (s *Service) AccessRules(ctx context.Context) (rules []AccessRule, err error) {
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		rules, err = accessRules(ctx, tx)
		return err
	})
	return rules, err
}

func accessRules(ctx context.Context, tx pgx.Tx) ([]AccessRule, error) {
	rows, err := tx.Query(ctx, `
		select d.role, coalesce(r.sees, 'all') as sees, coalesce(r.edits, 'all') as edits
		from unnest(array['manager', 'rep', 'marketer', 'service', 'backoffice']) with ordinality d (role, at)
		left join access_rules r on r.org_id = current_org() and r.role = d.role order by d.at`)
	if err != nil {
		return nil, fmt.Errorf("read the rules of access: %w", err)
	}
	rules, err := pgx.CollectRows(rows, pgx.RowToStructByName[AccessRule])
	if err != nil {
		return nil, fmt.Errorf("read the rules of access: %w", err)
	}
	return rules, nil
}

// SetAccessRules changes the rules of the roles that are given, for everyone's
// next request. It returns a fault Invalid for a role that has none, and for one
// that could edit what it cannot see.
func (s *Service) SetAccessRules(ctx context.Context, rules []AccessRule) (now []AccessRule, err error) {
	for i, r := range rules {
		field := fmt.Sprintf("rules[%d]", i)
		switch {
		case !r.Role.Known() || r.Role == RoleAdmin:
			return nil, fault.Errorf(fault.Invalid, "The role %q has no rule of access.", r.Role).WithField(field+".role", "A role other than admin.")
		case !r.Sees.known() || !r.Edits.known() || r.Sees == ReachNone:
			return nil, fault.New(fault.Invalid, "Access is to all, team, territory, own, or for editing none.").WithField(field, "One of all, team, territory, own.")
		case !r.Edits.within(r.Sees):
			return nil, fault.New(fault.Invalid, "Nobody can edit what they cannot see. Narrow what the role edits, or widen what it sees.").WithField(field+".edits", "Not more than sees.")
		}
	}
	err = s.db.Tx(ctx, func(tx pgx.Tx) error {
		for _, r := range rules {
			if _, err := tx.Exec(ctx, `
				insert into access_rules (org_id, role, sees, edits) values (current_org(), $1, $2, $3)
				on conflict (org_id, role) do update set sees = excluded.sees, edits = excluded.edits`, r.Role, r.Sees, r.Edits); err != nil {
				return fmt.Errorf("set the rule of access of %s: %w", r.Role, err)
			}
		}
		now, err = accessRules(ctx, tx)
		return err
	})
	return now, err
}

// AccountAccess says who can see an account, and why.
type AccountAccess struct {
	MayEdit bool             `json:"mayEdit" doc:"Whether the one who asks may change it."`
	People  []AccountVisitor `json:"people" doc:"Everyone active, those who see it first."`
}

// AccountVisitor is what one person may do with an account.
type AccountVisitor struct {
	UserID int64  `json:"userId" db:"user_id"`
	Name   string `json:"name" db:"name"`
	Role   Role   `json:"role" db:"role"`
	Sees   bool   `json:"sees" db:"sees"`
	Edits  bool   `json:"edits" db:"edits"`
	Why    string `json:"why" enum:"admin,role,owner,team,territory,nobodys,not_theirs,no_permission" db:"why" doc:"admin: administrators see everything; role: the role sees every account; owner: it is theirs; team: it is their team's; territory: it lies in one of their territories; nobodys: it is nobody's; not_theirs: another's, and the role does not see it; no_permission: the role has no permission for accounts."`
}

var errNoAccount = fault.New(fault.NotFound, "There is no such account, or it is not your organisation's.")

// AccountAccess returns who can see an account and why. It returns a fault
// NotFound when the one who asks does not see it themselves.
func (s *Service) AccountAccess(ctx context.Context, account int64) (a AccountAccess, err error) {
	actor, _ := postgres.ActorFrom(ctx)
	err = s.db.Read(ctx, func(tx pgx.Tx) error {
		var owner, team, territory *int64
		err := tx.QueryRow(ctx, `select owner_id, team_id, territory_id from accounts where org_id = current_org() and id = $1`, account).Scan(&owner, &team, &territory)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoAccount
		}
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select u.id, u.name, u.role, coalesce(r.sees, 'all'), coalesce(r.edits, 'all'),
			  coalesce(u.id = $1, false) as owns,
			  coalesce(u.team_id = $2, false) or u.team_id is not null and exists (
			    select from users o where o.org_id = u.org_id and o.id = $1 and o.team_id = u.team_id) as of_team,
			  $1::bigint is null and $2::bigint is null as nobodys,
			  exists (select from alignments l join territory_members m on m.org_id = l.org_id and m.alignment_id = l.id
			    where l.org_id = u.org_id and l.state in ('live', 'publishing') and m.territory_id = $3 and m.user_id = u.id
			      and territory_member_now(m.from_day, m.to_day, u.org_id)) as in_territory
			from users u left join access_rules r on r.org_id = u.org_id and r.role = u.role
			where u.org_id = current_org() and u.active order by lower(u.name), u.id`, owner, team, territory)
		if err != nil {
			return err
		}
		defer rows.Close()
		seeing, others := []AccountVisitor{}, []AccountVisitor{}
		for rows.Next() {
			var v AccountVisitor
			var sees, edits Reach
			var owns, ofTeam, nobodys, inTerritory bool
			if err := rows.Scan(&v.UserID, &v.Name, &v.Role, &sees, &edits, &owns, &ofTeam, &nobodys, &inTerritory); err != nil {
				return err
			}
			v.judge(sees, edits, owns, ofTeam, nobodys, inTerritory)
			if v.UserID == actor.UserID {
				a.MayEdit = v.Edits && ActorMay(ctx, v.Role, AccountsWrite)
			}
			if v.Sees {
				seeing = append(seeing, v)
			} else {
				others = append(others, v)
			}
		}
		a.People = append(seeing, others...)
		return rows.Err()
	})
	if err != nil && fault.Of(err) == nil {
		err = fmt.Errorf("read who can see account %d: %w", account, err)
	}
	return a, err
}

func (v *AccountVisitor) judge(sees, edits Reach, owns, ofTeam, nobodys, inTerritory bool) {
	if v.Role == RoleAdmin {
		sees, edits = ReachAll, ReachAll
	}
	within := func(r Reach) bool {
		switch r {
		case ReachAll:
			return true
		case ReachTeam:
			return owns || ofTeam || nobodys
		case ReachTerritory:
			return owns || inTerritory
		case ReachOwn:
			return owns
		}
		return false
	}
	may := v.Role.May(AccountsRead)
	v.Sees = may && within(sees)
	v.Edits = v.Sees && v.Role.May(AccountsWrite) && within(edits)
	switch {
	case !may:
		v.Why = "no_permission"
	case v.Role == RoleAdmin:
		v.Why = "admin"
	case sees == ReachAll:
		v.Why = "role"
	case owns:
		v.Why = "owner"
	case v.Sees && sees == ReachTerritory:
		v.Why = "territory"
	case v.Sees && ofTeam:
		v.Why = "team"
	case v.Sees && nobodys:
		v.Why = "nobodys"
	default:
		v.Why = "not_theirs"
	}
}
