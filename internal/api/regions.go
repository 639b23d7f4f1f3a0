package api

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/regions"
)

func init() {
	for name, as := range map[string]string{
		"View": "RegionView", "Cell": "RegionCell", "Figures": "RegionFigures", "Coverage": "RegionCoverage", "Change": "RegionChange",
		"Summary": "RegionSummary", "History": "RegionHistory", "Point": "RegionHistoryPoint",
		"HotSpots": "RegionHotSpots", "HotSpot": "RegionHotSpot", "LookAlikes": "RegionLookAlikes", "LookAlike": "RegionLookAlike", "Feature": "RegionFeature",
		"Concentration": "RegionConcentration", "TopShare": "RegionTopShare", "Gravity": "RegionGravity", "GravityCell": "RegionGravityCell",
		"Unserved": "RegionUnserved", "UnservedCell": "RegionUnservedCell",
	} {
		schemaNames["regions."+name] = as
	}
}

func (s *Server) registerRegions() {
	const tag = "Regions"
	read := need(identity.RegionsRead)
	register(s, get("/api/regions", "listRegions", tag, "Accounts and open prospects by H3 cell", read).
		described("Needs bbox. Cells are whole, also at its edge; the totals are of the box itself and equal the list's."), s.listRegions)
	register(s, get("/api/regions/summary", "summariseRegion", tag, "The figures of a filter as a whole", read).
		described("Exact at the edges of its shapes: as many accounts as the list has. Change alone is of whole cells, those whose middle lies in the shapes."), s.summariseRegion)
	register(s, get("/api/regions/history", "listRegionHistory", tag, "A figure day by day", read).
		described("From the snapshots of each day, by whole cells whose middle lies in the filter's shapes; accounts count at their primary site. The filter may name status, class, owner and team beside places; 422 for others."), s.listRegionHistory)
	register(s, get("/api/regions/hotspots", "listHotSpots", tag, "Where a figure is high or low beyond chance (Getis-Ord Gi*)", read), s.listHotSpots)
	register(s, get("/api/regions/lookalikes", "listLookAlikes", tag, "The cells that resemble one", read), s.listLookAlikes)
	register(s, get("/api/regions/concentration", "measureConcentration", tag, "How unevenly a figure is spread", read), s.measureConcentration)
	register(s, get("/api/regions/unserved", "listUnserved", tag, "Demand that is far from whoever could serve it", read), s.listUnserved)
	register(s, post("/api/regions/gravity", "modelGravity", tag, "How demand would be shared with a new place (Huff)", read).
		described("The filter says whose figures are the demand. It changes nothing."), s.modelGravity)
	s.registerRegionsHandout() // regionshandout.go
}

// RegionFigures say which figures are wanted.
type RegionFigures struct {
	Figures string `query:"figures" maxLength:"100" doc:"Groups beside the counts, separated by commas: money (revenue, potential, whiteSpace), visits, coverage." example:"money,coverage"`
	RegionPeriod
	Since string `query:"since" format:"date" maxLength:"10" doc:"Gives change: now minus the snapshot of that day, or of the last one before it. Only with a filter of status, class, owner, team and places."`
}

// RegionPeriod is the days in which visits count.
type RegionPeriod struct {
	From string `query:"from" format:"date" maxLength:"10" doc:"The first day of the visits; left out, 90 days up to the last."`
	To   string `query:"to" format:"date" maxLength:"10" doc:"The last; left out, today."`
}

func (f RegionFigures) wanted() regions.Wanted {
	w := regions.Wanted{From: f.From, To: f.To, Since: f.Since}
	for name := range strings.SplitSeq(f.Figures, ",") {
		if name = strings.TrimSpace(name); name != "" {
			w.Groups = append(w.Groups, regions.Group(name))
		}
	}
	return w
}

