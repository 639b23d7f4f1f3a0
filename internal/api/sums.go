package api

import (
	"context"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerSums() {
	register(s, post("/api/accounts/sums", "sumUpAccounts", "Accounts", "Sum up accounts wherever they were chosen", need(identity.AccountsRead)).
		described("Of the accounts of a filter, or of some by id: what summariseSelection says of those in a shape. Ids that mean no account that one sees are left out."), s.sumUpAccounts)
}

type sumsRequest struct {
	Filter *filterTree `json:"filter,omitempty"`
	IDs    []int64     `json:"ids,omitempty" maxItems:"10000"`
}

func (s *Server) sumUpAccounts(ctx context.Context, in *struct{ Body sumsRequest }) (*answer[accounts.Selection], error) {
	if (in.Body.Filter == nil) == (in.Body.IDs == nil) {
		return nil, fault.New(fault.Invalid, "Give a filter or ids.").WithField("filter", "One of filter and ids.")
	}
	f := accounts.Filter{IDs: in.Body.IDs}
	if in.Body.Filter != nil {
		tree, err := in.Body.Filter.tree()
		if err != nil {
			return nil, err
		}
		f.Tree = tree
	}
	return respond(s.accounts.SumUp(ctx, f))
}
