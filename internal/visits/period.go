package visits

import (
	"time"

	"github.com/paulmach/orb"
)

// Bounds of a plan of a period.
const (
	MaxPeriodDays   = 31
	MaxPeriodReps   = 50
	MaxPeriodVisits = 5000
	MaxSearch       = 1800 // seconds
)

// PeriodVisit asks for one visit in a period.
type PeriodVisit struct {
	SiteID    int64  `json:"siteId" minimum:"1"`
	Minutes   int    `json:"minutes,omitempty" minimum:"0" maximum:"720" doc:"Length of the visit; 0 or absent takes the account's own."`
	Mandatory bool   `json:"mandatory,omitempty" doc:"Comes before every visit that is not."`
	RepID     int64  `json:"repId,omitempty" minimum:"0" doc:"Only this rep, one of the plan's; 0 or absent: whoever assignment says."`
	Day       string `json:"day,omitempty" format:"date" doc:"Only on this day, one of the plan's."`

	Terms *VisitTerms `json:"terms,omitempty" doc:"What else it asks for; the account's own terms unless given."`
}

// NightAway is a night that a rep spends elsewhere.
type NightAway struct {
	RepID   int64     `json:"repId" minimum:"1"`
	Day     string    `json:"day" format:"date" doc:"The day that ends there; the rep's next working day begins there."`
	Point   orb.Point `json:"point"`
	Address string    `json:"address" maxLength:"500"`
}

// RepTerms is how one rep works in one plan.
type RepTerms struct {
	RepID int64 `json:"repId" minimum:"1"`
	WorkingTerms
}

// DayOff is a day on which a rep does not work.
type DayOff struct {
	RepID int64  `json:"repId" minimum:"1"`
	Day   string `json:"day" format:"date"`
}

// PeriodRequest is what a plan of several days or reps is made from. How each rep
// works comes from their working terms.
type PeriodRequest struct {
	Name                string        `json:"name,omitempty" maxLength:"200" doc:"Empty: made from the reps and the days."`
	RepIDs              []int64       `json:"repIds,omitempty" maxItems:"50" nullable:"false" doc:"The reps, 1 to 50; or give teamId."`
	TeamID              int64         `json:"teamId,omitempty" minimum:"0" doc:"All active reps of a team, when repIds is empty."`
	From                string        `json:"from" format:"date" example:"2026-11-23"`
	To                  string        `json:"to" format:"date" doc:"The last day; at most 31 days in all." example:"2026-11-27"`
	Preset              string        `json:"preset,omitempty" enum:"balanced,most_visits,least_driving" default:"balanced"`
	Assignment          string        `json:"assignment,omitempty" enum:"owner,prefer_owner,any" default:"owner" doc:"Whose visits are whose: an account's owner when one of the reps (owner), the owner if it does not cost much (prefer_owner), anybody (any). Accounts of others are anybody's."`
	Visits              []PeriodVisit `json:"visits,omitempty" maxItems:"5000" nullable:"false" doc:"Chosen by hand or from a selection."`
	ByDueDate           bool          `json:"byDueDate,omitempty" doc:"Adds the reps' accounts that fall due in the period, as often as their interval asks for. Intervals stretch when the period is overbooked."`
	RespectOpeningHours *bool         `json:"respectOpeningHours,omitempty" default:"true"`
	LunchMinutes        *int          `json:"lunchMinutes,omitempty" minimum:"0" maximum:"180" doc:"Instead of each rep's own; 0 for no lunch."`
	WorkingDays         []int         `json:"workingDays,omitempty" maxItems:"7" nullable:"false" doc:"1 for Monday to 7 for Sunday; Monday to Friday, and the weekdays of the reps' own terms, unless given. A rep whose terms name weekdays works on those of them only."`
	DaysOff             []DayOff      `json:"daysOff,omitempty" maxItems:"1550" nullable:"false" doc:"Days on which single reps do not work."`
	MaxDriveMinutes     int           `json:"maxDriveMinutes,omitempty" minimum:"0" maximum:"1440" doc:"Most driving of one rep on one day, beside each rep's own limit; 0 for no limit."`
	ByHour              bool          `json:"byHour,omitempty" doc:"Drive at the pace of the hour: typical values for morning, midday and evening, not measured traffic."`
	RepTerms            []RepTerms    `json:"repTerms,omitempty" maxItems:"50" nullable:"false" doc:"How single reps work in this plan, instead of their own working terms."`
	Nights              []NightAway   `json:"nights,omitempty" maxItems:"1550" nullable:"false" doc:"Nights that reps spend elsewhere."`
	Seconds             int           `json:"seconds,omitempty" minimum:"0" maximum:"1800" doc:"How long to search; 0 or absent suits the size."`
}

