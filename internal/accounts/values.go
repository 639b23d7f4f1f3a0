package accounts

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of the values in a tree.
const (
	maxConditionText = 200
	maxCells         = 500
	maxRadius        = 200_000 // metres
	maxReachMinutes  = 120
	maxNumber        = 1e15
)

func (n *node) wrong(text string) error { return wrongNode(n.path+".value", text) }

// textOf reads a text that a column could hold.
func textOf(n *node) (string, error) {
	var v *string
	if json.Unmarshal(n.value, &v) != nil || v == nil {
		return "", n.wrong("The value is a text.")
	}
	return checkText(n, *v)
}

func checkText(n *node, v string) (string, error) {
	if strings.ContainsRune(v, 0) || !utf8.ValidString(v) {
		return "", n.wrong("The value holds characters that are no text.")
	}
	if utf8.RuneCountInString(v) > maxConditionText {
		return "", n.wrong(fmt.Sprintf("The value has more than %d characters.", maxConditionText))
	}
	return v, nil
}

// listOf reads a list of 1 to [maxChoices] values.
func listOf(n *node) ([]json.RawMessage, error) {
	var raw []json.RawMessage
	if json.Unmarshal(n.value, &raw) != nil || len(raw) == 0 {
		return nil, n.wrong("The value is a list of one or more.")
	}
	if len(raw) > maxChoices {
		return nil, n.wrong(fmt.Sprintf("The list has more than %d values.", maxChoices))
	}
	return raw, nil
}

func textsOf(n *node) ([]string, error) {
	raw, err := listOf(n)
	if err != nil {
		return nil, err
	}
	out := make([]string, len(raw))
	for i, r := range raw {
		var v *string
		if json.Unmarshal(r, &v) != nil || v == nil {
			return nil, n.wrong("The value is a list of texts.")
		}
		if out[i], err = checkText(n, *v); err != nil {
			return nil, err
		}
	}
	return set(out), nil
}

// idsOf reads a list of ids.
func idList(n *node) ([]int64, error) {
	raw, err := listOf(n)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(raw))
	for i, r := range raw {
		if out[i], err = idOf(n, r); err != nil {
			return nil, err
		}
	}
	return set(out), nil
}

// idOf reads an id, a number or the same as a text.
func idOf(n *node, raw json.RawMessage) (int64, error) {
	id, err := strconv.ParseInt(strings.Trim(string(raw), `"`), 10, 64)
	if err != nil || id < 1 {
		return 0, n.wrong("The value is a list of ids, whole numbers from 1 on.")
	}
	return id, nil
}

func numberOf(n *node, raw json.RawMessage) (float64, error) {
	var v *float64
	if json.Unmarshal(raw, &v) != nil || v == nil || math.Abs(*v) > maxNumber {
		return 0, n.wrong("The value is a number, up to 1,000,000,000,000,000.")
	}
	return *v, nil
}

// pairOf reads a list of two.
func pairOf(n *node) (a, b json.RawMessage, err error) {
	var raw []json.RawMessage
	if json.Unmarshal(n.value, &raw) != nil || len(raw) != 2 {
		return nil, nil, n.wrong("The value is a list of two: from and to.")
	}
	return raw[0], raw[1], nil
}

const dayLayout = "2006-01-02"

func dayOf(n *node, raw json.RawMessage) (time.Time, error) {
	var v *string
	if json.Unmarshal(raw, &v) == nil && v != nil {
		if day, err := time.Parse(dayLayout, *v); err == nil && day.Year() >= 1000 && day.Year() <= 9000 {
			return day, nil
		}
	}
	return time.Time{}, n.wrong("The value is a day like 2026-11-23.")
}

// days is a span of days, both ends included; a zero end is open.
type days struct{ from, to time.Time }

// daysOf reads the value of an op on dates, relative to today.
func daysOf(n *node, today time.Time) (days, error) {
	switch n.op {
	case "on":
		day, err := dayOf(n, n.value)
		return days{day, day}, err
	case "before":
		day, err := dayOf(n, n.value)
		return days{to: day.AddDate(0, 0, -1)}, err
	case "after":
		day, err := dayOf(n, n.value)
		return days{from: day.AddDate(0, 0, 1)}, err
	case "between":
		a, b, err := pairOf(n)
		if err != nil {
			return days{}, err
		}
		from, err := dayOf(n, a)
		if err != nil {
			return days{}, err
		}
		to, err := dayOf(n, b)
		return days{from, to}, err
	case "today":
		return days{today, today}, nil
	case "this_week": // from Monday on, as ISO 8601 has it
		monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
		return days{monday, monday.AddDate(0, 0, 6)}, nil
	case "this_month":
		first := today.AddDate(0, 0, 1-today.Day())
		return days{first, first.AddDate(0, 1, -1)}, nil
	}
	var v struct {
		N    *int   `json:"n"`
		Unit string `json:"unit"`
	}
	if json.Unmarshal(n.value, &v) != nil || v.N == nil || *v.N < 0 || *v.N > 10_000 {
		return days{}, n.wrong(`The value is a time like {"n": 30, "unit": "day"}, with n up to 10,000.`)
	}
	move := func(by int) time.Time {
		switch v.Unit {
		case "day":
			return today.AddDate(0, 0, by)
		case "week":
			return today.AddDate(0, 0, 7*by)
		case "month":
			return addMonths(today, by)
		}
		return addMonths(today, 12*by)
	}
	switch v.Unit {
	case "day", "week", "month", "year":
	default:
		return days{}, n.wrong("The unit is one of day, week, month, year.")
	}
	if v.Unit == "year" && *v.N > 1000 {
		return days{}, n.wrong("At most 1,000 years.")
	}
	switch n.op {
	case "in_last":
		return days{move(-*v.N), today}, nil
	case "in_next":
		return days{today, move(*v.N)}, nil
	}
	return days{to: move(-*v.N).AddDate(0, 0, -1)}, nil // more_than_ago
}

