package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerBulk() {
	const tag = "Accounts"
	read, write := need(identity.AccountsRead), need(identity.AccountsWrite)
	register(s, post("/api/accounts/bulk", "bulkAccounts", tag, "Change many accounts at once", write).
		described("The accounts of a filter, or some by id, at most 250,000, as one batch that can be undone. Up to 2,000 are changed in one transaction; more are a job: "+
			"the batch tells its progress, and an event batch comes with each step. With expected, 409 when the filter means another number now. "+
			"Owner and team need the permission `accounts.assign`. Accounts that one may not edit are left as they are."), s.bulkAccounts)
	register(s, get("/api/batches", "listBatches", tag, "Changes of many accounts", read).described("The last 200, the latest first."), s.listBatches)
	register(s, get("/api/batches/{id}", "getBatch", tag, "A change of many accounts and its progress", read), s.getBatch)
	register(s, post("/api/batches/{id}/undo", "undoBatch", tag, "Put back what a batch has changed", write).
		described("Accounts in which what it changed has been changed again since are skipped. Needs to be one's own batch, or the permission `accounts.assign`."), s.undoBatch)
}

// bulkSet are the fields that a bulk change sets.
type bulkSet struct {
	Status            *string      `json:"status,omitempty" enum:"prospect,customer,former"`
	Class             *string      `json:"class,omitempty" enum:"A,B,C"`
	Category          *string      `json:"category,omitempty" maxLength:"100"`
	OwnerID           field[int64] `json:"ownerId,omitzero" doc:"null for nobody"`
	TeamID            field[int64] `json:"teamId,omitzero"`
	VisitIntervalDays *int         `json:"visitIntervalDays,omitempty" minimum:"1" maximum:"3650"`
	VisitMinutes      *int         `json:"visitMinutes,omitempty" minimum:"1" maximum:"720"`
	Custom            customValues `json:"custom,omitempty"`
}

type bulkRequest struct {
	Filter     *filterTree `json:"filter,omitempty"`
	IDs        []int64     `json:"ids,omitempty" maxItems:"100000"`
	Set        *bulkSet    `json:"set,omitempty"`
	AddTags    []string    `json:"addTags,omitempty" maxItems:"50"`
	RemoveTags []string    `json:"removeTags,omitempty" maxItems:"50"`
	Archive    bool        `json:"archive,omitempty"`
	Restore    bool        `json:"restore,omitempty"`
	Expected   *int        `json:"expected,omitempty" minimum:"0" doc:"How many accounts are believed to be meant."`
}

type bulkAnswer struct {
	BatchID int64          `json:"batchId"`
	Changed int            `json:"changed" doc:"So far; see state."`
	Batch   accounts.Batch `json:"batch"`
}

func (s *Server) bulkAccounts(ctx context.Context, in *struct{ Body bulkRequest }) (*answer[bulkAnswer], error) {
	b := in.Body
	if (b.Filter == nil) == (b.IDs == nil) {
		return nil, fault.New(fault.Invalid, "Give a filter or ids.").WithField("filter", "One of filter and ids.")
	}
	if b.Archive && b.Restore {
		return nil, fault.New(fault.Invalid, "Archive or restore, not both.").WithField("body.restore", "Leave one out.")
	}
	bulk := accounts.Bulk{Expected: b.Expected, MayAssign: mayAssign(ctx)}
	if b.Filter != nil {
		tree, err := b.Filter.tree()
		if err != nil {
			return nil, err
		}
		bulk.Filter.Tree = tree
	} else {
		bulk.Filter.IDs = b.IDs
	}
	c := accounts.BulkChange{AddTags: b.AddTags, RemoveTags: b.RemoveTags}
	if b.Archive || b.Restore {
		c.Archived = &b.Archive
	}
	if set := b.Set; set != nil {
		custom, err := set.Custom.values()
		if err != nil {
			return nil, err
		}
		c.Status, c.Class, c.Category = (*accounts.Status)(set.Status), (*accounts.Class)(set.Class), set.Category
		c.OwnerID, c.TeamID = set.OwnerID.change(), set.TeamID.change()
		c.VisitIntervalDays, c.VisitMinutes, c.Custom = set.VisitIntervalDays, set.VisitMinutes, custom
	}
	bulk.Change = c
	batch, err := s.accounts.Bulk(ctx, bulk)
	return respond(bulkAnswer{BatchID: batch.ID, Changed: batch.Changed, Batch: batch}, err)
}

func (s *Server) listBatches(ctx context.Context, _ *none) (*answer[list[accounts.Batch]], error) {
	batches, err := s.accounts.Batches(ctx)
	return respond(list[accounts.Batch]{Items: batches}, err)
}

func (s *Server) getBatch(ctx context.Context, in *ByID) (*answer[accounts.Batch], error) {
	return respond(s.accounts.Batch(ctx, in.ID))
}

func (s *Server) undoBatch(ctx context.Context, in *ByID) (*answer[accounts.Batch], error) {
	return respond(s.accounts.Undo(ctx, in.ID, mayAssign(ctx)))
}
