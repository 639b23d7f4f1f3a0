package api

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

func init() {
	schemaNames["accounts.Field"] = "FilterField"
	schemaNames["accounts.Choice"] = "FieldChoice"
	schemaNames["accounts.Spread"] = "FieldSpread"
	schemaNames["accounts.Custom"] = "CustomValues"
}

func (s *Server) registerFields() {
	const tag = "Filters"
	read, manage := need(identity.AccountsRead), need(identity.OrganisationManage)
	register(s, get("/api/fields", "listFields", tag, "What accounts can be filtered and sorted by", read), s.listFields)
	register(s, get("/api/fields/{key}/spread", "getFieldSpread", tag, "How a custom number is spread over accounts", read).
		described("For the classes of a map. Of more than 100,000 accounts the newest ones are looked at."), s.fieldSpread)
	register(s, post("/api/filters/check", "checkFilter", tag, "How many accounts a filter means, or what is wrong with it", read).
		described("422 names the path of the wrong condition, such as filter.all[2].value."), s.checkFilter)
	register(s, get("/api/custom-fields", "listCustomFields", tag, "The organisation's own fields of accounts", read).
		described("In order, archived ones last."), s.listCustomFields)
	register(s, post("/api/custom-fields", "createCustomField", tag, "Add a field to accounts", manage).status(201), s.createCustomField)
	register(s, patch("/api/custom-fields/{id}", "updateCustomField", tag, "Change a field", manage).
		described("Accounts keep a choice that is taken away until somebody changes them."), s.updateCustomField)
	register(s, remove("/api/custom-fields/{id}", "deleteCustomField", tag, "Remove a field that no account has a value in", manage).
		described("409 while accounts have values; archive it instead."), s.deleteCustomField)
}

// filterTree is a filter tree in a body: any JSON for huma, read by the domain,
// which says what is wrong with which condition.
type filterTree struct{ raw json.RawMessage }

// UnmarshalJSON keeps the text.
func (f *filterTree) UnmarshalJSON(data []byte) error {
	f.raw = bytes.Clone(data)
	return nil
}

// MarshalJSON writes what was read; null for nothing.
func (f filterTree) MarshalJSON() ([]byte, error) {
	if len(f.raw) == 0 {
		return []byte("null"), nil
	}
	return f.raw, nil
}

const treeDescription = `A tree: {"all": […]}, {"any": […]}, {"not": …} or {"field": …, "op": …, "value": …}. ` +
	`At most 100 conditions, 6 levels and 16 KB. listFields has the fields, their types and ops.`

// Schema is an object or null.
func (filterTree) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Nullable: true, AdditionalProperties: true, Description: treeDescription,
		Examples: []any{map[string]any{"field": "status", "op": "in", "value": []string{"customer"}}}}
}

func (f filterTree) tree() (*accounts.Tree, error) { return accounts.ParseTree(f.raw) }

func treeOf(t *accounts.Tree) filterTree { return filterTree{json.RawMessage(t.String())} }

func (s *Server) listFields(ctx context.Context, _ *none) (*answer[list[accounts.Field]], error) {
	fields, err := s.accounts.Fields(ctx)
	return respond(list[accounts.Field]{Items: fields}, err)
}

type fieldSpreadInput struct {
	Key string `path:"key" maxLength:"60" doc:"custom.<key> of a field of the type number or money."`
}

func (s *Server) fieldSpread(ctx context.Context, in *fieldSpreadInput) (*answer[accounts.Spread], error) {
	return respond(s.accounts.Spread(ctx, in.Key))
}

type checkFilterInput struct {
	Body struct {
		Filter filterTree `json:"filter"`
	}
}

type filterCount struct {
	Total int `json:"total"`
}

func (s *Server) checkFilter(ctx context.Context, in *checkFilterInput) (*answer[filterCount], error) {
	t, err := in.Body.Filter.tree()
	if err != nil {
		return nil, err
	}
	n, err := s.accounts.Count(ctx, accounts.Filter{Tree: t})
	return respond(filterCount{n}, err)
}

func (s *Server) listCustomFields(ctx context.Context, _ *none) (*answer[list[accounts.CustomField]], error) {
	fields, err := s.accounts.CustomFields(ctx)
	return respond(list[accounts.CustomField]{Items: fields}, err)
}

// FieldChoiceInput is a choice of a field as it is given.
type fieldChoiceRequest struct {
	Value string `json:"value" minLength:"1" maxLength:"100"`
	Label string `json:"label,omitempty" maxLength:"100" doc:"Left out: the value."`
}

func choicesOf(in []fieldChoiceRequest) []accounts.Choice {
	out := make([]accounts.Choice, len(in))
	for i, c := range in {
		out[i] = accounts.Choice(c)
	}
	return out
}

type createCustomFieldRequest struct {
	Key      string               `json:"key" minLength:"1" maxLength:"40" doc:"a to z, 0 to 9 and _; it cannot be changed."`
	Label    string               `json:"label" minLength:"1" maxLength:"100"`
	Type     string               `json:"type" enum:"text,number,money,date,choice,choices,boolean,link"`
	Choices  []fieldChoiceRequest `json:"choices,omitempty" maxItems:"200"`
	Required bool                 `json:"required,omitempty"`
	Position int                  `json:"position,omitempty" minimum:"0" maximum:"10000" doc:"Left out: behind the others."`
}

func (s *Server) createCustomField(ctx context.Context, in *struct{ Body createCustomFieldRequest }) (*answer[accounts.CustomField], error) {
	b := in.Body
	return respond(s.accounts.CreateCustomField(ctx, accounts.CustomField{
		Key: b.Key, Label: b.Label, Type: accounts.FieldType(b.Type), Choices: choicesOf(b.Choices), Required: b.Required, Position: b.Position,
	}))
}

type updateCustomFieldInput struct {
	ByID
	Body struct {
		Label    *string               `json:"label,omitempty" minLength:"1" maxLength:"100"`
		Choices  *[]fieldChoiceRequest `json:"choices,omitempty" maxItems:"200"`
		Required *bool                 `json:"required,omitempty"`
		Position *int                  `json:"position,omitempty" minimum:"0" maximum:"10000"`
		Archived *bool                 `json:"archived,omitempty"`
	}
}

func (s *Server) updateCustomField(ctx context.Context, in *updateCustomFieldInput) (*answer[accounts.CustomField], error) {
	b := in.Body
	c := accounts.CustomFieldChanges{Label: b.Label, Required: b.Required, Position: b.Position, Archived: b.Archived}
	if b.Choices != nil {
		choices := choicesOf(*b.Choices)
		c.Choices = &choices
	}
	return respond(s.accounts.UpdateCustomField(ctx, in.ID, c))
}

func (s *Server) deleteCustomField(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.accounts.DeleteCustomField(ctx, in.ID))
}

// customValues are values of custom fields in a body.
type customValues map[string]any

// Schema is an object of any values.
func (customValues) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true,
		Description: "Values of the organisation's own fields by key; null removes one, what is not named stays."}
}

func (v customValues) values() (accounts.CustomValues, error) {
	out := make(accounts.CustomValues, len(v))
	for key, value := range v {
		raw, err := json.Marshal(value)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "A custom value is no JSON.").WithField("custom", "Texts, numbers, true, false and lists of texts.")
		}
		out[key] = raw
	}
	return out, nil
}
