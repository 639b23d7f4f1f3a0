package regions

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// Bounds of a handout's least number of accounts.
const (
	LeastAccounts     = 3
	UsualLeast        = 5
	MostLeastAccounts = 1_000
)

// Handout is the figures of cells as they may be given to others: those of a cell
// with fewer than Least accounts, but with some, are withheld, so that nobody can
// be made out by them. What customers buy is withheld (revenue, and white space, from
// which it could be worked out) where there are fewer than Least customers: among any
// number of prospects, the revenue of a cell with one customer is that customer's.
// Open prospects are everybody's and stay. There are no totals, from which what is
// withheld could be worked out.
type Handout struct {
	Resolution int
	Least      int
	Cells      []HandoutCell
}

// HandoutCell is one cell; of a withheld one only OpenProspects hold.
type HandoutCell struct {
	Cell
	Withheld bool
}

// Handout returns the cells of a view for others.
func (v View) Handout(least int) Handout {
	out := Handout{Resolution: v.Resolution, Least: least, Cells: make([]HandoutCell, len(v.Cells))}
	for i, c := range v.Cells {
		if c.Accounts > 0 && c.Accounts < least {
			out.Cells[i] = HandoutCell{Cell: Cell{Cell: c.Cell, Figures: Figures{OpenProspects: c.OpenProspects}}, Withheld: true}
			continue
		}
		if c.Customers < least && (c.Customers > 0 || c.Revenue != nil && *c.Revenue != 0) {
			c.Revenue, c.WhiteSpace = nil, nil
		}
		out.Cells[i] = HandoutCell{Cell: c}
	}
	return out
}

// handoutFigure is a figure by its name, as long as the cell has it.
type handoutFigure struct {
	name string
	of   func(f *Figures) any
}

func count[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func coverageOf(f *Figures, of func(*Coverage) int) any {
	if f.Coverage == nil {
		return nil
	}
	return of(f.Coverage)
}

var handoutFigures = []handoutFigure{
	{"accounts", func(f *Figures) any { return f.Accounts }},
	{"customers", func(f *Figures) any { return f.Customers }},
	{"prospects", func(f *Figures) any { return f.Prospects }},
	{"penetration", func(f *Figures) any { return count(f.Penetration) }},
	{"revenue", func(f *Figures) any { return count(f.Revenue) }},
	{"potential", func(f *Figures) any { return count(f.Potential) }},
	{"whiteSpace", func(f *Figures) any { return count(f.WhiteSpace) }},
	{"visits", func(f *Figures) any { return count(f.Visits) }},
	{"never", func(f *Figures) any { return coverageOf(f, func(c *Coverage) int { return c.Never }) }},
	{"onTrack", func(f *Figures) any { return coverageOf(f, func(c *Coverage) int { return c.OnTrack }) }},
	{"due", func(f *Figures) any { return coverageOf(f, func(c *Coverage) int { return c.Due }) }},
	{"overdue", func(f *Figures) any { return coverageOf(f, func(c *Coverage) int { return c.Overdue }) }},
}

// WriteCSV writes a row for each cell: its name, its middle in degrees, whether
// its figures are withheld, the open prospects and the figures, empty where there
// are none.
func (h Handout) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"cell", "longitude", "latitude", "withheld", "openProspects"}
	for _, f := range handoutFigures {
		head = append(head, f.name)
	}
	if err := out.Write(head); err != nil {
		return fmt.Errorf("write the head: %w", err)
	}
	for _, c := range h.Cells {
		middle, err := hexgrid.Centre(c.Cell.Cell)
		if err != nil {
			return fmt.Errorf("middle of %s: %w", c.Cell.Cell, err)
		}
		row := []string{
			c.Cell.Cell.String(), strconv.FormatFloat(middle[0], 'f', 6, 64), strconv.FormatFloat(middle[1], 'f', 6, 64),
			strconv.FormatBool(c.Withheld), strconv.Itoa(c.OpenProspects),
		}
		for _, f := range handoutFigures {
			text := ""
			if value := f.of(&c.Figures); !c.Withheld && value != nil {
				text = fmt.Sprint(value)
				if number, is := value.(float64); is {
					text = strconv.FormatFloat(number, 'f', -1, 64)
				}
			}
			row = append(row, text)
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write cell %s: %w", c.Cell.Cell, err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// WriteGeoJSON writes a FeatureCollection (RFC 7946) with the outline of each cell
// as a polygon and its figures as properties, null where they are withheld or not
// known. Its members resolution and leastAccounts say what it is of.
func (h Handout) WriteGeoJSON(w io.Writer) error {
	type geometry struct {
		Type        string      `json:"type"`
		Coordinates orb.Polygon `json:"coordinates"`
	}
	type feature struct {
		Type       string         `json:"type"`
		ID         string         `json:"id"`
		Geometry   geometry       `json:"geometry"`
		Properties map[string]any `json:"properties"`
	}
	if _, err := fmt.Fprintf(w, `{"type":"FeatureCollection","resolution":%d,"leastAccounts":%d,"features":[`, h.Resolution, h.Least); err != nil {
		return fmt.Errorf("write the head: %w", err)
	}
	for i, c := range h.Cells {
		outline, err := hexgrid.Boundary(c.Cell.Cell)
		if err != nil {
			return fmt.Errorf("outline of %s: %w", c.Cell.Cell, err)
		}
		f := feature{Type: "Feature", ID: c.Cell.Cell.String(), Geometry: geometry{"Polygon", outline}, Properties: map[string]any{
			"cell": c.Cell.Cell.String(), "withheld": c.Withheld, "openProspects": c.OpenProspects,
		}}
		for _, figure := range handoutFigures {
			f.Properties[figure.name] = nil
			if !c.Withheld {
				f.Properties[figure.name] = figure.of(&c.Figures)
			}
		}
		body, err := json.Marshal(f)
		if err != nil {
			return fmt.Errorf("cell %s: %w", c.Cell.Cell, err)
		}
		if i > 0 {
			body = append([]byte{','}, body...)
		}
		if _, err := w.Write(body); err != nil {
			return fmt.Errorf("write cell %s: %w", c.Cell.Cell, err)
		}
	}
	if _, err := io.WriteString(w, "]}\n"); err != nil {
		return fmt.Errorf("write the end: %w", err)
	}
	return nil
}
