package visits

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/planner"
	"github.com/waymark-crm/waymark/internal/fault"
)

// VisitTerms is what a visit asks for beside its place, length and opening hours.
type VisitTerms struct {
	Mandatory     bool     `json:"mandatory" doc:"Comes before every visit that is not."`
	Priority      string   `json:"priority,omitempty" enum:"high,normal,low" default:"normal" doc:"How much it counts beside others of its class."`
	Position      int      `json:"position,omitempty" minimum:"-1" maximum:"200" doc:"It is that stop of its day, the first being 1; -1 is the last one; 0: any."`
	SetUpMinutes  int      `json:"setUpMinutes" minimum:"0" maximum:"240" doc:"Spent on arrival, before the visit begins, unless the stop before is at the same place."`
	NotBefore     string   `json:"notBefore" pattern:"^(|([01][0-9]|2[0-3]):[0-5][0-9])$" doc:"HH:MM; begins no earlier. Empty: no bound."`
	NotAfter      string   `json:"notAfter" pattern:"^(|([01][0-9]|2[0-3]):[0-5][0-9])$" doc:"HH:MM; begins no later. The same as notBefore: at that time. Empty: no bound."`
	Skills        []string `json:"skills" maxItems:"20" nullable:"false" doc:"All of them are needed."`
	OnlyReps      []int64  `json:"onlyReps" maxItems:"50" nullable:"false" doc:"Only these; empty: whoever the plan's assignment says."`
	PreferredReps []int64  `json:"preferredReps" maxItems:"50" nullable:"false" doc:"These if it does not cost much."`
	NotReps       []int64  `json:"notReps" maxItems:"50" nullable:"false" doc:"Never these."`
	SameRep       bool     `json:"sameRep" doc:"Who made the latest visit, if it does not cost much."`
}

// Priorities of visits.
const (
	priorityHigh   = "high"
	priorityNormal = "normal"
	priorityLow    = "low"
)

// lastStop is the position of the last stop of a day.
const lastStop = -1

var errNoPosition = fault.New(fault.Invalid, "A day has no such stop.")

// VisitTie ties a visit of a plan to another one.
type VisitTie struct {
	VisitID int    `json:"visitId" minimum:"1" doc:"The other visit of the plan."`
	Rule    string `json:"rule" enum:"same_day,other_day,same_time,after" doc:"On the same day; not on the same day; beginning at the same time, by two reps; after the other one, on the same day or later. It applies when both are planned."`
}

const (
	tieSameDay  = "same_day"
	tieOtherDay = "other_day"
	tieSameTime = "same_time"
	tieAfter    = "after"
)

// settle fills in what was not there when the terms were stored.
func (t *VisitTerms) settle() {
	if t.Priority == "" {
		t.Priority = priorityNormal
	}
	if t.Skills == nil {
		t.Skills = []string{}
	}
	for _, list := range []*[]int64{&t.OnlyReps, &t.PreferredReps, &t.NotReps} {
		if *list == nil {
			*list = []int64{}
		}
	}
}

// check says what is wrong with terms; field names them in the request, with a
// dot at its end, or is empty.
func (t *VisitTerms) check(ctx context.Context, tx pgx.Tx, org int64, field string) error {
	t.settle()
	if !slices.Contains([]string{priorityHigh, priorityNormal, priorityLow}, t.Priority) {
		return fault.New(fault.Invalid, "There is no such priority.").WithField(field+"priority", "Choose high, normal or low.")
	}
	if t.Position < lastStop || t.Position > MaxVisits {
		return errNoPosition.WithField(field+"position", "From 1 to 200, -1 for the last stop, 0 for any.")
	}
	if t.SetUpMinutes < 0 || t.SetUpMinutes > 240 {
		return fault.New(fault.Invalid, "Setting up takes at most 4 hours.").WithField(field+"setUpMinutes", "From 0 to 240.")
	}
	for name, at := range map[string]string{"notBefore": t.NotBefore, "notAfter": t.NotAfter} {
		if _, ok := minutes(at); at != "" && !ok {
			return fault.New(fault.Invalid, "That is no time of day.").WithField(field+name, "Write it as 09:30.")
		}
	}
	if t.NotBefore != "" && t.NotAfter != "" && !inOrder(t.NotBefore, t.NotAfter, true) {
		return fault.New(fault.Invalid, "The visit would have to begin before it may.").WithField(field+"notAfter", "Must not be earlier than notBefore.")
	}
	var err error
	if t.Skills, err = cleanSkills(t.Skills, field+"skills"); err != nil {
		return err
	}
	for _, rep := range t.NotReps {
		if slices.Contains(t.OnlyReps, rep) || slices.Contains(t.PreferredReps, rep) {
			return fault.New(fault.Invalid, "Somebody is both wanted and refused for the visit.").WithField(field+"notReps", "Take them out of one of the lists.")
		}
	}
	return t.checkReps(ctx, tx, org, field)
}

