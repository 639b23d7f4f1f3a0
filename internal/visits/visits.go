// Package visits plans visits: which, on which day, by whom, in which order, when,
// along which roads, and why the others do not fit.
//
// A plan of one rep's day is asked for with [Service.Create] and worked on by a
// job, so that it survives the process that began it; its state, its route and
// the visits left out are rows. [Service.Reorder] takes an order made by hand and
// times it exactly.
//
// A plan of several days or reps is asked for with [Service.CreatePeriod] and
// looked at with [Service.Board]. [Service.Preview] answers from memory what moves
// would do, [Service.Apply] makes them, and [Service.Undo] and [Service.Redo] walk
// through what was done; [Service.Improve] plans on, [Service.Publish] makes a plan
// of a day of every lane, which is what its rep opens.
//
// The search itself is geo/planner, the roads are behind geo/travel.
package visits

import (
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
)

// State of a plan.
type State string

// States. A plan goes from queued by running to one of the others; planning
// again takes it back to queued.
const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// PlanVisit asks for one visit.
type PlanVisit struct {
	SiteID  int64 `json:"siteId" minimum:"1"`
	Minutes int   `json:"minutes,omitempty" minimum:"0" maximum:"720" doc:"Length of the visit; 0 or absent takes the account's own."`

	Terms *VisitTerms `json:"terms,omitempty" doc:"What else it asks for; the account's own terms unless given."`
}

// DayLimits bound one rep's day.
type DayLimits struct {
	Profile         string   `json:"profile,omitempty" enum:"car,van,bicycle,foot" doc:"How the rep travels; as in the working terms unless given."`
	MaxDriveMinutes int      `json:"maxDriveMinutes,omitempty" minimum:"0" maximum:"1440" doc:"0 for no limit."`
	MaxKilometres   int      `json:"maxKilometres,omitempty" minimum:"0" maximum:"2000" doc:"0 for no limit."`
	MaxVisits       int      `json:"maxVisits,omitempty" minimum:"0" maximum:"200" doc:"0 for no limit."`
	SpeedPercent    int      `json:"speedPercent,omitempty" minimum:"0" maximum:"150" doc:"How fast the rep drives beside the usual speed of the roads, 100 (or 0)."`
	Skills          []string `json:"skills,omitempty" maxItems:"20" nullable:"false" doc:"What the rep can do."`
}

// DoneStop is a stop that was made.
type DoneStop struct {
	SiteID    int64     `json:"siteId"`
	ArrivedAt time.Time `json:"arrivedAt"`
	LeftAt    time.Time `json:"leftAt"`
}

// PlanRequest is what a plan is made from. What is left out is taken from the
// rep's profile; the plan that comes back has it filled in.
type PlanRequest struct {
	RepID               int64       `json:"repId" minimum:"1"`
	Day                 string      `json:"day" format:"date" example:"2026-11-23"`
	Visits              []PlanVisit `json:"visits" minItems:"1" maxItems:"200" nullable:"false"`
	StartPoint          *orb.Point  `json:"startPoint,omitempty" doc:"[longitude, latitude]; without one here and in the profile the day begins at the first visit."`
	StartAddress        string      `json:"startAddress,omitempty" maxLength:"500"`
	EndPoint            *orb.Point  `json:"endPoint,omitempty" doc:"[longitude, latitude]; where the day begins unless given."`
	EndAddress          string      `json:"endAddress,omitempty" maxLength:"500"`
	WorkStart           string      `json:"workStart,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"08:00"`
	WorkEnd             string      `json:"workEnd,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" example:"17:00"`
	LunchMinutes        *int        `json:"lunchMinutes,omitempty" minimum:"0" maximum:"180" doc:"0 for no lunch."`
	LunchEarliest       string      `json:"lunchEarliest,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" default:"11:30"`
	LunchLatest         string      `json:"lunchLatest,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" default:"14:00"`
	RespectOpeningHours *bool       `json:"respectOpeningHours,omitempty" default:"true"`
	EndAnywhere         bool        `json:"endAnywhere,omitempty" doc:"The day ends at the last stop."`
	ByHour              bool        `json:"byHour,omitempty" doc:"Drive at the pace of the hour: typical values for morning, midday and evening, not measured traffic."`
	DayLimits

	Done []DoneStop `json:"done,omitempty" readOnly:"true" maxItems:"200" doc:"Stops already made when the day was planned anew from where the rep was."`
	Now  *time.Time `json:"now,omitempty" readOnly:"true" doc:"From when on the day was planned anew."`
	// LunchTaken is when lunch was, if it was over by then.
	LunchTaken *time.Time `json:"lunchTaken,omitempty" readOnly:"true" doc:"When lunch was, if it was over by then."`
}

// Plan is a rep's day as it was asked for and as it was planned.
type Plan struct {
	ID         int64       `json:"id"`
	RepID      int64       `json:"repId"`
	RepName    string      `json:"repName"`
	Day        string      `json:"day" format:"date"`
	State      State       `json:"state" enum:"queued,running,done,failed,cancelled"`
	Progress   float64     `json:"progress" minimum:"0" maximum:"1"`
	Error      string      `json:"error" doc:"Why it failed, in words."`
	Request    PlanRequest `json:"request"`
	Version    int         `json:"version"`
	CreatedAt  time.Time   `json:"createdAt"`
	FinishedAt *time.Time  `json:"finishedAt"`
	TimeZone   string      `json:"timeZone" doc:"Of the organisation; days and clock times are in it."`
	Estimated  bool        `json:"estimated" doc:"Some drive time is an estimate from straight lines."`
	Route      *Route      `json:"route"`
	Unplanned  []Unplanned `json:"unplanned" nullable:"false"`

	CanUndoRepair bool `json:"canUndoRepair" doc:"The latest change was to plan the day anew from where the rep was, and it can be taken back."`
}