// PlanHead is what is known of a plan without its routes.
type PlanHead struct {
	ID            int64      `json:"id"`
	Name          string     `json:"name"`
	Kind          string     `json:"kind" enum:"day,period"`
	State         State      `json:"state" enum:"queued,running,done,failed,cancelled"`
	Progress      float64    `json:"progress" minimum:"0" maximum:"1" doc:"Share of the search's time."`
	Error         string     `json:"error" doc:"Why it failed, in words."`
	Preset        string     `json:"preset" enum:"balanced,most_visits,least_driving"`
	FromDay       string     `json:"fromDay" format:"date"`
	ToDay         string     `json:"toDay" format:"date"`
	RepIDs        []int64    `json:"repIds" nullable:"false"`
	TimeZone      string     `json:"timeZone" doc:"Of the organisation; days and clock times are in it."`
	Version       int        `json:"version"`
	Published     bool       `json:"published"`
	PublishedAt   *time.Time `json:"publishedAt"`
	Changed       bool       `json:"changed" doc:"Published, and changed since: the reps still see what was published."`
	CreatedAt     time.Time  `json:"createdAt"`
	CreatedBy     int64      `json:"createdBy" doc:"0 when that person is gone."`
	CreatedByName string     `json:"createdByName"`
	MayWrite      bool       `json:"mayWrite" doc:"You may change this plan."`
	DueLeftOut    int        `json:"dueLeftOut" doc:"Accounts that fall due in the period and were not even tried, since more than twice of what fits is due."`
	ByHour        bool       `json:"byHour" doc:"Drives are at the pace of the hour: typical values, not measured traffic."`
	Best          *PlanBest  `json:"best" doc:"The best so far while it is being planned, null otherwise."`
}

// PlanBest is the best plan that a running search has found.
type PlanBest struct {
	Visits         int     `json:"visits"`
	Unplanned      int     `json:"unplanned"`
	DriveSeconds   int     `json:"driveSeconds"`
	ElapsedSeconds float64 `json:"elapsedSeconds"`
	// Improved counts the better plans found, for the curve beside the progress.
	Improved int `json:"improved"`
}

// PlanBoard is a plan of a period with all its routes.
type PlanBoard struct {
	Plan      PlanHead         `json:"plan"`
	Reps      []BoardRep       `json:"reps" nullable:"false"`
	Days      []string         `json:"days" nullable:"false"`
	Lanes     []PlanLane       `json:"lanes" nullable:"false" doc:"One a rep and day, reps first, also where nobody works."`
	Unplanned []BoardUnplanned `json:"unplanned" nullable:"false"`
	Excluded  []BoardVisit     `json:"excluded" nullable:"false"`
	Totals    PlanTotals       `json:"totals"`
	History   BoardHistory     `json:"history"`
	Hidden    int              `json:"hidden" doc:"Visits to accounts that you may not see: they are in no list here, and the plan cannot be changed by you."`
	IsBest    bool             `json:"isBest" doc:"The lanes are the best so far of a search that is under way, not yet the plan's."`
}

