package accounts

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waymark-crm/waymark/internal/events"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/postgres"
)

// Bounds of custom fields.
const (
	MaxCustomFields  = 100
	maxCustomText    = 2_000
	maxCustomChoices = 200
	maxCustomPicked  = 50 // values of a field of choices
	maxCustomLabel   = 100
)

const customPrefix = "custom."

var customKey = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// CustomField is a field that an organisation has added to its accounts.
type CustomField struct {
	ID       int64     `json:"id"`
	Key      string    `json:"key" doc:"Fixed; filters, sorts and columns name the field custom.<key>."`
	Label    string    `json:"label"`
	Type     FieldType `json:"type" enum:"text,number,money,date,choice,choices,boolean,link" doc:"Fixed."`
	Choices  []Choice  `json:"choices"`
	Required bool      `json:"required" doc:"Creating an account and changing the field need a value."`
	Position int       `json:"position"`
	Archived bool      `json:"archived" doc:"Shown nowhere; its values are kept."`
}

// CustomTypes lists the types that a custom field can have.
func CustomTypes() []FieldType {
	return []FieldType{FieldText, FieldNumber, FieldMoney, FieldDate, FieldChoice, FieldChoices, FieldBoolean, FieldLink}
}

const customColumns = `id, key, label, type, choices, required, position, archived_at is not null`

func scanCustomField(row pgx.CollectableRow) (f CustomField, err error) {
	f.Choices = []Choice{}
	err = row.Scan(&f.ID, &f.Key, &f.Label, &f.Type, &f.Choices, &f.Required, &f.Position, &f.Archived)
	return f, err
}

// customFields reads every custom field of an organisation, in order.
func customFields(ctx context.Context, tx pgx.Tx, orgID int64) ([]CustomField, error) {
	rows, err := tx.Query(ctx, `select `+customColumns+` from custom_fields where org_id = $1 order by archived_at is not null, position, id`, orgID)
	if err != nil {
		return nil, fmt.Errorf("read custom fields: %w", err)
	}
	out, err := pgx.AppendRows([]CustomField{}, rows, scanCustomField)
	if err != nil {
		return nil, fmt.Errorf("read custom fields: %w", err)
	}
	return out, nil
}

// CustomFields lists the organisation's own fields, archived ones last.
func (s *Service) CustomFields(ctx context.Context) ([]CustomField, error) {
	var out []CustomField
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) (err error) {
		out, err = customFields(ctx, tx, actor.OrgID)
		return err
	})
	return out, err
}

// CustomFieldChanges of a custom field; nil fields stay as they are.
type CustomFieldChanges struct {
	Label    *string
	Choices  *[]Choice
	Required *bool
	Position *int
	Archived *bool
}

func (f *CustomField) check() error {
	var in input
	if !customKey.MatchString(f.Key) {
		in.refuse("key", "The key is 1 to 40 of a to z, 0 to 9 and _, and begins with a letter.")
	}
	in.name("label", "The label", &f.Label, maxCustomLabel)
	if !slices.Contains(CustomTypes(), f.Type) {
		in.refuse("type", "The type is one of text, number, money, date, choice, choices, boolean, link.")
	}
	picks := f.Type == FieldChoice || f.Type == FieldChoices
	switch {
	case picks && len(f.Choices) == 0:
		in.refuse("choices", "A field of choices needs at least one.")
	case !picks && len(f.Choices) > 0:
		in.refuse("choices", "Only fields of the types choice and choices have choices.")
	case len(f.Choices) > maxCustomChoices:
		in.refuse("choices", fmt.Sprintf("A field may have %d choices.", maxCustomChoices))
	}
	seen := map[string]bool{}
	for i := range f.Choices {
		c := &f.Choices[i]
		in.name(fmt.Sprintf("choices[%d].value", i), "The value of a choice", &c.Value, maxCustomLabel)
		if c.Label == "" {
			c.Label = c.Value
		}
		in.name(fmt.Sprintf("choices[%d].label", i), "The label of a choice", &c.Label, maxCustomLabel)
		if seen[c.Value] {
			in.refuse(fmt.Sprintf("choices[%d].value", i), "Two choices have the same value.")
		}
		seen[c.Value] = true
	}
	if f.Position < 0 || f.Position > 10_000 {
		in.refuse("position", "The position lies between 0 and 10,000.")
	}
	return in.failed()
}

