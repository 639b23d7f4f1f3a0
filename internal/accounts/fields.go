package accounts

import (
	"context"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/internal/postgres"
)

// FieldType says what values a field has and which operators it takes.
type FieldType string

// The types of fields. A link is a text that is shown as one.
const (
	FieldText    FieldType = "text"
	FieldNumber  FieldType = "number"
	FieldMoney   FieldType = "money"
	FieldDate    FieldType = "date"
	FieldChoice  FieldType = "choice"
	FieldChoices FieldType = "choices"
	FieldBoolean FieldType = "boolean"
	FieldLink    FieldType = "link"
	FieldPlace   FieldType = "place"
	FieldSegment FieldType = "segment"
	FieldSearch  FieldType = "search"
)

var (
	textOperators   = []string{"is", "is_not", "contains", "not_contains", "starts_with", "is_empty", "not_empty"}
	numberOperators = []string{"eq", "ne", "lt", "lte", "gt", "gte", "between", "is_empty", "not_empty"}
)

// operators are those that a type takes.
var operators = map[FieldType][]string{
	FieldText: textOperators, FieldLink: textOperators,
	FieldNumber: numberOperators, FieldMoney: numberOperators,
	FieldDate: {"on", "before", "after", "between", "in_last", "in_next", "more_than_ago", "today", "this_week", "this_month",
		"is_empty", "not_empty"},
	FieldChoice:  {"in", "not_in", "is_empty", "not_empty"},
	FieldChoices: {"has_any", "has_all", "has_none", "is_empty", "not_empty"},
	FieldBoolean: {"is"},
	FieldPlace:   {"within", "radius", "reach", "cells", "box", "area"},
	FieldSegment: {"in", "not_in"},
	FieldSearch:  {"matches"},
}

// Choice is one of the values that a field can have.
type Choice struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Field is one that accounts can be filtered by.
type Field struct {
	Key      string    `json:"key" doc:"As conditions, sorts and columns name it."`
	Label    string    `json:"label" doc:"In English; programs translate those that are not custom by their key."`
	Group    string    `json:"group" enum:"account,visits,place,contact,custom,other"`
	Type     FieldType `json:"type" enum:"text,number,money,date,choice,choices,boolean,link,place,segment,search"`
	Ops      []string  `json:"ops"`
	Choices  []Choice  `json:"choices,omitempty"`
	Sortable bool      `json:"sortable"`
	Editable bool      `json:"editable" doc:"By changing the account or many at once."`
	Custom   bool      `json:"custom"`

	// condition makes the condition of a node of this field.
	condition func(n *node, s surroundings) (*condition, error)
}

// surroundings are what a condition can depend on beside its own value.
type surroundings struct {
	today string
	actor postgres.Actor
}

func builtin(key string) (Field, bool) {
	i, known := builtinIndex[key]
	if !known {
		return Field{}, false
	}
	return builtins[i], true
}

// builtins are the fields that every organisation has, in the order in which
// people see them.
var builtins []Field

var builtinIndex = map[string]int{}

