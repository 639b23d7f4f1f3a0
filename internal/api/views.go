package api

import (
	"context"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/segments"
)

func (s *Server) registerViews() {
	const tag = "Filters"
	read := need(identity.AccountsRead)
	register(s, get("/api/views", "listViews", tag, "Saved views that one sees", read).described("By name."), s.listViews)
	register(s, post("/api/views", "createView", tag, "Save a view", read).status(201), s.createView)
	register(s, patch("/api/views/{id}", "updateView", tag, "Change a view", read).
		described("Its owner and who has `organisation.manage` may. An old version is refused with 409, whose current is the view as it is."), s.updateView)
	register(s, remove("/api/views/{id}", "deleteView", tag, "Remove a view", read), s.deleteView)
}

// looseObject is an object that only the browser understands, or null.
type looseObject struct{ raw json.RawMessage }

// UnmarshalJSON keeps the text.
func (o *looseObject) UnmarshalJSON(data []byte) error {
	o.raw = append(json.RawMessage{}, data...)
	return nil
}

// MarshalJSON writes what was read; null for nothing.
func (o looseObject) MarshalJSON() ([]byte, error) {
	if len(o.raw) == 0 {
		return []byte("null"), nil
	}
	return o.raw, nil
}

// Schema is an object or null.
func (looseObject) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true}
}

// viewAnswer is a view on the wire.
type viewAnswer struct {
	ID        int64          `json:"id"`
	Name      string         `json:"name"`
	Object    string         `json:"object" enum:"accounts"`
	Shared    string         `json:"shared" enum:"own,team,all"`
	OwnerID   int64          `json:"ownerId"`
	OwnerName string         `json:"ownerName"`
	Filter    filterTree     `json:"filter"`
	Sort      string         `json:"sort"`
	Columns   []string       `json:"columns" doc:"Keys of fields, in order."`
	Widths    map[string]int `json:"widths" doc:"Pixels by key of field."`
	Map       looseObject    `json:"map" doc:"Settings of the map, as the browser has them."`
	Version   int            `json:"version"`
}

func viewOf(v segments.View) viewAnswer {
	return viewAnswer{
		ID: v.ID, Name: v.Name, Object: v.Object, Shared: string(v.Shared), OwnerID: v.OwnerID, OwnerName: v.OwnerName,
		Filter: treeOf(v.Filter), Sort: v.Sort, Columns: v.Columns, Widths: v.Widths, Map: looseObject{v.Map}, Version: v.Version,
	}
}

// respondAs is respond for a domain's value that has another form on the wire,
// which a conflict carries too.
func respondAs[D, T any](value D, err error, wire func(D) T) (*answer[T], error) {
	if f := fault.Of(err); f != nil {
		if current, is := f.Current().(D); is {
			err = f.WithCurrent(wire(current))
		}
	}
	if err != nil {
		return nil, err
	}
	return &answer[T]{Body: wire(value)}, nil
}

// mayManage reports whether the session may change what others own.
func mayManage(ctx context.Context) bool {
	session, ok := identity.SessionFrom(ctx)
	return ok && session.May(identity.OrganisationManage)
}

func (s *Server) listViews(ctx context.Context, _ *none) (*answer[list[viewAnswer]], error) {
	views, err := s.segments.Views(ctx)
	items := make([]viewAnswer, len(views))
	for i, v := range views {
		items[i] = viewOf(v)
	}
	return respond(list[viewAnswer]{Items: items}, err)
}

type createViewRequest struct {
	Name    string         `json:"name" minLength:"1" maxLength:"100"`
	Object  string         `json:"object,omitempty" enum:"accounts" default:"accounts"`
	Shared  string         `json:"shared,omitempty" enum:"own,team,all" default:"own"`
	Filter  filterTree     `json:"filter,omitempty"`
	Sort    string         `json:"sort,omitempty" maxLength:"60"`
	Columns []string       `json:"columns,omitempty" maxItems:"100"`
	Widths  map[string]int `json:"widths,omitempty"`
	Map     looseObject    `json:"map,omitempty"`
}

func (s *Server) createView(ctx context.Context, in *struct{ Body createViewRequest }) (*answer[viewAnswer], error) {
	b := in.Body
	tree, err := b.Filter.tree()
	if err != nil {
		return nil, err
	}
	v, err := s.segments.CreateView(ctx, segments.View{
		Name: b.Name, Object: b.Object, Shared: segments.Sharing(b.Shared), Filter: tree, Sort: b.Sort,
		Columns: b.Columns, Widths: b.Widths, Map: b.Map.raw,
	})
	return respondAs(v, err, viewOf)
}

type updateViewInput struct {
	ByID
	Body struct {
		Version int             `json:"version" minimum:"1" doc:"Of the view as it was read."`
		Name    *string         `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Shared  *string         `json:"shared,omitempty" enum:"own,team,all"`
		Filter  *filterTree     `json:"filter,omitempty"`
		Sort    *string         `json:"sort,omitempty" maxLength:"60"`
		Columns *[]string       `json:"columns,omitempty" maxItems:"100"`
		Widths  *map[string]int `json:"widths,omitempty"`
		Map     *looseObject    `json:"map,omitempty"`
	}
}

// changedTree reads a filter that may be left out (nil), null or a tree.
func changedTree(sent *filterTree) (**accounts.Tree, error) {
	if sent == nil {
		return nil, nil
	}
	tree, err := sent.tree()
	return &tree, err
}

func (s *Server) updateView(ctx context.Context, in *updateViewInput) (*answer[viewAnswer], error) {
	b := in.Body
	tree, err := changedTree(b.Filter)
	if err != nil {
		return nil, err
	}
	c := segments.ViewChanges{
		Version: b.Version, Name: b.Name, Shared: (*segments.Sharing)(b.Shared), Filter: tree, Sort: b.Sort,
		Columns: b.Columns, Widths: b.Widths, MayManage: mayManage(ctx),
	}
	if b.Map != nil {
		c.Map = &b.Map.raw
	}
	v, err := s.segments.UpdateView(ctx, in.ID, c)
	return respondAs(v, err, viewOf)
}

func (s *Server) deleteView(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.segments.DeleteView(ctx, in.ID, mayManage(ctx)))
}
