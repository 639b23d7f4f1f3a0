// Package territories divides the ground among people. An alignment is one
// division of all cells into territories: drafts, in which one tries out, and one
// that is live, by which accounts belong to a territory.
//
//	plan := &territories.Service{DB: db, Accounts: accounts.New(db)}
//	draft, err := plan.Create(ctx, territories.NewAlignment{Name: "Spring", CopyOf: &live})
//	edited, err := plan.Edit(ctx, draft.ID, draft.Version, []territories.Edit{{Cells: cells, Territory: &north}}, "")
//	draft, err = plan.Undo(ctx, draft.ID, edited.Version)
//	draft, err = plan.Submit(ctx, draft.ID, draft.Version, "Please look at the south.")
//	draft, err = plan.Approve(other, draft.ID, draft.Version, "")
//	draft, err = plan.Publish(ctx, draft.ID, draft.Version, nil)
//
// A territory keeps its id in every copy of an alignment, so that accounts,
// filters and comparisons speak of the same territory. A cell belongs to one
// territory at most. Figures are those of the accounts that the actor sees.
//
// Every method acts for the actor of its context and sees that organisation only.
// Errors for people are faults: NotFound, Invalid with the field that is wrong,
// Conflict with the current [Alignment] for a change of an old version.
package territories

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/geo/roads"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Bounds.
const (
	MaxAlignments  = 500     // of an organisation
	MaxTerritories = 2_000   // of an alignment
	MaxMembers     = 50      // of a territory
	MaxCells       = 500_000 // of an alignment
	MaxEditCells   = 50_000  // in one edit
	MaxExceptions  = 20_000  // of an alignment
	MaxDepth       = 3       // area, region, territory

	DefaultResolution = 7
	MinResolution     = 6
	MaxResolution     = 8
)

// State is how far an alignment has got.
type State string

// The states. Only a draft can be edited.
const (
	Draft       State = "draft"
	InReview    State = "in_review"
	Approved    State = "approved"
	Scheduled   State = "scheduled"   // to be published at a time
	Publishing  State = "publishing"  // live; its accounts are being given to their owners
	Live        State = "live"        // by which accounts belong to territories
	Withdrawing State = "withdrawing" // its publication is being undone
	Archived    State = "archived"    // was live
)

// Role is what somebody is to a territory.
type Role string

// The roles. The owner gets the accounts.
const (
	Owner   Role = "owner"
	Support Role = "support"
	Cover   Role = "cover"
)

// Figures are what territories are compared by. Those a year are as accounts have
// them now.
type Figures struct {
	Accounts      float64 `json:"accounts" doc:"That are not archived, each where its primary site is."`
	Customers     float64 `json:"customers"`
	Prospects     float64 `json:"prospects"`
	OpenProspects float64 `json:"openProspects" doc:"Of the extract, taken over by nobody."`
	Revenue       float64 `json:"revenue" doc:"A year."`
	Potential     float64 `json:"potential" doc:"A year."`
	VisitHours    float64 `json:"visitHours" doc:"A year: the visits that the accounts' intervals ask for, at their lengths."`
	DriveHours    float64 `json:"driveHours" doc:"A year, from stop to stop: estimated from how close the accounts lie."`
	Workload      float64 `json:"workload" doc:"Hours a year: visits and driving."`
}

// Share is a figure of each kind, as a share: of a deviation from the mean 0.1 is
// a tenth more than it.
type Share struct {
	Accounts   *float64 `json:"accounts"`
	Customers  *float64 `json:"customers"`
	Prospects  *float64 `json:"prospects"`
	Revenue    *float64 `json:"revenue"`
	Potential  *float64 `json:"potential"`
	VisitHours *float64 `json:"visitHours"`
	Workload   *float64 `json:"workload"`
}

// Member is somebody in a territory.
type Member struct {
	UserID  int64   `json:"userId" minimum:"1"`
	Name    string  `json:"name" readOnly:"true"`
	Role    Role    `json:"role" enum:"owner,support,cover"`
	FromDay *string `json:"from" format:"date" doc:"The first day, null for since ever."`
	ToDay   *string `json:"to" format:"date" doc:"The last day, null for until further notice."`
	Now     bool    `json:"now" readOnly:"true" doc:"Whether today is one of the days."`
}

