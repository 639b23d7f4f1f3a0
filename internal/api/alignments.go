package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waymark-crm/waymark/geo/hexgrid"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/territories"
)

func init() {
	for name, as := range map[string]string{
		"Full": "AlignmentFull", "Figures": "TerritoryFigures", "Share": "TerritoryShare", "Member": "TerritoryMember",
		"Progress": "PublicationProgress", "Cells": "AlignmentCells", "CellFigures": "AlignmentCell", "Edit": "AlignmentEdit",
		"Edited": "AlignmentEdited", "HistoryEntry": "AlignmentHistoryEntry", "Comment": "AlignmentComment",
		"Exception": "TerritoryException", "Comparison": "AlignmentComparison", "Side": "TerritorySide", "Moved": "TerritoryMoved",
		"Move": "AlignmentMove",
	} {
		schemaNames["territories."+name] = as
	}
}

// Where outlines are imported, and how many bytes they may have: counties as a
// census office gives them out have some.
const (
	importPath  = "/api/alignments/import"
	maxOutlines = 20 << 20
)

// Alignments: drafts of territories, and the one that is live.
func (s *Server) registerAlignments() {
	const tag = "Territories"
	read, write, publish := need(identity.TerritoriesRead), need(identity.TerritoriesWrite), need(identity.TerritoriesPublish)
	register(s, get("/api/alignments", "listAlignments", tag, "Every alignment", read).described("The live one, then the latest changed first."), s.listAlignments)
	register(s, post("/api/alignments", "createAlignment", tag, "Begin a draft, empty or as a copy", write).status(http.StatusCreated), s.createAlignment)
	outlines := post(importPath, "importAlignment", tag, "Make a draft of a GeoJSON file", write).status(http.StatusCreated).
		described("A FeatureCollection of polygons, of at most 20 MB and 500,000 corners. The property, name unless said otherwise, holds the territory's name; features of one name make one territory. " +
			"Cells belong to the shape in which their middle lies, the first one where shapes overlap.")
	outlines.BodyLimit = maxOutlines
	register(s, outlines, s.importAlignment)
	register(s, get("/api/alignments/{id}", "getAlignment", tag, "An alignment with its territories and what they come to", read).
		described("Figures are of the accounts that one sees."), s.getAlignment)
	register(s, patch("/api/alignments/{id}", "renameAlignment", tag, "Give an alignment another name", write), s.renameAlignment)
	register(s, remove("/api/alignments/{id}", "deleteAlignment", tag, "Delete an alignment that is not live", write), s.deleteAlignment)
	register(s, get("/api/alignments/{id}/cells", "listAlignmentCells", tag, "Every cell with an account, an open prospect, a road or a territory", read), s.listAlignmentCells)
	register(s, get("/api/alignments/{id}/outlines", "getAlignmentOutlines", tag, "The territories' outlines as GeoJSON", read), s.getAlignmentOutlines)
	register(s, post("/api/alignments/{id}/edits", "editAlignment", tag, "Give cells of a draft to territories", write).
		described("All of them as one step, which can be undone. 409 with the alignment as it is when the version is not the current one."), s.editAlignment)
	register(s, post("/api/alignments/{id}/fill", "fillTerritory", tag, "Give a territory the cells of a shape", write).
		described("Of a GeoJSON polygon, or of a place: a boundary of the extract. Cells whose middle lies in it."), s.fillTerritory)
	register(s, post("/api/alignments/{id}/locks", "lockCells", tag, "Lock cells of a draft, or unlock them", write).
		described("A locked cell keeps its territory, whoever paints, fills or balances. Copies keep the locks. 409 with the alignment as it is when the version is not the current one."), s.lockCells)
	register(s, post("/api/alignments/{id}/undo", "undoAlignment", tag, "Undo the latest step", write), s.undoAlignment)
	register(s, post("/api/alignments/{id}/redo", "redoAlignment", tag, "Make the step again that was undone last", write), s.redoAlignment)
	register(s, get("/api/alignments/{id}/history", "alignmentHistory", tag, "What was done to an alignment, the latest first", read), s.alignmentHistory)
	register(s, post("/api/alignments/{id}/balance", "balanceAlignment", tag, "Balance a draft", write).status(http.StatusAccepted).
		described("A job searches; its progress and result come with the events alignment and by reading the alignment. What it finds is one step."), s.balanceAlignment)
	register(s, post("/api/alignments/{id}/balance/cancel", "cancelBalance", tag, "Cancel the search for a balance", write), s.cancelBalance)
	register(s, get("/api/alignments/{id}/compare", "compareAlignment", tag, "An alignment beside another", read), s.compareAlignment)
	register(s, get("/api/alignments/{id}/moves", "listAlignmentMoves", tag, "Accounts that change hands", read), s.listAlignmentMoves)
	register(s, get("/api/alignments/{id}/comments", "listAlignmentComments", tag, "What was said about an alignment", read), s.listAlignmentComments)
	register(s, post("/api/alignments/{id}/comments", "commentAlignment", tag, "Comment on an alignment", read).status(http.StatusCreated), s.commentAlignment)
	register(s, post("/api/alignments/{id}/submit", "submitAlignment", tag, "Send a draft for approval", write), s.submitAlignment)
	register(s, post("/api/alignments/{id}/approve", "approveAlignment", tag, "Approve an alignment", publish).
		described("Who sent it for approval cannot, unless they are an administrator."), s.approveAlignment)
	register(s, post("/api/alignments/{id}/reject", "rejectAlignment", tag, "Make an alignment a draft again", publish), s.rejectAlignment)
	register(s, post("/api/alignments/{id}/publish", "publishAlignment", tag, "Make an alignment live, now or at a time", publish).
		described("It takes the place of the live one at once; then a job gives the accounts their territories and, as one batch, their owners."), s.publishAlignment)
	register(s, post("/api/alignments/{id}/withdraw", "withdrawAlignment", tag, "Take an alignment back", write).
		described("From review or approval to a draft, from its date to approved. Of a live one it undoes the publication: what it replaced is live again, and accounts that nobody has given to others since get their owner back."), s.withdrawAlignment)
}

