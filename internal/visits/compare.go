package visits

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// Compare puts two plans of a period side by side.
func (s *Service) Compare(ctx context.Context, first, second int64) (*PlanComparison, error) {
	a, team, err := actor(ctx)
	if err != nil {
		return nil, err
	}
	var boards [2]*board
	err = s.DB.Read(ctx, func(tx pgx.Tx) error {
		for i, id := range []int64{first, second} {
			if boards[i], err = readBoard(ctx, tx, a, team, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return compare(boards), nil
}

func compare(boards [2]*board) *PlanComparison {
	out := &PlanComparison{ByRep: []ComparedRep{}, Moved: []MovedVisit{}}
	for i, side := range []*ComparedPlan{&out.A, &out.B} {
		b := boards[i]
		side.Plan, side.Totals = b.head, b.model.sum(b.state)
	}
	at := map[int64]int{}
	for i, b := range boards {
		for r, profile := range b.model.period.Reps {
			n, ok := at[profile.ID]
			if !ok {
				n = len(out.ByRep)
				at[profile.ID] = n
				out.ByRep = append(out.ByRep, ComparedRep{RepID: profile.ID, RepName: profile.Name})
			}
			totals := []*LaneTotals{&out.ByRep[n].A, &out.ByRep[n].B}[i]
			for _, shift := range b.model.shiftOf[r] {
				if shift >= 0 {
					totals.add(b.state.lanes[shift].totals())
				}
			}
		}
	}
	out.Moved = movedVisits(boards)
	return out
}

func (t *LaneTotals) add(x LaneTotals) {
	t.Visits += x.Visits
	t.DriveSeconds += x.DriveSeconds
	t.DriveMetres += x.DriveMetres
	t.VisitSeconds += x.VisitSeconds
	t.WaitingSeconds += x.WaitingSeconds
	t.OvertimeSeconds += x.OvertimeSeconds
	t.Violations += x.Violations
}

// movedVisits pairs the visits of each place in the order of their days and lists
// the pairs that differ.
func movedVisits(boards [2]*board) []MovedVisit {
	type place struct {
		visit *visit
		lanes [2][]LaneName
	}
	var order []int64
	bySite := map[int64]*place{}
	for i, b := range boards {
		for v := range b.model.visits {
			x := &b.model.visits[v]
			if bySite[x.site.ID] == nil {
				bySite[x.site.ID] = &place{visit: x}
				order = append(order, x.site.ID)
			}
		}
		for s, stops := range b.state.orders {
			for _, v := range stops {
				p := bySite[b.model.visits[v].site.ID]
				p.lanes[i] = append(p.lanes[i], b.model.lane(s))
			}
		}
	}
	out := []MovedVisit{}
	for _, site := range order {
		p := bySite[site]
		a, b := p.lanes[0], p.lanes[1]
		for _, same := range a { // what is on both sides is no difference
			if i := slices.Index(b, same); i >= 0 {
				b = slices.Delete(slices.Clone(b), i, i+1)
				j := slices.Index(p.lanes[0], same)
				p.lanes[0] = slices.Delete(slices.Clone(p.lanes[0]), j, j+1)
			}
		}
		a = p.lanes[0]
		for _, lanes := range [][]LaneName{a, b} {
			slices.SortFunc(lanes, func(x, y LaneName) int {
				if x.Day != y.Day {
					if x.Day < y.Day {
						return -1
					}
					return 1
				}
				return int(x.RepID - y.RepID)
			})
		}
		for i := range max(len(a), len(b)) {
			m := MovedVisit{AccountID: p.visit.site.AccountID, SiteID: site, Name: p.visit.site.Name}
			if i < len(a) {
				m.A = &a[i]
			}
			if i < len(b) {
				m.B = &b[i]
			}
			out = append(out, m)
		}
	}
	return out
}