// addMonths keeps the day of the month where that month has it, else takes its
// last: a month after the 31st of January is the 28th or 29th of February.
func addMonths(day time.Time, months int) time.Time {
	first := day.AddDate(0, 0, 1-day.Day()).AddDate(0, months, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

// dayText is a day as SQL takes it, nil for an open end.
func dayText(day time.Time) *string {
	if day.IsZero() {
		return nil
	}
	text := day.Format(dayLayout)
	return &text
}

// pointOf reads [longitude, latitude].
func pointOf(n *node, v []float64) (orb.Point, error) {
	if len(v) != 2 || !(math.Abs(v[0]) <= 180) || !(math.Abs(v[1]) <= 90) {
		return orb.Point{}, n.wrong("A place is [longitude, latitude] in degrees.")
	}
	return orb.Point{v[0], v[1]}, nil
}

// Reach is what can be driven to from a place within a time.
type Reach struct {
	Center  orb.Point
	Minutes int
	Profile string // "car"
}

func reachOf(n *node) (Reach, error) {
	var v struct {
		Center  []float64 `json:"center"`
		Minutes int       `json:"minutes"`
		Profile string    `json:"profile"`
	}
	if json.Unmarshal(n.value, &v) != nil || v.Minutes < 1 || v.Minutes > maxReachMinutes {
		return Reach{}, n.wrong(fmt.Sprintf(`The value is like {"center": [-75.5, 39.1], "minutes": 30}, with 1 to %d minutes.`, maxReachMinutes))
	}
	if v.Profile != "" && v.Profile != "car" {
		return Reach{}, n.wrong("The profile is car.")
	}
	at, err := pointOf(n, v.Center)
	return Reach{at, v.Minutes, "car"}, err
}

// areaOf reads the id of a named area.
func areaOf(n *node) (int64, error) {
	var v struct {
		Place int64 `json:"place"`
	}
	if json.Unmarshal(n.value, &v) != nil || v.Place < 1 {
		return 0, n.wrong(`The value is like {"place": 12}, with the id of one of listBoundaries.`)
	}
	return v.Place, nil
}

// placeOf reads the value of an op on places but reach and area.
func placeOf(n *node) (*Shape, error) {
	var v struct {
		Polygon [][]float64 `json:"polygon"`
		Center  []float64   `json:"center"`
		Metres  *float64    `json:"metres"`
		Cells   []string    `json:"cells"`
		Box     []float64   `json:"box"`
	}
	if json.Unmarshal(n.value, &v) != nil {
		return nil, n.wrong("The value is no place as this op takes it.")
	}
	var shape *Shape
	var err error
	switch n.op {
	case "within":
		ring := make(orb.Ring, len(v.Polygon))
		if len(ring) > MaxVertices+1 {
			return nil, n.wrong(fmt.Sprintf("The shape has more than %d corners. Draw it more simply.", MaxVertices))
		}
		for i, c := range v.Polygon {
			if ring[i], err = pointOf(n, c); err != nil {
				return nil, err
			}
		}
		shape, err = RingOf(ring)
	case "box":
		if len(v.Box) != 4 {
			return nil, n.wrong("The box is [west, south, east, north] in degrees.")
		}
		shape, err = BoxOf(v.Box[0], v.Box[1], v.Box[2], v.Box[3])
	case "radius":
		var at orb.Point
		if at, err = pointOf(n, v.Center); err != nil {
			return nil, err
		}
		if v.Metres == nil || !(*v.Metres >= 1 && *v.Metres <= maxRadius) {
			return nil, n.wrong(fmt.Sprintf("The radius is 1 to %d metres.", maxRadius))
		}
		shape, err = CircleOf(at, *v.Metres)
	case "cells":
		if len(v.Cells) == 0 || len(v.Cells) > maxCells {
			return nil, n.wrong(fmt.Sprintf("Give 1 to %d cells.", maxCells))
		}
		cells := make([]hexgrid.Cell, len(v.Cells))
		for i, text := range v.Cells {
			if cells[i], err = hexgrid.Parse(text); err != nil || cells[i].Resolution() > hexgrid.StorageResolution {
				return nil, n.wrong(fmt.Sprintf("Cell %d is no H3 cell of a resolution up to %d.", i+1, hexgrid.StorageResolution))
			}
		}
		shape = CellsOf(cells)
	}
	if err != nil {
		return nil, n.wrong(fault.Message(err))
	}
	return shape, nil
}