// Territory is a part of an alignment, or an area or region of such parts, which
// has no cells of its own.
type Territory struct {
	ID          int64    `json:"id" doc:"The same in every copy of an alignment."`
	ParentID    *int64   `json:"parentId"`
	Level       string   `json:"level" enum:"area,region,territory"`
	Name        string   `json:"name"`
	Colour      int      `json:"colour" doc:"The number of a colour, from 0."`
	Position    int      `json:"position"`
	Locked      bool     `json:"locked" doc:"Its cells stay as they are, by hand and when balancing."`
	Members     []Member `json:"members"`
	OwnerID     *int64   `json:"ownerId" doc:"Who gets the accounts today."`
	OwnerName   string   `json:"ownerName"`
	Cells       int      `json:"cells" doc:"With those of what lies below it."`
	Figures     Figures  `json:"figures" doc:"With those of what lies below it and of accounts that belong to it by an exception."`
	Held        Figures  `json:"held" doc:"Of the accounts that belong to it by an exception, which no cell has."`
	Exceptions  int      `json:"exceptions"`
	Compactness *float64 `json:"compactness" doc:"1 for a circle, 0.95 for a square, 0.64 for a bar of one by three; null without cells."`
	Parts       int      `json:"parts" doc:"How many pieces its cells make; 1 when it is connected."`
	Deviation   Share    `json:"deviation" doc:"From the mean of the territories of the alignment; null where the mean is 0."`
}

// Alignment is a division of the ground, without its territories.
type Alignment struct {
	ID              int64       `json:"id"`
	Name            string      `json:"name"`
	State           State       `json:"state" enum:"draft,in_review,approved,scheduled,publishing,live,withdrawing,archived"`
	Resolution      int         `json:"resolution" doc:"Of the H3 cells."`
	Version         int         `json:"version" doc:"Goes up with every change; a change names the one that it saw."`
	BasedOn         *int64      `json:"basedOn" doc:"The alignment that it was copied from."`
	TerritoryCount  int         `json:"territoryCount"`
	CreatedBy       *int64      `json:"createdBy"`
	CreatedByName   string      `json:"createdByName"`
	CreatedAt       time.Time   `json:"createdAt"`
	UpdatedBy       *int64      `json:"updatedBy" doc:"Who changed it last."`
	UpdatedByName   string      `json:"updatedByName"`
	UpdatedAt       time.Time   `json:"updatedAt"`
	SubmittedBy     *int64      `json:"submittedBy"`
	SubmittedByName string      `json:"submittedByName"`
	SubmittedAt     *time.Time  `json:"submittedAt"`
	DecidedByName   string      `json:"decidedByName" doc:"Who approved or rejected it."`
	DecidedAt       *time.Time  `json:"decidedAt"`
	DecisionNote    string      `json:"decisionNote"`
	PublishAt       *time.Time  `json:"publishAt" doc:"When it will be published; null unless scheduled."`
	PublishedByName string      `json:"publishedByName"`
	PublishedAt     *time.Time  `json:"publishedAt"`
	WithdrawnAt     *time.Time  `json:"withdrawnAt" doc:"When its last publication was undone."`
	ReplacedID      *int64      `json:"replacedId" doc:"The alignment that was live before it."`
	BatchID         *int64      `json:"batchId" doc:"The batch that gave the accounts to their owners: /api/batches/{id}."`
	Progress        *Progress   `json:"progress" doc:"Of a publication or its undoing under way."`
	Balance         *BalanceJob `json:"balance" doc:"The latest search for a balance; null when there was none."`
	CanUndo         bool        `json:"canUndo"`
	CanRedo         bool        `json:"canRedo"`
	MayEdit         bool        `json:"mayEdit" doc:"Whether the one who asks may change it as it stands: a draft, with the permission."`
	MayApprove      bool        `json:"mayApprove" doc:"In review, with the permission, and not one's own."`
	MayPublish      bool        `json:"mayPublish" doc:"Approved, with the permission."`
	MayWithdraw     bool        `json:"mayWithdraw"`
}

// Progress says how far a publication is.
type Progress struct {
	Phase string `json:"phase" enum:"settling,collecting,assigning,done" doc:"settling: accounts get their territory; assigning: and their owner."`
	Done  int    `json:"done"`
	Total int    `json:"total"`
	Error string `json:"error" doc:"Why it stands still; empty when it does not."`
}

// Full is an alignment with its territories and what they come to.
type Full struct {
	Alignment
	Territories []Territory    `json:"territories" doc:"In their order; areas and regions among them."`
	Totals      Figures        `json:"totals" doc:"Of all territories."`
	Mean        Figures        `json:"mean" doc:"Of a territory that has cells."`
	Worst       Share          `json:"worst" doc:"The largest deviation from the mean, without its sign."`
	Compactness *float64       `json:"compactness" doc:"The mean of the territories."`
	Gaps        Figures        `json:"gaps" doc:"Of cells that no territory has."`
	GapCells    int            `json:"gapCells" doc:"Cells with accounts that no territory has."`
	Unplaced    int            `json:"unplaced" doc:"Accounts without a site, which no cell has."`
	LockedCells []hexgrid.Cell `json:"lockedCells" doc:"Cells that are locked one by one; those of locked territories are not among them."`
}