// CreateCustomField adds a field. It fails with [fault.Invalid] for a key that is
// taken, also by an archived field.
func (s *Service) CreateCustomField(ctx context.Context, f CustomField) (CustomField, error) {
	if f.Choices == nil {
		f.Choices = []Choice{}
	}
	if err := f.check(); err != nil {
		return CustomField{}, err
	}
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `
			insert into custom_fields (org_id, key, label, type, choices, required, position)
			select $1, $2, $3, $4, $5, $6, case when $7::int > 0 then $7::int else coalesce(max(position), 0) + 1 end
			from custom_fields where org_id = $1 having count(*) < $8
			returning `+customColumns, actor.OrgID, f.Key, f.Label, f.Type, f.Choices, f.Required, f.Position, MaxCustomFields)
		if err != nil {
			return fmt.Errorf("create a custom field: %w", err)
		}
		f, err = pgx.CollectExactlyOneRow(rows, scanCustomField)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.Errorf(fault.Invalid, "An organisation may have %d custom fields.", MaxCustomFields)
		}
		if err != nil {
			return fmt.Errorf("create a custom field: %w", err)
		}
		return events.Notify(ctx, tx, "custom_field", map[string]any{"id": f.ID})
	})
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "custom_fields_key" {
		return CustomField{}, fault.Wrap(err, fault.Invalid, "There is a field with this key already, which may be archived.").WithField("key", "Choose another key.")
	}
	return f, err
}

var errNoCustomField = fault.New(fault.NotFound, "There is no such custom field.")

