package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/relations"
)

func init() { schemaNames["relations.Relation"] = "AccountRelation" }

func (s *Server) registerRelations() {
	const tag = "Relations"
	read, write := need(identity.AccountsRead), need(identity.AccountsWrite)
	register(s, get("/api/accounts/{id}/relations", "listRelations", tag, "How an account stands to others, from both sides", read), s.listRelations)
	register(s, post("/api/accounts/{id}/relations", "createRelation", tag, "Say what another account is for this one", write).status(201).
		described("An account has one parent, and parents make no circle."), s.createRelation)
	register(s, remove("/api/accounts/{id}/relations/{relationId}", "deleteRelation", tag, "Remove a relation, from either side", write), s.deleteRelation)
}

func (s *Server) listRelations(ctx context.Context, in *ByID) (*answer[list[relations.Relation]], error) {
	all, err := s.relations.OfAccount(ctx, in.ID)
	return respond(list[relations.Relation]{Items: all}, err)
}

type createRelationInput struct {
	ByID
	Body struct {
		OtherID int64  `json:"otherId" minimum:"1"`
		Kind    string `json:"kind" enum:"parent,supplier,vendor,distributor,outlet,partner,association,competitor" doc:"What the other account is for this one."`
		Note    string `json:"note,omitempty" maxLength:"500"`
	}
}

func (s *Server) createRelation(ctx context.Context, in *createRelationInput) (*answer[list[relations.Relation]], error) {
	all, err := s.relations.Create(ctx, in.ID, relations.Draft{OtherID: in.Body.OtherID, Kind: relations.Kind(in.Body.Kind), Note: in.Body.Note})
	return respond(list[relations.Relation]{Items: all}, err)
}

type ByRelation struct {
	ByID
	RelationID int64 `path:"relationId" minimum:"1"`
}

func (s *Server) deleteRelation(ctx context.Context, in *ByRelation) (*answer[list[relations.Relation]], error) {
	all, err := s.relations.Delete(ctx, in.ID, in.RelationID)
	return respond(list[relations.Relation]{Items: all}, err)
}
