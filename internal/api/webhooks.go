package api

import (
	"context"
	"strconv"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/webhooks"
)

func init() { schemaNames["webhooks.Delivery"] = "WebhookDelivery" }

func (s *Server) registerWebhooks() {
	const tag = "Webhooks"
	manage := need(identity.OrganisationManage)
	register(s, get("/api/webhooks", "listWebhooks", tag, "The addresses that are told of what changes", manage), s.listWebhooks)
	register(s, post("/api/webhooks", "createWebhook", tag, "Have an address told of what changes from now on", manage).status(201).
		described("The answer holds the secret, this once; every delivery is signed with it. Addresses in private networks are refused."), s.createWebhook)
	register(s, patch("/api/webhooks/{id}", "updateWebhook", tag, "Change a webhook, or switch it off", manage), s.updateWebhook)
	register(s, remove("/api/webhooks/{id}", "deleteWebhook", tag, "Remove a webhook and its log", manage), s.deleteWebhook)
	register(s, post("/api/webhooks/{id}/ping", "pingWebhook", tag, "Send an event ping, to try the address", manage).status(202), s.pingWebhook)
	register(s, get("/api/webhooks/{id}/deliveries", "listWebhookDeliveries", tag, "What was sent, the newest first", manage).
		described("Of the last 30 days."), s.listWebhookDeliveries)
	register(s, post("/api/webhooks/{id}/deliveries/{deliveryId}/resend", "resendWebhookDelivery", tag, "Send a delivery again", manage).status(202), s.resendWebhookDelivery)
}

type webhookList struct {
	Items  []webhooks.Webhook `json:"items"`
	Events []string           `json:"events" doc:"What can be asked for; account.* and the like stand for all of a kind, * for everything."`
}

func (s *Server) listWebhooks(ctx context.Context, _ *none) (*answer[webhookList], error) {
	all, err := s.webhooks.List(ctx)
	return respond(webhookList{Items: all, Events: webhooks.Events()}, err)
}

type createWebhookRequest struct {
	URL         string   `json:"url" minLength:"1" maxLength:"2000" example:"https://erp.example.com/waymark"`
	Description string   `json:"description,omitempty" maxLength:"200"`
	Events      []string `json:"events" minItems:"1" maxItems:"50" nullable:"false" example:"account.*"`
}

// createdWebhook is a webhook with its secret.
type createdWebhook struct {
	webhooks.Webhook
	Secret string `json:"secret" doc:"Shown this once." example:"whsec_ABCDEFGHIJKLMNOPQRSTUVWXYZ"`
}

func (s *Server) createWebhook(ctx context.Context, in *struct{ Body createWebhookRequest }) (*answer[createdWebhook], error) {
	made, secret, err := s.webhooks.Create(ctx, webhooks.Draft{URL: in.Body.URL, Description: in.Body.Description, Events: in.Body.Events})
	return respond(createdWebhook{made, secret}, err)
}

type updateWebhookInput struct {
	ByID
	Body struct {
		URL         *string   `json:"url,omitempty" minLength:"1" maxLength:"2000"`
		Description *string   `json:"description,omitempty" maxLength:"200"`
		Events      *[]string `json:"events,omitempty" minItems:"1" maxItems:"50"`
		Active      *bool     `json:"active,omitempty"`
	}
}

func (s *Server) updateWebhook(ctx context.Context, in *updateWebhookInput) (*answer[webhooks.Webhook], error) {
	return respond(s.webhooks.Update(ctx, in.ID, webhooks.Change(in.Body)))
}

func (s *Server) deleteWebhook(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.webhooks.Delete(ctx, in.ID))
}

func (s *Server) pingWebhook(ctx context.Context, in *ByID) (*answer[webhooks.Delivery], error) {
	return respond(s.webhooks.Ping(ctx, in.ID))
}

type webhookDeliveriesInput struct {
	ByID
	CursorPaging
}

func (s *Server) listWebhookDeliveries(ctx context.Context, in *webhookDeliveriesInput) (*answer[cursored[webhooks.Delivery]], error) {
	var before int64
	if in.Cursor != "" {
		var err error
		if before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || before < 1 {
			return nil, fault.New(fault.Invalid, "The cursor does not belong to this list. Read the list from its beginning.").WithField("query.cursor", "Pass nextCursor of the page before.")
		}
	}
	all, err := s.webhooks.Deliveries(ctx, in.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := cursored[webhooks.Delivery]{Items: all}
	if len(all) > in.Limit {
		out.Items = all[:in.Limit]
		next := strconv.FormatInt(all[in.Limit-1].ID, 10)
		out.NextCursor = &next
	}
	return respond(out, nil)
}

type ByDelivery struct {
	ByID
	DeliveryID int64 `path:"deliveryId" minimum:"1"`
}

func (s *Server) resendWebhookDelivery(ctx context.Context, in *ByDelivery) (*answer[webhooks.Delivery], error) {
	return respond(s.webhooks.Resend(ctx, in.ID, in.DeliveryID))
}
