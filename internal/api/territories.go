package api

import (
	"context"
	"net/http"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/territories"
)

// Territories: those that are live, and those of an alignment.
func (s *Server) registerTerritories() {
	const tag = "Territories"
	read, write := need(identity.TerritoriesRead), need(identity.TerritoriesWrite)
	register(s, get("/api/territories", "listTerritories", tag, "The live territories", read), s.listTerritories)
	register(s, post("/api/alignments/{id}/territories", "addTerritory", tag, "Add a territory, area or region to a draft", write).status(http.StatusCreated), s.addTerritory)
	register(s, patch("/api/alignments/{id}/territories/{territory}", "changeTerritory", tag, "Change a territory of a draft", write), s.changeTerritory)
	register(s, remove("/api/alignments/{id}/territories/{territory}", "removeTerritory", tag, "Remove a territory from a draft", write).status(http.StatusOK).
		described("Its cells belong to none then."), s.removeTerritory)
	register(s, put("/api/alignments/{id}/territories/{territory}/members", "setTerritoryMembers", tag, "Say who works in a territory, and when", write).
		described("Of a draft it is a step that can be undone. Of the live alignment it needs the permission `territories.publish` and holds at once: "+
			"when the owner is another one by it, or by the days that pass, the territory's accounts go to that one within the hour, as a batch."), s.setTerritoryMembers)
	register(s, get("/api/alignments/{id}/exceptions", "listTerritoryExceptions", tag, "Accounts that belong to a territory wherever they lie", read), s.listTerritoryExceptions)
	register(s, put("/api/alignments/{id}/exceptions/{account}", "setTerritoryException", tag, "Make an account belong to a territory wherever it lies", write).
		described("Of a draft, or of the live alignment with the permission `territories.publish`."), s.setTerritoryException)
	register(s, remove("/api/alignments/{id}/exceptions/{account}", "removeTerritoryException", tag, "Let an account belong to the territory in which it lies", write).
		status(http.StatusOK), s.removeTerritoryException)
}

func (s *Server) listTerritories(ctx context.Context, _ *none) (*answer[territories.LiveTerritories], error) {
	return respond(s.territories.Live(ctx))
}

type addTerritoryInput struct {
	ByID
	Body struct {
		Version  int              `json:"version" minimum:"1" doc:"The version that you saw."`
		Name     string           `json:"name" minLength:"1" maxLength:"120"`
		Level    string           `json:"level,omitempty" enum:"area,region,territory" default:"territory"`
		ParentID *int64           `json:"parentId,omitempty" minimum:"1"`
		Colour   *int             `json:"colour,omitempty" minimum:"0" maximum:"999" doc:"Left out: the first that no other has."`
		Members  []territoryStaff `json:"members,omitempty" maxItems:"50"`
	}
}

// territoryStaff is a member as requests name one.
type territoryStaff struct {
	UserID  int64   `json:"userId" minimum:"1"`
	Role    string  `json:"role" enum:"owner,support,cover"`
	FromDay *string `json:"from,omitempty" format:"date" doc:"The first day; left out for since ever."`
	ToDay   *string `json:"to,omitempty" format:"date" doc:"The last day; left out for until further notice."`
}

func membersOf(staff []territoryStaff) []territories.Member {
	out := make([]territories.Member, len(staff))
	for i, m := range staff {
		out[i] = territories.Member{UserID: m.UserID, Role: territories.Role(m.Role), FromDay: m.FromDay, ToDay: m.ToDay}
	}
	return out
}

func (s *Server) addTerritory(ctx context.Context, in *addTerritoryInput) (*answer[*territories.Edited], error) {
	b := in.Body
	return respond(s.territories.AddTerritory(ctx, in.ID, b.Version, territories.NewTerritory{
		Name: b.Name, Level: b.Level, ParentID: b.ParentID, Colour: b.Colour, Members: membersOf(b.Members)}))
}

// ByTerritory is the input of an operation on a territory of an alignment.
type ByTerritory struct {
	ByID
	Territory int64 `path:"territory" minimum:"1"`
}

type changeTerritoryInput struct {
	ByTerritory
	Body struct {
		Version  int          `json:"version" minimum:"1" doc:"The version that you saw."`
		Name     *string      `json:"name,omitempty" minLength:"1" maxLength:"120"`
		Level    *string      `json:"level,omitempty" enum:"area,region,territory"`
		ParentID field[int64] `json:"parentId,omitzero" doc:"null for none"`
		Colour   *int         `json:"colour,omitempty" minimum:"0" maximum:"999"`
		Position *int         `json:"position,omitempty" minimum:"0" maximum:"100000"`
		Locked   *bool        `json:"locked,omitempty"`
	}
}

func (s *Server) changeTerritory(ctx context.Context, in *changeTerritoryInput) (*answer[*territories.Edited], error) {
	b := in.Body
	return respond(s.territories.ChangeTerritory(ctx, in.ID, in.Territory, b.Version, territories.TerritoryChange{
		Name: b.Name, Level: b.Level, ParentID: b.ParentID.change(), Colour: b.Colour, Position: b.Position, Locked: b.Locked}))
}

type removeTerritoryInput struct {
	ByTerritory
	Version int `query:"version" minimum:"1" required:"true" doc:"The version that you saw."`
}

func (s *Server) removeTerritory(ctx context.Context, in *removeTerritoryInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.RemoveTerritory(ctx, in.ID, in.Territory, in.Version))
}

type setTerritoryMembersInput struct {
	ByTerritory
	Body struct {
		Version int              `json:"version" minimum:"1" doc:"The version that you saw."`
		Members []territoryStaff `json:"members" maxItems:"50" nullable:"false"`
	}
}

func (s *Server) setTerritoryMembers(ctx context.Context, in *setTerritoryMembersInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.SetMembers(ctx, in.ID, in.Territory, in.Body.Version, membersOf(in.Body.Members)))
}

func (s *Server) listTerritoryExceptions(ctx context.Context, in *ByID) (*answer[list[territories.Exception]], error) {
	items, err := s.territories.Exceptions(ctx, in.ID)
	return respond(list[territories.Exception]{Items: items}, err)
}

type setTerritoryExceptionInput struct {
	ByID
	Account int64 `path:"account" minimum:"1"`
	Body    struct {
		Version   int    `json:"version" minimum:"1" doc:"The version that you saw."`
		Territory int64  `json:"territory" minimum:"1"`
		Reason    string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *Server) setTerritoryException(ctx context.Context, in *setTerritoryExceptionInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.Except(ctx, in.ID, in.Account, in.Body.Version, in.Body.Territory, in.Body.Reason))
}

type removeTerritoryExceptionInput struct {
	ByID
	Account int64 `path:"account" minimum:"1"`
	Version int   `query:"version" minimum:"1" required:"true" doc:"The version that you saw."`
}

func (s *Server) removeTerritoryException(ctx context.Context, in *removeTerritoryExceptionInput) (*answer[*territories.Edited], error) {
	return respond(s.territories.Unexcept(ctx, in.ID, in.Account, in.Version))
}