func (s *Server) listAlignments(ctx context.Context, _ *none) (*answer[list[territories.Alignment]], error) {
	items, err := s.territories.List(ctx)
	return respond(list[territories.Alignment]{Items: items}, err)
}

func (s *Server) createAlignment(ctx context.Context, in *struct{ Body territories.NewAlignment }) (*answer[*territories.Full], error) {
	return respond(s.territories.Create(ctx, in.Body))
}

// geoJSON is GeoJSON as it comes; whoever takes it checks it.
type geoJSON json.RawMessage

// UnmarshalJSON keeps the text.
func (g *geoJSON) UnmarshalJSON(raw []byte) error { *g = append((*g)[:0], raw...); return nil }

// MarshalJSON is the text.
func (g geoJSON) MarshalJSON() ([]byte, error) { return json.RawMessage(g).MarshalJSON() }

// Schema is any object.
func (geoJSON) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "GeoJSON"}
}

type importAlignmentInput struct {
	Body struct {
		Name       string  `json:"name" minLength:"1" maxLength:"200"`
		Resolution int     `json:"resolution,omitempty" minimum:"6" maximum:"8" default:"7"`
		Property   string  `json:"property,omitempty" maxLength:"100" default:"name" doc:"Which property holds a territory's name."`
		GeoJSON    geoJSON `json:"geojson" doc:"A FeatureCollection of Polygons and MultiPolygons."`
	}
}

func (s *Server) importAlignment(ctx context.Context, in *importAlignmentInput) (*answer[*territories.Full], error) {
	b := in.Body
	return respond(s.territories.Import(ctx, b.Name, b.Resolution, b.Property, json.RawMessage(b.GeoJSON)))
}

func (s *Server) getAlignment(ctx context.Context, in *ByID) (*answer[*territories.Full], error) {
	return respond(s.territories.Get(ctx, in.ID))
}

type renameAlignmentInput struct {
	ByID
	Body struct {
		Version int    `json:"version" minimum:"1"`
		Name    string `json:"name" minLength:"1" maxLength:"200"`
	}
}