// BoardRep is one of a plan's reps.
type BoardRep struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Profile string `json:"profile" enum:"car,van,bicycle,foot" doc:"How the rep travels in this plan."`
}

// BoardHistory says whether there is something to undo.
type BoardHistory struct {
	CanUndo bool `json:"canUndo"`
	CanRedo bool `json:"canRedo"`
}

// PlanLane is one rep's day.
type PlanLane struct {
	RepID            int64       `json:"repId"`
	Day              string      `json:"day" format:"date"`
	Works            bool        `json:"works"`
	WorkStart        string      `json:"workStart" doc:"HH:MM"`
	WorkEnd          string      `json:"workEnd" doc:"HH:MM"`
	StartPoint       *orb.Point  `json:"startPoint"`
	StartAddress     string      `json:"startAddress"`
	EndPoint         *orb.Point  `json:"endPoint"`
	EndAddress       string      `json:"endAddress"`
	StartsAt         *time.Time  `json:"startsAt" doc:"null when nothing is planned."`
	EndsAt           *time.Time  `json:"endsAt"`
	DriveSeconds     int         `json:"driveSeconds"`
	DriveMetres      int         `json:"driveMetres"`
	VisitSeconds     int         `json:"visitSeconds"`
	WaitingSeconds   int         `json:"waitingSeconds"`
	OvertimeSeconds  int         `json:"overtimeSeconds" doc:"After the end of work."`
	LunchAt          *time.Time  `json:"lunchAt"`
	LunchSeconds     int         `json:"lunchSeconds"`
	LastLegSeconds   int         `json:"lastLegSeconds" doc:"The drive from the last stop to the end."`
	LastLegMetres    int         `json:"lastLegMetres"`
	LastLegEstimated bool        `json:"lastLegEstimated"`
	PublishedPlanID  *int64      `json:"publishedPlanId" doc:"The plan of this day that the rep has, if this plan is published and the day is in force."`
	ChangedByRep     bool        `json:"changedByRep" doc:"That plan was changed since it was published, so it is not what stands here."`
	Violations       []string    `json:"violations" nullable:"false" doc:"What a hand-made order breaks for the day as a whole: after_working_hours, no_lunch, max_drive, max_distance, max_visits."`
	Stops            []BoardStop `json:"stops" nullable:"false"`
}

// BoardVisit is a visit of a plan, planned or not. An account that is due
// several times in the period has several.
type BoardVisit struct {
	VisitID      int       `json:"visitId" doc:"Stable within the plan."`
	SiteID       int64     `json:"siteId"`
	AccountID    int64     `json:"accountId"`
	Name         string    `json:"name"`
	Class        string    `json:"class" enum:"A,B,C"`
	Status       string    `json:"status" enum:"prospect,customer,former"`
	OwnerID      *int64    `json:"ownerId"`
	Address      string    `json:"address"`
	Point        orb.Point `json:"point"`
	Minutes      int       `json:"minutes"`
	OpeningHours string    `json:"openingHours"`
	Mandatory    bool      `json:"mandatory"`
	RepID        *int64    `json:"repId" doc:"Asked for with this rep only."`
	Day          *string   `json:"day" format:"date" doc:"Asked for on this day only."`
	DueOn        *string   `json:"dueOn" format:"date"`
	LastVisitOn  *string   `json:"lastVisitOn" format:"date"`
	IntervalDays int       `json:"intervalDays" doc:"0 unless it recurs in this plan."`
	Reason       string    `json:"reason" enum:"overdue,due,never,chosen"`

	Terms *VisitTerms `json:"terms" doc:"What it asks for beside opening hours; null for nothing."`
	Ties  []VisitTie  `json:"ties" nullable:"false"`
}