// CellFigures is a cell of an alignment.
type CellFigures struct {
	Cell          hexgrid.Cell `json:"cell"`
	Territory     *int64       `json:"territory"`
	Road          bool         `json:"road" doc:"A road runs through it."`
	Accounts      float64      `json:"accounts"`
	Customers     float64      `json:"customers"`
	Prospects     float64      `json:"prospects"`
	OpenProspects float64      `json:"openProspects"`
	Revenue       float64      `json:"revenue"`
	Potential     float64      `json:"potential"`
	VisitHours    float64      `json:"visitHours"`
	DriveHours    float64      `json:"driveHours"`
}

// Cells are all cells with an account, an open prospect, a road or a territory.
type Cells struct {
	Resolution int           `json:"resolution"`
	Version    int           `json:"version" doc:"Of the alignment."`
	Cells      []CellFigures `json:"cells" doc:"Without accounts that belong to a territory by an exception; those are the territory's held."`
}

// Edit gives cells to a territory, or to none.
type Edit struct {
	Cells     []hexgrid.Cell `json:"cells" minItems:"1" maxItems:"50000" nullable:"false" doc:"Of the alignment's resolution."`
	Territory *int64         `json:"territory" doc:"null takes them away."`
}

// Edited is what an alignment is after a change.
type Edited struct {
	Version     int            `json:"version"`
	CanUndo     bool           `json:"canUndo"`
	CanRedo     bool           `json:"canRedo"`
	Changed     int            `json:"changed" doc:"Cells whose territory is another now."`
	Edits       []Edit         `json:"edits" doc:"Those cells, by the territory that they belong to now."`
	Territories []Territory    `json:"territories" doc:"All of them."`
	Mean        Figures        `json:"mean"`
	Worst       Share          `json:"worst"`
	Gaps        Figures        `json:"gaps"`
	GapCells    int            `json:"gapCells"`
	LockedCells []hexgrid.Cell `json:"lockedCells" doc:"Cells that are locked one by one."`
}

// HistoryEntry is something that was done to an alignment.
type HistoryEntry struct {
	Revision *int            `json:"revision" doc:"The step that undoing walks back over; null for what cannot be undone that way."`
	Parent   *int            `json:"parent" doc:"The step that it was made after; 0 for the beginning."`
	Current  bool            `json:"current" doc:"Whether the alignment stands at this step."`
	What     string          `json:"what" doc:"edited, filled, balanced, imported, territory_added, territory_changed, territory_removed, members, created, copied, undone, redone, exception, submitted, withdrawn, approved, rejected, scheduled, published, unpublished, archived, comment, handover, cells_locked."`
	Text     string          `json:"text"`
	Cells    int             `json:"cells"`
	Detail   json.RawMessage `json:"detail"`
	UserID   *int64          `json:"userId"`
	UserName string          `json:"userName"`
	At       time.Time       `json:"at"`
}

// Comment is what somebody wrote about an alignment.
type Comment struct {
	ID       int64     `json:"id"`
	Text     string    `json:"text"`
	UserID   *int64    `json:"userId"`
	UserName string    `json:"userName"`
	At       time.Time `json:"at"`
}

// Exception is an account that belongs to a territory wherever it lies.
type Exception struct {
	AccountID   int64     `json:"accountId"`
	AccountName string    `json:"accountName"`
	Territory   int64     `json:"territory"`
	Reason      string    `json:"reason"`
	CreatedBy   string    `json:"createdByName"`
	CreatedAt   time.Time `json:"createdAt"`
}

// LiveTerritory is a territory as choosers show it.
type LiveTerritory struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	ParentID  *int64 `json:"parentId"`
	Level     string `json:"level" enum:"area,region,territory"`
	Colour    int    `json:"colour"`
	OwnerID   *int64 `json:"ownerId"`
	OwnerName string `json:"ownerName"`
	Mine      bool   `json:"mine" doc:"Whether the one who asks is a member today."`
}

// LiveTerritories are those of the alignment that is live.
type LiveTerritories struct {
	AlignmentID *int64          `json:"alignmentId" doc:"null while none is live."`
	Name        string          `json:"name"`
	Resolution  int             `json:"resolution"`
	Items       []LiveTerritory `json:"items"`
}

// Service is the use cases of this package. It is safe for concurrent use.
type Service struct {
	DB *postgres.DB
	// Accounts gives accounts to their owners.
	Accounts *accounts.Service
	// Roads returns the roads of the extract in use and a number that tells it from
	// others; nil, or a network that is nil, leaves roads out.
	Roads func() (*roads.Network, int64)
	// Enqueue stores a job to be worked off at once or, with a time, then. nil does
	// what has no time while the caller waits.
	Enqueue func(ctx context.Context, tx pgx.Tx, job Job, at *time.Time) error
	// ReportEvery is how often a search says how far it is; 0 means a second.
	ReportEvery time.Duration

	// SearchMoves is how many moves a search for a balance tries; 0 what suits the size.
	SearchMoves int

	memory memory
}