func (s *Server) renameAlignment(ctx context.Context, in *renameAlignmentInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Rename(ctx, in.ID, in.Body.Version, in.Body.Name))
}

func (s *Server) deleteAlignment(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.territories.Delete(ctx, in.ID))
}

func (s *Server) listAlignmentCells(ctx context.Context, in *ByID) (*answer[*territories.Cells], error) {
	return respond(s.territories.Cells(ctx, in.ID))
}

// outlineCollection is a GeoJSON FeatureCollection of territories.
type outlineCollection struct {
	Type     string           `json:"type" enum:"FeatureCollection"`
	Features []outlineFeature `json:"features"`
}

type outlineFeature struct {
	Type       string            `json:"type" enum:"Feature"`
	ID         int64             `json:"id"`
	Properties outlineProperties `json:"properties"`
	Geometry   boundaryPolygon   `json:"geometry"`
}

type outlineProperties struct {
	ID        int64                `json:"id"`
	Name      string               `json:"name"`
	Level     string               `json:"level" enum:"area,region,territory"`
	ParentID  *int64               `json:"parentId"`
	Colour    int                  `json:"colour"`
	OwnerID   *int64               `json:"ownerId"`
	OwnerName string               `json:"ownerName"`
	Figures   territories.Figures  `json:"figures"`
	Members   []territories.Member `json:"members"`
}

func (s *Server) getAlignmentOutlines(ctx context.Context, in *ByID) (*answer[outlineCollection], error) {
	outlines, err := s.territories.Outlines(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := outlineCollection{Type: "FeatureCollection", Features: []outlineFeature{}}
	for _, o := range outlines {
		t := o.Territory
		out.Features = append(out.Features, outlineFeature{
			Type: "Feature", ID: t.ID, Geometry: boundaryPolygon{Type: "MultiPolygon", Coordinates: o.Geometry},
			Properties: outlineProperties{t.ID, t.Name, t.Level, t.ParentID, t.Colour, t.OwnerID, t.OwnerName, t.Figures, t.Members},
		})
	}
	return respond(out, nil)
}

type editAlignmentInput struct {
	ByID
	Body struct {
		Version int                `json:"version" minimum:"1" doc:"The version that you saw."`
		Edits   []territories.Edit `json:"edits" minItems:"1" maxItems:"2000" nullable:"false" doc:"At most 50,000 cells in all."`
		Note    string             `json:"note,omitempty" maxLength:"500"`
	}
}

func (s *Server) editAlignment(ctx context.Context, in *editAlignmentInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.Edit(ctx, in.ID, in.Body.Version, in.Body.Edits, in.Body.Note))
}

type lockCellsInput struct {
	ByID
	Body struct {
		Version int            `json:"version" minimum:"1" doc:"The version that you saw."`
		Cells   []hexgrid.Cell `json:"cells" minItems:"1" maxItems:"50000" nullable:"false" doc:"Of the alignment's resolution."`
		Locked  bool           `json:"locked"`
	}
}

func (s *Server) lockCells(ctx context.Context, in *lockCellsInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.LockCells(ctx, in.ID, in.Body.Version, in.Body.Cells, in.Body.Locked))
}

type fillTerritoryInput struct {
	ByID
	Body struct {
		Version   int     `json:"version" minimum:"1"`
		Territory int64   `json:"territory" minimum:"1"`
		Shape     geoJSON `json:"shape,omitempty" doc:"A Polygon or MultiPolygon, or a Feature of one."`
		Place     *int64  `json:"place,omitempty" minimum:"1" doc:"A boundary of the extract: /api/places/boundaries."`
		Over      bool    `json:"over,omitempty" doc:"Take cells of other territories too, unless they are locked."`
	}
}

func (s *Server) fillTerritory(ctx context.Context, in *fillTerritoryInput) (*answer[*territories.Edited], error) {
	b := in.Body
	return respond(s.territories.Fill(ctx, in.ID, b.Version, b.Territory, json.RawMessage(b.Shape), b.Place, b.Over))
}