// BoardStop is a visit in a lane.
type BoardStop struct {
	BoardVisit
	Position       int        `json:"position" doc:"From 1."`
	ArrivesAt      time.Time  `json:"arrivesAt"`
	BeginsAt       time.Time  `json:"beginsAt"`
	LeavesAt       time.Time  `json:"leavesAt"`
	DriveSeconds   int        `json:"driveSeconds" doc:"From the stop before, or the start."`
	DriveMetres    int        `json:"driveMetres"`
	WaitingSeconds int        `json:"waitingSeconds"`
	SlackSeconds   *int       `json:"slackSeconds" doc:"How much later the rep may arrive without breaking anything here or later that day; null when something is broken."`
	Locked         bool       `json:"locked" doc:"An appointment: rep, day and time stay when planning again."`
	LockedAt       *time.Time `json:"lockedAt" doc:"When a locked visit was to begin."`
	Pinned         bool       `json:"pinned" doc:"Rep and day stay when planning again; the time may change."`
	Violation      string     `json:"violation" doc:"Empty when nothing is broken: closed_that_day, closed_at_arrival, closes_during_visit, after_working_hours, unreachable, other_rep, other_day, other_time, no_skill, tied, other_position, appointment_moved, same_day_twice."`
	Estimated      bool       `json:"estimated" doc:"The drive to here is an estimate from a straight line."`
}

// BoardUnplanned is a visit that is in no lane, with its reason.
type BoardUnplanned struct {
	BoardVisit
	Why    string          `json:"why" doc:"closed_that_day (all the period), closed_all_shift, too_far, day_full, unreachable, not_worth, interval, no_shift, no_skill, no_time, position, tied, not_improved, removed_by_hand."`
	Detail UnplannedDetail `json:"detail"`
}

// PlanTotals add up a plan.
type PlanTotals struct {
	Visits          int `json:"visits"`
	Unplanned       int `json:"unplanned"`
	MandatoryMissed int `json:"mandatoryMissed"`
	DriveSeconds    int `json:"driveSeconds"`
	DriveMetres     int `json:"driveMetres"`
	VisitSeconds    int `json:"visitSeconds"`
	WaitingSeconds  int `json:"waitingSeconds"`
	OvertimeSeconds int `json:"overtimeSeconds"`
	Violations      int `json:"violations"`
	Value           int `json:"value" doc:"What the visits are worth: 12 for each of an A account, 7 for B, 4 for C."`
}

// LaneTotals add up one rep's day, or one rep.
type LaneTotals struct {
	Visits          int `json:"visits"`
	DriveSeconds    int `json:"driveSeconds"`
	DriveMetres     int `json:"driveMetres"`
	VisitSeconds    int `json:"visitSeconds"`
	WaitingSeconds  int `json:"waitingSeconds"`
	OvertimeSeconds int `json:"overtimeSeconds"`
	Violations      int `json:"violations"`
}

// PlanMove is one change made by hand: to a place in a lane, out of the plan, or
// a mark. Exactly one of to, unplan, locked, pinned and excluded is given.
type PlanMove struct {
	VisitID  int        `json:"visitId" minimum:"1"`
	To       *PlanPlace `json:"to,omitempty" doc:"Where the visit goes."`
	Unplan   bool       `json:"unplan,omitempty" doc:"Takes the visit out of its lane."`
	Locked   *bool      `json:"locked,omitempty" doc:"An appointment from now on, at the time at which it is planned; or no more."`
	Pinned   *bool      `json:"pinned,omitempty" doc:"Rep and day stay when planning again; or no more."`
	Excluded *bool      `json:"excluded,omitempty" doc:"Out of the plan, also when planning again; or no more."`
}

// PlanPlace is a place in a lane.
type PlanPlace struct {
	RepID    int64  `json:"repId" minimum:"1"`
	Day      string `json:"day" format:"date"`
	Position int    `json:"position" minimum:"1" maximum:"5001" doc:"From 1, counted without the visit itself; past the end is the end."`
}

