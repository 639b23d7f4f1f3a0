package extract

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/events"
)

// share is the part of a load's time that a stage takes, measured on Delaware.
var share = map[Stage]float64{StageRead: 0.1, StageRoads: 0.4, StageTiles: 0.4, StageStore: 0.1}

// tellEvery bounds how often progress is written to the database.
const tellEvery = 500 * time.Millisecond

// progress gathers how far the stages are and tells the caller, the database
// and the browsers.
type progress struct {
	ctx  context.Context
	deps Deps
	id   int64

	mu      sync.Mutex
	done    map[Stage]float64
	told    time.Time
	stage   Stage
	percent int
}

func newProgress(ctx context.Context, d Deps, id int64) *progress {
	return &progress{ctx: ctx, deps: d, id: id, done: map[Stage]float64{}, percent: -1}
}

func (p *progress) tell(s Stage, done float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	done = min(max(done, 0), 1)
	if done < p.done[s] {
		return
	}
	p.done[s] = done
	overall := 0.0
	for stage, part := range share {
		overall += part * p.done[stage]
	}
	overall = min(overall, 1)
	percent := int(100 * overall)
	if s == p.stage && percent == p.percent {
		return
	}
	p.percent = percent
	if p.deps.Progress != nil {
		p.deps.Progress(Progress{Stage: s, Done: done, Overall: overall})
	}
	if s == p.stage && time.Since(p.told) < tellEvery {
		return
	}
	p.stage, p.told = s, time.Now()
	err := p.deps.DB.Owner(p.ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(p.ctx, `update extracts set stage = $2, progress = $3 where id = $1 and state = 'loading'`, p.id, string(s), overall); err != nil {
			return err
		}
		return events.NotifyAll(p.ctx, tx, "extract", map[string]any{"id": p.id, "state": "loading", "stage": s, "progress": overall})
	})
	if err != nil {
		// The load does not depend on it, and will meet the same trouble itself.
		p.deps.Log.Warn("the progress of the extract was not recorded", "error", err)
	}
}