func init() {
	choice := func(values ...string) []Choice {
		out := make([]Choice, 0, len(values)/2)
		for i := 0; i < len(values); i += 2 {
			out = append(out, Choice{values[i], values[i+1]})
		}
		return out
	}
	add := func(f Field, condition func(n *node, s surroundings) (*condition, error)) {
		f.Ops, f.condition = operators[f.Type], condition
		_, f.Sortable = sortKeys[f.Key]
		builtinIndex[f.Key] = len(builtins)
		builtins = append(builtins, f)
	}
	const account, visits, place, contact, other = "account", "visits", "place", "contact", "other"
	add(Field{Key: "name", Label: "Name", Group: account, Type: FieldText, Editable: true}, textColumn(".name", ".name_key"))
	add(Field{Key: "status", Label: "Status", Group: account, Type: FieldChoice, Editable: true,
		Choices: choice("prospect", "Prospect", "customer", "Customer", "former", "Former")}, choiceColumn(".status", true))
	add(Field{Key: "class", Label: "Class", Group: account, Type: FieldChoice, Editable: true,
		Choices: choice("A", "A", "B", "B", "C", "C")}, choiceColumn(".class", true))
	add(Field{Key: "category", Label: "Category", Group: account, Type: FieldText, Editable: true}, textColumn(".category", ""))
	add(Field{Key: "ownerId", Label: "Owner", Group: account, Type: FieldChoice, Editable: true}, referenceColumn(".owner_id"))
	add(Field{Key: "teamId", Label: "Team", Group: account, Type: FieldChoice, Editable: true}, referenceColumn(".team_id"))
	add(Field{Key: "territoryId", Label: "Territory", Group: account, Type: FieldChoice}, territoryColumn)
	add(Field{Key: "tags", Label: "Tags", Group: account, Type: FieldChoices, Editable: true}, tagsColumn)
	add(Field{Key: "phone", Label: "Phone", Group: account, Type: FieldText, Editable: true}, textColumn(".phone", ""))
	add(Field{Key: "email", Label: "E-mail", Group: account, Type: FieldText, Editable: true}, textColumn(".email", ""))
	add(Field{Key: "website", Label: "Website", Group: account, Type: FieldText, Editable: true}, textColumn(".website", ""))
	add(Field{Key: "notes", Label: "Notes", Group: account, Type: FieldText, Editable: true}, textColumn(".notes", ""))
	add(Field{Key: "revenue", Label: "Revenue", Group: account, Type: FieldMoney, Editable: true}, moneyColumn(".revenue_key"))
	add(Field{Key: "potential", Label: "Potential", Group: account, Type: FieldMoney, Editable: true}, moneyColumn(".potential_key"))
	add(Field{Key: "createdAt", Label: "Created", Group: account, Type: FieldDate}, timeColumn(".created_at"))
	add(Field{Key: "updatedAt", Label: "Changed", Group: account, Type: FieldDate}, timeColumn(".updated_at"))
	add(Field{Key: "archived", Label: "Archived", Group: account, Type: FieldBoolean}, archivedColumn)
	add(Field{Key: "coverage", Label: "Coverage", Group: visits, Type: FieldChoice,
		Choices: choice("never", "Never visited", "on_track", "On track", "due", "Due", "overdue", "Overdue")}, coverageColumn)
	add(Field{Key: "lastVisitOn", Label: "Last visit", Group: visits, Type: FieldDate}, dateColumn(".last_visit_on", false))
	add(Field{Key: "dueOn", Label: "Next visit due", Group: visits, Type: FieldDate}, dateColumn(".due_on", true))
	add(Field{Key: "visitIntervalDays", Label: "Days between visits", Group: visits, Type: FieldNumber, Editable: true}, numberColumn(".visit_interval_days"))
	add(Field{Key: "visitMinutes", Label: "Minutes of a visit", Group: visits, Type: FieldNumber, Editable: true}, numberColumn(".visit_minutes"))
	add(Field{Key: "place", Label: "Place", Group: place, Type: FieldPlace}, placeCondition)
	add(Field{Key: "street", Label: "Street", Group: place, Type: FieldText}, relatedText("sites", "r.street"))
	add(Field{Key: "city", Label: "City", Group: place, Type: FieldText}, relatedText("sites", "r.city"))
	add(Field{Key: "postcode", Label: "Postcode", Group: place, Type: FieldText}, relatedText("sites", "r.postcode"))
	add(Field{Key: "country", Label: "Country", Group: place, Type: FieldText}, relatedText("sites", "r.country"))
	add(Field{Key: "contact.name", Label: "Contact's name", Group: contact, Type: FieldText}, relatedText("contacts", "r.name"))
	add(Field{Key: "contact.email", Label: "Contact's e-mail", Group: contact, Type: FieldText}, relatedText("contacts", "r.email"))
	add(Field{Key: "contact.jobTitle", Label: "Contact's job title", Group: contact, Type: FieldText}, relatedText("contacts", "r.job_title"))
	add(Field{Key: "contact.doNotContact", Label: "A contact wants no contact", Group: contact, Type: FieldBoolean}, doNotContact)
	add(Field{Key: "contact.count", Label: "Number of contacts", Group: contact, Type: FieldNumber}, contactCount)
	add(Field{Key: "segment", Label: "Segment", Group: other, Type: FieldSegment}, nil)
	add(Field{Key: "search", Label: "Search text", Group: other, Type: FieldSearch}, searchCondition)
}

// Fields lists what accounts can be filtered by: the fields that every
// organisation has, then the actor's organisation's own.
func (s *Service) Fields(ctx context.Context) ([]Field, error) {
	out := make([]Field, len(builtins), len(builtins)+8)
	copy(out, builtins)
	err := s.read(ctx, func(tx pgx.Tx, actor postgres.Actor) error {
		for key, text := range map[string]string{
			"ownerId": `select id, name from users where org_id = $1 order by name, id limit 1000`,
			"teamId":  `select id, name from teams where org_id = $1 order by name, id limit 1000`,
			"territoryId": `select t.id, t.name from alignments a join territories t on t.org_id = a.org_id and t.alignment_id = a.id
				where a.org_id = $1 and a.state in ('live', 'publishing') order by t.position, t.id limit 2000`,
		} {
			rows, err := tx.Query(ctx, text, actor.OrgID)
			if err != nil {
				return fmt.Errorf("list fields: %w", err)
			}
			out[builtinIndex[key]].Choices, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Choice, err error) {
				var id int64
				err = row.Scan(&id, &c.Label)
				c.Value = strconv.FormatInt(id, 10)
				return c, err
			})
			if err != nil {
				return fmt.Errorf("list fields: %w", err)
			}
		}
		rows, err := tx.Query(ctx, `
			select distinct tag from (select unnest(tags) as tag from accounts where org_id = $1 and tags <> '{}' order by updated_at desc limit 20000) t
			order by tag limit 500`, actor.OrgID)
		if err != nil {
			return fmt.Errorf("list tags: %w", err)
		}
		tags, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return fmt.Errorf("list tags: %w", err)
		}
		for _, tag := range tags {
			out[builtinIndex["tags"]].Choices = append(out[builtinIndex["tags"]].Choices, Choice{tag, tag})
		}
		custom, err := customFields(ctx, tx, actor.OrgID)
		if err != nil {
			return err
		}
		for _, c := range custom {
			if !c.Archived {
				out = append(out, c.field())
			}
		}
		return nil
	})
	return out, err
}