type listRegionsInput struct {
	AccountFilter
	RegionFigures
	Resolution optional[int] `query:"resolution" minimum:"0" maximum:"10" doc:"Of H3. Left out: the one that suits the zoom, or else the box."`
	Zoom       float64       `query:"zoom" minimum:"0" maximum:"24" doc:"Of the map."`
}

func (s *Server) listRegions(ctx context.Context, in *listRegionsInput) (*answer[regions.View], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.View(ctx, f, regions.Detail{Resolution: in.Resolution.pointer(), Zoom: in.Zoom, Wanted: in.wanted()}))
}

type summariseRegionInput struct {
	AccountFilter
	RegionFigures
}

func (s *Server) summariseRegion(ctx context.Context, in *summariseRegionInput) (*answer[regions.Summary], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.Summary(ctx, f, in.wanted()))
}

type listRegionHistoryInput struct {
	AccountFilter
	Figure string `query:"figure" enum:"accounts,customers,prospects,revenue,potential,whiteSpace,visits,overdue,never,penetration" default:"accounts"`
	From   string `query:"from" format:"date" maxLength:"10" doc:"Left out: a year before the last."`
	To     string `query:"to" format:"date" maxLength:"10" doc:"Left out: today."`
}

func (s *Server) listRegionHistory(ctx context.Context, in *listRegionHistoryInput) (*answer[regions.History], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.History(ctx, f, regions.HistoryQuery{Figure: regions.Figure(in.Figure), From: in.From, To: in.To}))
}

// RegionFigure is the figure of an analysis.
type RegionFigure struct {
	Figure     string        `query:"figure" enum:"accounts,customers,prospects,openProspects,revenue,potential,whiteSpace,visits,overdue,never,penetration" default:"accounts"`
	Resolution optional[int] `query:"resolution" minimum:"0" maximum:"10" doc:"Of H3. Left out: 7."`
	RegionPeriod
}

func (p RegionPeriod) wanted() regions.Wanted { return regions.Wanted{From: p.From, To: p.To} }

type listHotSpotsInput struct {
	AccountFilter
	RegionFigure
	Rings int `query:"rings" minimum:"1" maximum:"5" default:"1" doc:"How far neighbours reach."`
}

func (s *Server) listHotSpots(ctx context.Context, in *listHotSpotsInput) (*answer[regions.HotSpots], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.HotSpots(ctx, f, regions.HotSpotQuery{
		Figure: regions.Figure(in.Figure), Resolution: in.Resolution.pointer(), Rings: in.Rings, Wanted: in.RegionPeriod.wanted(),
	}))
}

type listLookAlikesInput struct {
	AccountFilter
	RegionPeriod
	Cell  string `query:"cell" required:"true" minLength:"15" maxLength:"16" doc:"An H3 cell of a resolution up to 10." example:"872a84b53ffffff"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"20"`
}

func (s *Server) listLookAlikes(ctx context.Context, in *listLookAlikesInput) (*answer[regions.LookAlikes], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	cell, err := hexgrid.Parse(in.Cell)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "This is no H3 cell.").WithField("query.cell", "Fifteen hexadecimal digits, for example 872a84b53ffffff")
	}
	return respond(s.regions.LookAlikes(ctx, f, cell, in.Limit, in.RegionPeriod.wanted()))
}

type measureConcentrationInput struct {
	AccountFilter
	RegionFigure
	By string `query:"by" enum:"account,cell,owner" default:"account" doc:"By account and owner: accounts, customers, prospects, revenue, potential, whiteSpace."`
}

func (s *Server) measureConcentration(ctx context.Context, in *measureConcentrationInput) (*answer[regions.Concentration], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.Concentration(ctx, f, regions.ConcentrationQuery{
		Figure: regions.Figure(in.Figure), By: in.By, Resolution: in.Resolution.pointer(), Wanted: in.RegionPeriod.wanted(),
	}))
}

