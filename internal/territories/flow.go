package territories

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

var errMayNotPublish = fault.New(fault.Forbidden, "Your role does not allow publishing territories. Ask an administrator or a manager.")

func mayPublish(ctx context.Context, actor postgres.Actor) bool {
	return identity.ActorMay(ctx, identity.Role(actor.Role), identity.TerritoriesPublish)
}

// words trims what somebody wrote.
func words(text string, most int) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\x00", ""))
	if len([]rune(text)) > most {
		return "", fault.Errorf(fault.Invalid, "This text has more than %d characters.", most).WithField("body.note", "Write less.")
	}
	return text, nil
}

// turn brings an alignment from one of some states to another.
func (s *Service) turn(ctx context.Context, id int64, version int, note, what string, from []State, sets string, check func(h head, actor postgres.Actor) error) (*Full, error) {
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		note, err := words(note, 2000)
		if err != nil {
			return err
		}
		h, err := at(ctx, tx, actor, id, version)
		if err != nil {
			return err
		}
		allowed := false
		for _, state := range from {
			allowed = allowed || state == h.State
		}
		if !allowed || h.Balance.running() {
			return wrongState(h)
		}
		if check != nil {
			if err := check(h, actor); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `update alignments set `+sets+` where org_id = @org and id = @id`,
			pgx.NamedArgs{"org": actor.OrgID, "id": id, "user": actor.UserID, "note": note})
		if err != nil {
			return fmt.Errorf("territories: %s alignment %d: %w", what, id, err)
		}
		if err := tell(ctx, tx, actor, id, what, note, nil); err != nil {
			return err
		}
		return touch(ctx, tx, actor, &h)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// wrongState says why something cannot be done with an alignment as it stands.
func wrongState(h head) error {
	text := map[State]string{
		Draft: "This is a draft. Send it for approval first.", InReview: "This alignment waits for approval.", Approved: "This alignment is approved already.",
		Scheduled: "This alignment is going to be published. Withdraw that first.", Publishing: "This alignment is being published.",
		Live: "This alignment is live. Copy it to change it.", Withdrawing: "The publication of this alignment is being undone.",
		Archived: "This alignment was live once and is kept as it was. Copy it to use it again.",
	}[h.State]
	if h.Balance.running() {
		text = "This alignment is being balanced. Wait until that is done, or cancel it."
	}
	return fault.New(fault.Conflict, text).WithCurrent(h.Alignment)
}

// Submit sends a draft for approval.
func (s *Service) Submit(ctx context.Context, id int64, version int, note string) (*Full, error) {
	return s.turn(ctx, id, version, note, "submitted", []State{Draft},
		`state = 'in_review', submitted_by = nullif(@user::bigint, 0), submitted_at = now(), decided_by = null, decided_at = null, decision_note = ''`,
		func(h head, _ postgres.Actor) error {
			if h.TerritoryCount == 0 {
				return fault.New(fault.Invalid, "This alignment has no territories yet.")
			}
			return nil
		})
}

// Approve lets an alignment be published. Who sent it for approval cannot approve
// it, unless they are an administrator.
func (s *Service) Approve(ctx context.Context, id int64, version int, note string) (*Full, error) {
	return s.turn(ctx, id, version, note, "approved", []State{InReview},
		`state = 'approved', decided_by = nullif(@user::bigint, 0), decided_at = now(), decision_note = @note`,
		func(h head, actor postgres.Actor) error {
			if h.SubmittedBy != nil && *h.SubmittedBy == actor.UserID && identity.Role(actor.Role) != identity.RoleAdmin {
				return fault.New(fault.Forbidden, "Somebody else has to approve what you have sent for approval.")
			}
			return nil
		})
}

// Reject makes an alignment a draft again, with a note that says why.
func (s *Service) Reject(ctx context.Context, id int64, version int, note string) (*Full, error) {
	return s.turn(ctx, id, version, note, "rejected", []State{InReview, Approved},
		`state = 'draft', decided_by = nullif(@user::bigint, 0), decided_at = now(), decision_note = @note`, nil)
}

// AddComment adds what somebody says about an alignment.
func (s *Service) AddComment(ctx context.Context, id int64, text string) (Comment, error) {
	var out Comment
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		text, err := words(text, 4000)
		if err != nil {
			return err
		}
		if text == "" {
			return fault.New(fault.Invalid, "A comment needs a text.").WithField("body.text", "Write something.")
		}
		h, err := loadHead(ctx, tx, actor, id, false)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			with c as (insert into alignment_events (org_id, alignment_id, what, text, by_user) values ($1, $2, 'comment', $3, nullif($4::bigint, 0)) returning *)
			select c.id, c.text, c.by_user, coalesce(u.name, ''), c.at from c left join users u on u.org_id = c.org_id and u.id = c.by_user`,
			actor.OrgID, id, text, actor.UserID).Scan(&out.ID, &out.Text, &out.UserID, &out.UserName, &out.At)
		if err != nil {
			return fmt.Errorf("territories: comment on alignment %d: %w", id, err)
		}
		return notify(ctx, tx, id, h.Version)
	})
	return out, err
}

// Comments returns what was said about an alignment, the first first.
func (s *Service) Comments(ctx context.Context, id int64) ([]Comment, error) {
	out := []Comment{}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		if _, err := loadHead(ctx, tx, actor, id, false); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `
			select c.id, c.text, c.by_user, coalesce(u.name, ''), c.at from alignment_events c left join users u on u.org_id = c.org_id and u.id = c.by_user
			where c.org_id = $1 and c.alignment_id = $2 and c.what = 'comment' order by c.id limit 2000`, actor.OrgID, id)
		if err != nil {
			return fmt.Errorf("territories: comments on alignment %d: %w", id, err)
		}
		if out, err = pgx.AppendRows(out, rows, pgx.RowToStructByPos[Comment]); err != nil {
			return fmt.Errorf("territories: comments on alignment %d: %w", id, err)
		}
		return nil
	})
	return out, err
}

// Live returns the territories of the alignment that is live.
func (s *Service) Live(ctx context.Context) (LiveTerritories, error) {
	out := LiveTerritories{Items: []LiveTerritory{}}
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `
			select a.id, a.name, a.resolution, t.id, t.name, t.parent_id, t.level, t.colour, o.user_id, coalesce(o.name, ''),
			  exists (select from territory_members m where m.org_id = t.org_id and m.alignment_id = t.alignment_id and m.territory_id = t.id
			    and m.user_id = $2 and territory_member_now(m.from_day, m.to_day, $1))
			from alignments a
			join territories t on t.org_id = a.org_id and t.alignment_id = a.id
			left join lateral (
			  select m.user_id, u.name from territory_members m join users u on u.org_id = m.org_id and u.id = m.user_id
			  where m.org_id = t.org_id and m.alignment_id = t.alignment_id and m.territory_id = t.id and m.role = 'owner'
			    and territory_member_now(m.from_day, m.to_day, $1)
			  order by m.position limit 1) o on true
			where a.org_id = $1 and a.state in ('live', 'publishing')
			order by t.position, t.id`, actor.OrgID, actor.UserID)
		if err != nil {
			return fmt.Errorf("territories: read the live ones: %w", err)
		}
		var id int64
		var t LiveTerritory
		_, err = pgx.ForEachRow(rows, []any{&id, &out.Name, &out.Resolution, &t.ID, &t.Name, &t.ParentID, &t.Level, &t.Colour, &t.OwnerID, &t.OwnerName, &t.Mine}, func() error {
			live := id
			out.AlignmentID = &live
			out.Items = append(out.Items, t)
			return nil
		})
		if err != nil {
			return fmt.Errorf("territories: read the live ones: %w", err)
		}
		return nil
	})
	return out, err
}