// MoveEffect is what moves would change, as differences.
type MoveEffect struct {
	Version         int          `json:"version" doc:"Of the plan that this was worked out for."`
	DriveSeconds    int          `json:"driveSeconds"`
	DriveMetres     int          `json:"driveMetres"`
	VisitSeconds    int          `json:"visitSeconds"`
	WaitingSeconds  int          `json:"waitingSeconds"`
	OvertimeSeconds int          `json:"overtimeSeconds"`
	Violations      int          `json:"violations"`
	Lanes           []LaneEffect `json:"lanes" nullable:"false" doc:"The lanes that change."`
}

// LaneEffect is what moves would change in one lane.
type LaneEffect struct {
	RepID      int64        `json:"repId"`
	Day        string       `json:"day" format:"date"`
	Before     LaneTotals   `json:"before"`
	After      LaneTotals   `json:"after"`
	StartsAt   *time.Time   `json:"startsAt"`
	EndsAt     *time.Time   `json:"endsAt"`
	LunchAt    *time.Time   `json:"lunchAt"`
	Violations []string     `json:"violations" nullable:"false" doc:"Of the day as a whole, afterwards."`
	Stops      []StopEffect `json:"stops" nullable:"false" doc:"The lane's stops as they would be, in order."`
}

// StopEffect is a stop as it would be.
type StopEffect struct {
	VisitID        int       `json:"visitId"`
	ArrivesAt      time.Time `json:"arrivesAt"`
	BeginsAt       time.Time `json:"beginsAt"`
	LeavesAt       time.Time `json:"leavesAt"`
	DriveSeconds   int       `json:"driveSeconds"`
	WaitingSeconds int       `json:"waitingSeconds"`
	Violation      string    `json:"violation"`
}

// SuitablePlaces is where one more visit fits best.
type SuitablePlaces struct {
	Items []SuitablePlace `json:"items" nullable:"false" doc:"The best first, at most one a rep and day."`
	Days  []SuitableDay   `json:"days" nullable:"false" doc:"Every rep and day on which somebody works, in order."`
}

// SuitablePlace is a place in a lane with what it costs.
type SuitablePlace struct {
	RepID        int64     `json:"repId"`
	Day          string    `json:"day" format:"date"`
	Position     int       `json:"position" doc:"From 1."`
	BeginsAt     time.Time `json:"beginsAt"`
	DetourSecs   int       `json:"detourSeconds"`
	DetourMetres int       `json:"detourMetres"`
	Rating       string    `json:"rating" enum:"green,yellow,red"`
}

// SuitableDay rates one rep's day.
type SuitableDay struct {
	RepID      int64      `json:"repId"`
	Day        string     `json:"day" format:"date"`
	Rating     string     `json:"rating" enum:"green,yellow,red" doc:"green: at most 15 minutes' detour, or 1.25 times the best; yellow: at most 30 minutes; red: more, or it does not fit."`
	Fits       bool       `json:"fits"`
	DetourSecs *int       `json:"detourSeconds" doc:"Driving it would add at its best place; when it does not fit, where it would add the least. null when no road leads there."`
	BeginsAt   *time.Time `json:"beginsAt" doc:"null when it does not fit."`
	Visits     int        `json:"visits" doc:"How many are planned that day."`
	PlanID     *int64     `json:"planId" doc:"The plan that this was compared with; null when the day is empty."`
	Published  bool       `json:"published" doc:"That plan is published."`
}

// SuitableDaysRequest asks which days suit a visit.
type SuitableDaysRequest struct {
	SiteID  int64  `json:"siteId" minimum:"1"`
	Minutes int    `json:"minutes,omitempty" minimum:"0" maximum:"720" doc:"0 or absent takes the account's own."`
	RepID   int64  `json:"repId" minimum:"1"`
	From    string `json:"from" format:"date"`
	To      string `json:"to" format:"date" doc:"At most 31 days in all."`
}

