package vroom

import "encoding/json"

type input struct {
	Vehicles  []vehicle         `json:"vehicles"`
	Jobs      []job             `json:"jobs"`
	Shipments []json.RawMessage `json:"shipments"`
	Matrices  map[string]matrix `json:"matrices"`
	Matrix    [][]int64         `json:"matrix"`

	Series []series `json:"series"`
	Links  []tie    `json:"links"`
}

type matrix struct {
	Durations [][]int64 `json:"durations"`
	Distances [][]int64 `json:"distances"`
	Costs     [][]int64 `json:"costs"`

	Periods []period `json:"periods"`
}

// period is travel from a clock time on, in seconds since midnight.
type period struct {
	From      int64     `json:"from"`
	Durations [][]int64 `json:"durations"`
}

type vehicle struct {
	ID          int64       `json:"id"`
	Description string      `json:"description"`
	Profile     string      `json:"profile"`
	Start       *[2]float64 `json:"start"`
	StartIndex  *int        `json:"start_index"`
	End         *[2]float64 `json:"end"`
	EndIndex    *int        `json:"end_index"`
	Capacity    []int32     `json:"capacity"`
	Skills      []int       `json:"skills"`
	TimeWindow  *[2]int64   `json:"time_window"`
	Breaks      []pause     `json:"breaks"`
	SpeedFactor float64     `json:"speed_factor"`
	MaxTasks    *int        `json:"max_tasks"`
	MaxTravel   *int64      `json:"max_travel_time"`
	MaxDistance *int64      `json:"max_distance"`
	Costs       *costs      `json:"costs"`
	Steps       []step      `json:"steps"`

	Rep      *int  `json:"rep"`
	Day      int   `json:"day"`
	Overtime int64 `json:"overtime"`

	Now    int64   `json:"now"`
	Done   []made  `json:"done"`
	Locked []int64 `json:"locked"` // jobs that come next, in this order
}

// made is a stop that was made.
type made struct {
	ID          int64 `json:"id"`
	Arrival     int64 `json:"arrival"`
	Departure   int64 `json:"departure"`
	BreaksTaken int   `json:"breaks_taken"`
}

type costs struct {
	Fixed   float64  `json:"fixed"`
	PerHour *float64 `json:"per_hour"`
	PerKm   float64  `json:"per_km"`
	PerTask float64  `json:"per_task_hour"`
}

type pause struct {
	ID          int64      `json:"id"`
	Description string     `json:"description"`
	Windows     [][2]int64 `json:"time_windows"`
	Service     int64      `json:"service"`
	MaxLoad     []int32    `json:"max_load"`
	FallsAway   bool       `json:"falls_away"`
}

type step struct {
	Type   string `json:"type"`
	ID     int64  `json:"id"`
	At     *int64 `json:"service_at"`
	After  *int64 `json:"service_after"`
	Before *int64 `json:"service_before"`
}

type job struct {
	ID          int64       `json:"id"`
	Description string      `json:"description"`
	Location    *[2]float64 `json:"location"`
	Index       *int        `json:"location_index"`
	Setup       int64       `json:"setup"`
	Service     int64       `json:"service"`
	Delivery    []int32     `json:"delivery"`
	Amount      []int32     `json:"amount"`
	Pickup      []int32     `json:"pickup"`
	Skills      []int       `json:"skills"`
	Priority    int64       `json:"priority"`
	Windows     [][2]int64  `json:"time_windows"`

	SetupPerType   map[string]int64 `json:"setup_per_type"`
	ServicePerType map[string]int64 `json:"service_per_type"`

	Grace     int64   `json:"grace"`
	EndInside bool    `json:"end_inside"`
	NotBefore *int64  `json:"not_before"`
	NotAfter  *int64  `json:"not_after"`
	LastRep   *int    `json:"last_rep"`
	Vehicles  []int64 `json:"vehicles"`
	Before    *int64  `json:"planned_before"` // vehicle of the plan before
	Skip      bool    `json:"skip"`
	Position  int     `json:"position"` // locked as this stop of its route, from 1
	Mandatory bool    `json:"mandatory"`
	Prize     int64   `json:"prize"`
	Reps      []int   `json:"reps"`
	Preferred []int   `json:"preferred_reps"`
	Forbidden []int   `json:"forbidden_reps"`
	Series    *int64  `json:"series"`
}

type series struct {
	ID        int64 `json:"id"`
	Interval  int   `json:"interval"`
	Tolerance int   `json:"tolerance"`
	Last      int   `json:"last"`
	MinGap    int   `json:"min_gap"`
	MaxGap    int   `json:"max_gap"`
	Weight    int64 `json:"weight"`
	SameRep   bool  `json:"same_rep"`
}

// tie links two jobs.
type tie struct {
	Jobs    [2]int64 `json:"jobs"`
	MinDays int      `json:"min_days"`
	MaxDays *int     `json:"max_days"`
	MinTime *int64   `json:"min_time"`
	MaxTime *int64   `json:"max_time"`
	InOrder bool     `json:"in_order"`
	SameRep bool     `json:"same_rep"`
	Both    bool     `json:"both"`
}