func (t *VisitTerms) checkReps(ctx context.Context, tx pgx.Tx, org int64, field string) error {
	all := slices.Concat(t.OnlyReps, t.PreferredReps, t.NotReps)
	if len(all) == 0 {
		return nil
	}
	rows, err := tx.Query(ctx, `select id from users where org_id = $1 and id = any($2)`, org, all)
	if err != nil {
		return fmt.Errorf("visits: reps of a visit: %w", err)
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("visits: reps of a visit: %w", err)
	}
	for name, list := range map[string][]int64{"onlyReps": t.OnlyReps, "preferredReps": t.PreferredReps, "notReps": t.NotReps} {
		if len(list) > MaxPeriodReps {
			return fault.New(fault.Invalid, "Those are too many people for one visit.").WithField(field+name, "At most 50.")
		}
		for i, rep := range list {
			if !slices.Contains(known, rep) {
				return fault.New(fault.Invalid, "There is no such rep.").WithField(fmt.Sprintf("%s%s[%d]", field, name, i), "Choose one of the users.")
			}
		}
	}
	return nil
}

// none reports whether nothing is asked for.
func (t *VisitTerms) none() bool {
	return !t.Mandatory && (t.Priority == "" || t.Priority == priorityNormal) && t.Position == 0 && t.SetUpMinutes == 0 && t.NotBefore == "" && t.NotAfter == "" &&
		len(t.Skills)+len(t.OnlyReps)+len(t.PreferredReps)+len(t.NotReps) == 0 && !t.SameRep
}

// bounds are the planner's times of a day between which the visit may begin;
// bound is false when it may at any time.
func (t *VisitTerms) bounds(at func(minutes int) planner.Seconds) (lo, hi planner.Seconds, bound bool) {
	from, to := 0, 24*60
	if m, ok := minutes(t.NotBefore); ok {
		from = m
	}
	if m, ok := minutes(t.NotAfter); ok {
		to = m
	}
	return at(from), at(to), t.NotBefore != "" || t.NotAfter != ""
}

// narrowed are the spans within the windows of one day in which a visit of a
// length may begin. open says whether the place's hours are known.
func (t *VisitTerms) narrowed(windows []planner.Window, open bool, length planner.Seconds, at func(minutes int) planner.Seconds) (begins []planner.Window, endInside bool) {
	lo, hi, bound := t.bounds(at)
	switch {
	case !bound:
		return windows, open
	case !open:
		return []planner.Window{{Open: lo, Close: hi}}, false
	}
	for _, w := range windows {
		if b := (planner.Window{Open: max(w.Open, lo), Close: min(w.Close-length, hi)}); b.Open <= b.Close {
			begins = append(begins, b)
		}
	}
	return begins, false
}

// worthOf is a visit's prize.
func (t *VisitTerms) worthOf(class string) planner.Seconds {
	p := prize[class]
	switch t.Priority {
	case priorityHigh:
		return 2 * p
	case priorityLow:
		return p / 2
	}
	return p
}

// AccountTerms returns what every visit to an account asks for.
func (s *Service) AccountTerms(ctx context.Context, account int64) (*VisitTerms, error) {
	a, _, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var t *VisitTerms
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		t, err = accountTerms(ctx, tx, a.OrgID, account)
		return err
	})
	return t, err
}

var errNoAccount = fault.New(fault.NotFound, "There is no such account.")

func accountTerms(ctx context.Context, tx pgx.Tx, org, account int64) (*VisitTerms, error) {
	t := &VisitTerms{}
	var body []byte
	err := tx.QueryRow(ctx, `
		select t.terms from accounts a left join account_visit_terms t on t.org_id = a.org_id and t.account_id = a.id
		where a.org_id = $1 and a.id = $2`, org, account).Scan(&body)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errNoAccount
	}
	if err != nil {
		return nil, fmt.Errorf("visits: terms of an account: %w", err)
	}
	if body != nil {
		if err := json.Unmarshal(body, t); err != nil {
			return nil, fmt.Errorf("visits: terms of account %d: %w", account, err)
		}
	}
	t.settle()
	return t, nil
}

// SetAccountTerms changes what visits to an account ask for, in plans that are
// made from now on.
func (s *Service) SetAccountTerms(ctx context.Context, account int64, t VisitTerms) (*VisitTerms, error) {
	a, _, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var out *VisitTerms
	err = s.DB.Tx(ctx, func(tx pgx.Tx) error {
		if _, err := accountTerms(ctx, tx, a.OrgID, account); err != nil {
			return err
		}
		if err := t.check(ctx, tx, a.OrgID, ""); err != nil {
			return err
		}
		body, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("visits: terms of an account: %w", err)
		}
		if _, err := tx.Exec(ctx, `
			insert into account_visit_terms (org_id, account_id, terms) values ($1, $2, $3)
			on conflict (org_id, account_id) do update set terms = excluded.terms, updated_at = now()`, a.OrgID, account, body); err != nil {
			return fmt.Errorf("visits: terms of an account: %w", err)
		}
		out, err = accountTerms(ctx, tx, a.OrgID, account)
		return err
	})
	return out, err
}