// Proposal is an account to be visited in a period.
type Proposal struct {
	SiteID       int64     `json:"siteId"`
	AccountID    int64     `json:"accountId"`
	Name         string    `json:"name"`
	Class        string    `json:"class" enum:"A,B,C"`
	Status       string    `json:"status" enum:"prospect,customer,former"`
	OwnerID      int64     `json:"ownerId"`
	Address      string    `json:"address"`
	Point        orb.Point `json:"point"`
	Minutes      int       `json:"minutes"`
	Reason       string    `json:"reason" enum:"overdue,due,never"`
	DueOn        *string   `json:"dueOn" format:"date"`
	LastVisitOn  *string   `json:"lastVisitOn" format:"date"`
	IntervalDays int       `json:"intervalDays"`
	Times        int       `json:"times" doc:"How many of its visits fall due in the period."`
}

// Proposals are the accounts to be visited in a period.
type Proposals struct {
	Items    []Proposal      `json:"items" nullable:"false" doc:"The longest overdue first, as a share of the interval; then what falls due, by date; then those never visited, by class."`
	ByReason ProposalReasons `json:"byReason" doc:"Of all, not only of those listed."`
	Total    int             `json:"total"`
}

// ProposalReasons counts proposals.
type ProposalReasons struct {
	Overdue int `json:"overdue"`
	Due     int `json:"due"`
	Never   int `json:"never"`
}

// PlanRevision is an entry of a plan's history.
type PlanRevision struct {
	Number  int            `json:"number"`
	What    string         `json:"what" enum:"created,planned,moved,locked,excluded,improved,added,terms,published,withdrawn"`
	Detail  RevisionDetail `json:"detail"`
	ByName  string         `json:"byName" doc:"Empty when that person is gone."`
	At      time.Time      `json:"at"`
	Totals  PlanTotals     `json:"totals"`
	Current bool           `json:"current" doc:"The plan is as it was then."`
	Undone  bool           `json:"undone" doc:"Undone, or before something that was undone and changed otherwise."`
}

// RevisionDetail says what a change was about; what does not apply is left out.
type RevisionDetail struct {
	Visits  int    `json:"visits,omitempty" doc:"How many visits it was about."`
	Name    string `json:"name,omitempty" doc:"The account, when it was about one."`
	RepID   int64  `json:"repId,omitempty" doc:"Where it went, when it was about one."`
	Day     string `json:"day,omitempty"`
	On      *bool  `json:"on,omitempty" doc:"Locked, pinned or excluded; false when no more."`
	Pinned  bool   `json:"pinned,omitempty" doc:"locked is about pins."`
	Stopped bool   `json:"stopped,omitempty" doc:"The search was stopped with the best so far."`
	Seconds int    `json:"seconds,omitempty" doc:"How long the search took."`
	Lanes   int    `json:"lanes,omitempty" doc:"How many lanes were published or improved."`
	From    int64  `json:"from,omitempty" doc:"The plan of which this is a copy."`
}

// PlanComparison puts two plans side by side.
type PlanComparison struct {
	A     ComparedPlan  `json:"a"`
	B     ComparedPlan  `json:"b"`
	ByRep []ComparedRep `json:"byRep" nullable:"false"`
	Moved []MovedVisit  `json:"moved" nullable:"false" doc:"Visits that are not with the same rep on the same day."`
}

// ComparedPlan is one of two plans.
type ComparedPlan struct {
	Plan   PlanHead   `json:"plan"`
	Totals PlanTotals `json:"totals"`
}

// ComparedRep is one rep in two plans.
type ComparedRep struct {
	RepID   int64      `json:"repId"`
	RepName string     `json:"repName"`
	A       LaneTotals `json:"a"`
	B       LaneTotals `json:"b"`
}

// MovedVisit is a visit that differs between two plans; null means not planned.
type MovedVisit struct {
	AccountID int64     `json:"accountId"`
	SiteID    int64     `json:"siteId"`
	Name      string    `json:"name"`
	A         *LaneName `json:"a"`
	B         *LaneName `json:"b"`
}

// LaneName names a lane.
type LaneName struct {
	RepID int64  `json:"repId"`
	Day   string `json:"day" format:"date"`
}