// UpdateCustomField changes a field. A choice that some account has can be taken
// away; accounts keep it until somebody changes them.
func (s *Service) UpdateCustomField(ctx context.Context, id int64, c CustomFieldChanges) (CustomField, error) {
	var f CustomField
	err := s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		rows, err := tx.Query(ctx, `select `+customColumns+` from custom_fields where org_id = $1 and id = $2 for update`, actor.OrgID, id)
		if err != nil {
			return fmt.Errorf("read custom field %d: %w", id, err)
		}
		if f, err = pgx.CollectExactlyOneRow(rows, scanCustomField); err != nil {
			return missing(err, errNoCustomField, "read custom field %d", id)
		}
		set := func(apply bool, do func()) {
			if apply {
				do()
			}
		}
		set(c.Label != nil, func() { f.Label = *c.Label })
		set(c.Choices != nil, func() { f.Choices = append([]Choice{}, *c.Choices...) })
		set(c.Required != nil, func() { f.Required = *c.Required })
		set(c.Position != nil, func() { f.Position = *c.Position })
		set(c.Archived != nil, func() { f.Archived = *c.Archived })
		if err := f.check(); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			update custom_fields set label = $3, choices = $4, required = $5, position = $6,
			  archived_at = case when $7 then coalesce(archived_at, now()) end, updated_at = now()
			where org_id = $1 and id = $2`, actor.OrgID, id, f.Label, f.Choices, f.Required, f.Position, f.Archived)
		if err != nil {
			return fmt.Errorf("change custom field %d: %w", id, err)
		}
		return events.Notify(ctx, tx, "custom_field", map[string]any{"id": id})
	})
	return f, err
}

// DeleteCustomField removes a field and its values. It fails with
// [fault.Conflict] while accounts have a value; archive it instead.
func (s *Service) DeleteCustomField(ctx context.Context, id int64) error {
	return s.write(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		var key string
		err := tx.QueryRow(ctx, `delete from custom_fields where org_id = $1 and id = $2 returning key`, actor.OrgID, id).Scan(&key)
		if err != nil {
			return missing(err, errNoCustomField, "delete custom field %d", id)
		}
		var used bool
		err = tx.QueryRow(ctx, `select exists (select 1 from accounts where org_id = $1 and custom ? $2)`, actor.OrgID, key).Scan(&used)
		if err != nil {
			return fmt.Errorf("look for values of custom field %d: %w", id, err)
		}
		if used {
			return fault.New(fault.Conflict, "Accounts have values in this field. Archive it: it is then shown nowhere, and its values are kept.")
		}
		return events.Notify(ctx, tx, "custom_field", map[string]any{"id": id})
	})
}

// field is the field as filters have it.
func (f CustomField) field() Field {
	return Field{
		Key: customPrefix + f.Key, Label: f.Label, Group: "custom", Type: f.Type, Ops: operators[f.Type], Choices: f.Choices,
		Sortable: f.Type != FieldChoices, Editable: true, Custom: true,
	}
}

// value checks one value as JSON and returns it in its canonical form; nil for
// null, which removes it. Numbers are finite, days YYYY-MM-DD, choices those of
// the field.
func (f CustomField) value(raw json.RawMessage) (any, string) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, ""
	}
	n := &node{value: raw}
	said := func(err error) string { return fault.Message(err) }
	switch f.Type {
	case FieldNumber, FieldMoney:
		v, err := numberOf(n, raw)
		if err != nil {
			return nil, said(err)
		}
		return v, ""
	case FieldBoolean:
		v, err := booleanOf(n)
		if err != nil {
			return nil, said(err)
		}
		return v, ""
	case FieldDate:
		v, err := dayOf(n, raw)
		if err != nil {
			return nil, said(err)
		}
		return v.Format(dayLayout), ""
	case FieldChoices:
		var picked []string
		if json.Unmarshal(raw, &picked) != nil {
			return nil, "The value is a list of choices."
		}
		out := []string{}
		for _, c := range f.Choices { // in the order of the field
			if slices.Contains(picked, c.Value) {
				out = append(out, c.Value)
			}
		}
		if len(out) != len(set(picked)) {
			return nil, "The value holds something that is no choice of the field."
		}
		if len(out) > maxCustomPicked {
			return nil, fmt.Sprintf("At most %d choices can be picked.", maxCustomPicked)
		}
		if len(out) == 0 {
			return nil, ""
		}
		return out, ""
	}
	var text *string
	if json.Unmarshal(raw, &text) != nil || text == nil {
		return nil, "The value is a text."
	}
	var in input
	in.text("value", "The text", text, maxCustomText)
	switch {
	case in.err != nil:
		return nil, in.err.Text()
	case *text == "":
		return nil, ""
	case f.Type == FieldChoice && !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == *text }):
		return nil, "The field has no such choice."
	case f.Type == FieldLink && !isWebsite(*text):
		return nil, "The link must begin with http:// or https://, or with the name of the site."
	}
	return *text, ""
}

// CustomValues are values of custom fields by key, as JSON. In changes, null
// removes one and what is not named stays.
type CustomValues map[string]json.RawMessage

// checkCustom checks values against the fields and splits them into those to set
// and the keys to remove.
func checkCustom(in *input, fields []CustomField, values CustomValues, creating bool) (set map[string]any, remove []string) {
	set, remove = map[string]any{}, []string{}
	for _, f := range fields {
		raw, given := values[f.Key]
		if !given || f.Archived {
			if creating && f.Required && !f.Archived {
				in.refuse(customPrefix+f.Key, f.Label+" is missing.")
			}
			continue
		}
		v, wrong := f.value(raw)
		switch {
		case wrong != "":
			in.refuse(customPrefix+f.Key, f.Label+": "+wrong)
		case v == nil && f.Required:
			in.refuse(customPrefix+f.Key, f.Label+" is missing.")
		case v == nil:
			remove = append(remove, f.Key)
		default:
			set[f.Key] = v
		}
	}
	for key := range values {
		if !slices.ContainsFunc(fields, func(f CustomField) bool { return f.Key == key && !f.Archived }) {
			name := key
			if !utf8.ValidString(name) || len(name) > 50 {
				name = "…"
			}
			in.refuse("custom", "There is no custom field "+strings.TrimSpace(name)+".")
			break
		}
	}
	return set, remove
}

// condition makes a condition on the field's values.
func (f CustomField) condition(n *node, s surroundings) (*condition, error) {
	op, negated := positive(n.op)
	given := func(q *Statement, alias string) string { return alias + ".custom ? " + q.Arg(f.Key) + "::text" }
	switch op {
	case "is_empty", "not_empty":
		return &condition{negated: op == "is_empty", row: given}, nil
	}
	text := func(q *Statement, alias string) string {
		return "(" + alias + ".custom ->> " + q.Arg(f.Key) + "::text)"
	}
	number := func(q *Statement, alias string) string {
		key := q.Arg(f.Key) + "::text"
		return "(case when jsonb_typeof(" + alias + ".custom -> " + key + ") = 'number' then (" + alias + ".custom -> " + key + ")::float8 end)"
	}
	switch f.Type {
	case FieldNumber, FieldMoney:
		v, err := numbersOf(n, op)
		if err != nil {
			return nil, err
		}
		return &condition{negated: negated, row: func(q *Statement, alias string) string { return v.sql(q, op, number(q, alias)) }}, nil
	case FieldBoolean:
		want, err := booleanOf(n)
		if err != nil {
			return nil, err
		}
		return &condition{negated: !want, row: func(q *Statement, alias string) string { return text(q, alias) + " = 'true'" }}, nil
	case FieldDate: // days are texts of equal length, which sort as days do
		return daysTest(n, s, "", "", func(q *Statement, alias string, from, to *string) string {
			return between(from, to,
				func(day string) string { return text(q, alias) + ` collate "C" >= ` + q.Arg(day) + "::text" },
				func(day string) string { return text(q, alias) + ` collate "C" <= ` + q.Arg(day) + "::text" })
		})
	case FieldChoice, FieldChoices:
		values, err := textsOf(n)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }) {
				return nil, n.wrong("The field has no such choice.")
			}
		}
		if f.Type == FieldChoice {
			return &condition{negated: negated, row: func(q *Statement, alias string) string {
				return text(q, alias) + " = any(" + q.Arg(values) + "::text[])"
			}}, nil
		}
		operator := " ?| "
		if op == "has_all" {
			operator = " ?& "
		}
		return &condition{negated: negated, row: func(q *Statement, alias string) string {
			return "(" + alias + ".custom -> " + q.Arg(f.Key) + "::text)" + operator + q.Arg(values) + "::text[]"
		}}, nil
	}
	test, err := textTest(n, op)
	if err != nil {
		return nil, err
	}
	return &condition{negated: negated, row: func(q *Statement, alias string) string { return test(q, text(q, alias), "") }}, nil
}