// Route is the day that was planned.
type Route struct {
	ID               int64             `json:"id"`
	StartsAt         time.Time         `json:"startsAt"`
	EndsAt           time.Time         `json:"endsAt"`
	StartPoint       *orb.Point        `json:"startPoint"`
	StartAddress     string            `json:"startAddress"`
	EndPoint         *orb.Point        `json:"endPoint"`
	EndAddress       string            `json:"endAddress"`
	DriveSeconds     int               `json:"driveSeconds"`
	DriveMetres      int               `json:"driveMetres"`
	VisitSeconds     int               `json:"visitSeconds"`
	WaitingSeconds   int               `json:"waitingSeconds"`
	LunchAt          *time.Time        `json:"lunchAt"`
	LunchSeconds     int               `json:"lunchSeconds"`
	GainSeconds      int               `json:"gainSeconds" doc:"Driving saved against the order in which the visits were given."`
	LastLegSeconds   int               `json:"lastLegSeconds"`
	LastLegMetres    int               `json:"lastLegMetres"`
	LastLegEstimated bool              `json:"lastLegEstimated" doc:"The drive to the end is an estimate from a straight line."`
	Violations       []string          `json:"violations" nullable:"false" doc:"What a hand-made order breaks for the day as a whole: after_working_hours, no_lunch, max_drive, max_distance, max_visits."`
	Stops            []Stop            `json:"stops" nullable:"false"`
	Geometry         *geojson.Geometry `json:"geometry" doc:"A MultiLineString; line i leads to stop i, the last one to the end."`
}

// Stop is a visit's place in a route.
type Stop struct {
	ID             int64     `json:"id"`
	Position       int       `json:"position" doc:"From 1."`
	AccountID      int64     `json:"accountId"`
	SiteID         int64     `json:"siteId"`
	Name           string    `json:"name"`
	Class          string    `json:"class"`
	Status         string    `json:"status"`
	Address        string    `json:"address"`
	Point          orb.Point `json:"point"`
	ArrivesAt      time.Time `json:"arrivesAt"`
	WaitingSeconds int       `json:"waitingSeconds"`
	VisitSeconds   int       `json:"visitSeconds"`
	LeavesAt       time.Time `json:"leavesAt"`
	DriveSeconds   int       `json:"driveSeconds" doc:"From the stop before, or the start."`
	DriveMetres    int       `json:"driveMetres"`
	Estimated      bool      `json:"estimated" doc:"The drive to here is an estimate from a straight line."`
	Locked         bool      `json:"locked"`
	OpeningHours   string    `json:"openingHours"`
	Violation      string    `json:"violation" doc:"What a hand-made order breaks here; empty when nothing: closed_that_day, closed_at_arrival, closes_during_visit, after_working_hours, other_time, other_position, no_skill, unreachable."`
	Done           bool      `json:"done" db:"-" doc:"Was made already."`
}

// Unplanned is a visit that is not in the route, with its reason.
type Unplanned struct {
	AccountID int64           `json:"accountId"`
	SiteID    int64           `json:"siteId"`
	Name      string          `json:"name"`
	Class     string          `json:"class"`
	Point     orb.Point       `json:"point"`
	Address   string          `json:"address"`
	Reason    string          `json:"reason" doc:"closed_that_day, closed_all_shift, too_far, day_full, unreachable, not_worth, no_skill, no_time, position, removed_by_hand, cancelled."`
	Detail    UnplannedDetail `json:"detail"`
}

// UnplannedDetail holds the figures behind a reason; those that do not apply
// are 0 or empty.
type UnplannedDetail struct {
	DetourSeconds int    `json:"detourSeconds" doc:"Driving that the visit would add."`
	OverSeconds   int    `json:"overSeconds" doc:"By how much the nearest rule would be broken."`
	DisplacesSite int64  `json:"displacesSite" doc:"The site whose removal would make room; 0 for none."`
	DisplacesName string `json:"displacesName"`
	OpeningHours  string `json:"openingHours"`
}

// PlanSummary is a plan in a list.
type PlanSummary struct {
	ID           int64     `json:"id"`
	RepID        int64     `json:"repId"`
	RepName      string    `json:"repName"`
	Day          string    `json:"day" format:"date"`
	State        State     `json:"state" enum:"queued,running,done,failed,cancelled"`
	Version      int       `json:"version"`
	Stops        int       `json:"stops"`
	Unplanned    int       `json:"unplanned"`
	DriveSeconds int       `json:"driveSeconds"`
	DriveMetres  int       `json:"driveMetres"`
	CreatedAt    time.Time `json:"createdAt"`

	Kind         string     `json:"kind" enum:"day,period" doc:"A plan of a period is opened as a board; its day and repId are the first."`
	Name         string     `json:"name" doc:"Empty for a day that a rep planned."`
	FromDay      string     `json:"fromDay" format:"date"`
	ToDay        string     `json:"toDay" format:"date"`
	RepIDs       []int64    `json:"repIds" nullable:"false"`
	Preset       string     `json:"preset" enum:"balanced,most_visits,least_driving"`
	Progress     float64    `json:"progress" minimum:"0" maximum:"1"`
	Published    bool       `json:"published"`
	PublishedAt  *time.Time `json:"publishedAt"`
	SourcePlanID *int64     `json:"sourcePlanId" doc:"Of a published day: the plan that it came from."`
}