// alignmentVersionInput names the version of an alignment that somebody saw.
type alignmentVersionInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw."`
	}
}

func (s *Server) undoAlignment(ctx context.Context, in *alignmentVersionInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.Undo(ctx, in.ID, in.Body.Version))
}

func (s *Server) redoAlignment(ctx context.Context, in *alignmentVersionInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.Redo(ctx, in.ID, in.Body.Version))
}

func (s *Server) alignmentHistory(ctx context.Context, in *ByID) (*answer[list[territories.HistoryEntry]], error) {
	items, err := s.territories.History(ctx, in.ID)
	return respond(list[territories.HistoryEntry]{Items: items}, err)
}

type balanceAlignmentInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1"`
		territories.BalanceRequest
	}
}

func (s *Server) balanceAlignment(ctx context.Context, in *balanceAlignmentInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Balance(ctx, in.ID, in.Body.Version, in.Body.BalanceRequest))
}

func (s *Server) cancelBalance(ctx context.Context, in *ByID) (*answer[*territories.Full], error) {
	return respond(s.territories.CancelBalance(ctx, in.ID))
}

// otherAlignment is an alignment by its id, or the live one.
type otherAlignment string

// Schema is that of a text.
func (otherAlignment) Schema(r huma.Registry) *huma.Schema {
	s := huma.SchemaFromType(r, reflect.TypeFor[string]())
	s.Pattern = `^(live|[1-9][0-9]{0,17})$`
	return s
}

func (o otherAlignment) id() (int64, error) {
	if o == "" || o == "live" {
		return 0, nil
	}
	id, err := strconv.ParseInt(string(o), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.Invalid, "An alignment to compare with is live or a number.").WithField("query.with", "live, or the id of an alignment.")
	}
	return id, nil
}

type compareAlignmentInput struct {
	ByID
	With otherAlignment `query:"with" default:"live" doc:"The id of another alignment, or live."`
}

func (s *Server) compareAlignment(ctx context.Context, in *compareAlignmentInput) (*answer[*territories.Comparison], error) {
	with, err := in.With.id()
	if err != nil {
		return nil, err
	}
	return respond(s.territories.Compare(ctx, in.ID, with))
}

func (s *Server) listAlignmentComments(ctx context.Context, in *ByID) (*answer[list[territories.Comment]], error) {
	items, err := s.territories.Comments(ctx, in.ID)
	return respond(list[territories.Comment]{Items: items}, err)
}

type commentAlignmentInput struct {
	ByID
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000"`
	}
}

func (s *Server) commentAlignment(ctx context.Context, in *commentAlignmentInput) (*answer[territories.Comment], error) {
	return respond(s.territories.AddComment(ctx, in.ID, in.Body.Text))
}

type alignmentNoteInput struct {
	ByID
	Body struct {
		Version int    `json:"version" minimum:"1" doc:"The version that you saw."`
		Note    string `json:"note,omitempty" maxLength:"2000"`
	}
}

func (s *Server) submitAlignment(ctx context.Context, in *alignmentNoteInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Submit(ctx, in.ID, in.Body.Version, in.Body.Note))
}

func (s *Server) approveAlignment(ctx context.Context, in *alignmentNoteInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Approve(ctx, in.ID, in.Body.Version, in.Body.Note))
}

func (s *Server) rejectAlignment(ctx context.Context, in *alignmentNoteInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Reject(ctx, in.ID, in.Body.Version, in.Body.Note))
}

type publishAlignmentInput struct {
	ByID
	Body struct {
		Version int        `json:"version" minimum:"1" doc:"The version that you saw."`
		At      *time.Time `json:"at,omitempty" doc:"Left out, or in the past: now."`
	}
}

func (s *Server) publishAlignment(ctx context.Context, in *publishAlignmentInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Publish(ctx, in.ID, in.Body.Version, in.Body.At))
}

func (s *Server) withdrawAlignment(ctx context.Context, in *alignmentVersionInput) (*answer[*territories.Full], error) {
	return respond(s.territories.Withdraw(ctx, in.ID, in.Body.Version))
}