type listUnservedInput struct {
	AccountFilter
	RegionFigure
	ServedBy string  `query:"servedBy" enum:"customers,visits,starts" default:"customers" doc:"By cells with customers, with visits in the period, or by the starts of people's days."`
	Minutes  float64 `query:"minutes" minimum:"1" maximum:"240" default:"20" doc:"A drive longer than this is far."`
	Limit    int     `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listUnserved(ctx context.Context, in *listUnservedInput) (*answer[regions.Unserved], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	return respond(s.regions.Unserved(ctx, f, regions.UnservedQuery{
		Figure: regions.Figure(in.Figure), ServedBy: in.ServedBy, Minutes: in.Minutes, Resolution: in.Resolution.pointer(), Limit: in.Limit,
		Wanted: in.RegionPeriod.wanted(),
	}))
}

type gravityRequest struct {
	At             orb.Point `json:"at" nullable:"false" doc:"[longitude, latitude] of the new place."`
	Attractiveness float64   `json:"attractiveness,omitempty" minimum:"0.001" maximum:"1000000" default:"1" doc:"Rivals have 1."`
	Alpha          *float64  `json:"alpha,omitempty" minimum:"0" maximum:"10" doc:"Exponent of attractiveness; left out, 1."`
	Beta           *float64  `json:"beta,omitempty" minimum:"0" maximum:"10" doc:"Exponent of drive time; left out, 2."`
	Minutes        float64   `json:"minutes,omitempty" minimum:"1" maximum:"120" default:"30" doc:"Beyond this drive nobody goes."`
	Figure         string    `json:"figure,omitempty" enum:"accounts,customers,prospects,openProspects,revenue,potential,whiteSpace,visits,overdue,never" default:"potential" doc:"What demand is."`
	Resolution     *int      `json:"resolution,omitempty" minimum:"0" maximum:"10" doc:"Of the cells; left out, 7."`
	Rivals         struct {
		Own      bool            `json:"own,omitempty" doc:"The sites of one's own accounts compete, those that filter means."`
		Filter   json.RawMessage `json:"filter,omitempty" doc:"A filter tree; see checkFilter. Left out: all accounts."`
		Category string          `json:"category,omitempty" maxLength:"100" doc:"The open prospects of this category compete."`
	} `json:"rivals,omitempty"`
}

type modelGravityInput struct {
	AccountFilter
	RegionPeriod
	Body gravityRequest
}

func (s *Server) modelGravity(ctx context.Context, in *modelGravityInput) (*answer[regions.Gravity], error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	b := in.Body
	query := regions.GravityQuery{
		At: b.At, Attractiveness: b.Attractiveness, Alpha: 1, Beta: 2, Minutes: b.Minutes, Figure: regions.Figure(b.Figure), Resolution: b.Resolution,
		Category: b.Rivals.Category, Wanted: in.RegionPeriod.wanted(),
	}
	if b.Alpha != nil {
		query.Alpha = *b.Alpha
	}
	if b.Beta != nil {
		query.Beta = *b.Beta
	}
	if b.Rivals.Own {
		tree, err := accounts.ParseTree(b.Rivals.Filter)
		if err != nil {
			return nil, err
		}
		query.Own = &accounts.Filter{Tree: tree}
	}
	return respond(s.regions.Gravity(ctx, f, query))
}

// optional is a parameter of which it matters whether it was sent, where 0 is a
// value like others.
type optional[T any] struct {
	value T
	sent  bool
}

// Receiver, OnParamSet and Schema make it one that huma reads.
func (o *optional[T]) Receiver() reflect.Value { return reflect.ValueOf(&o.value).Elem() }

// OnParamSet is described at Receiver.
func (o *optional[T]) OnParamSet(sent bool, _ any) { o.sent = sent }

// Schema is that of T.
func (optional[T]) Schema(r huma.Registry) *huma.Schema {
	return huma.SchemaFromType(r, reflect.TypeFor[T]())
}

func (o optional[T]) pointer() *T {
	if !o.sent {
		return nil
	}
	return &o.value
}
