package accounts

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// relationRoles are what another account can be for one, and how that other one
// sees it.
var relationRoles = []struct{ role, label, inverse string }{
	{"parent", "Parent", "subsidiary"}, {"subsidiary", "Subsidiary", "parent"},
	{"supplier", "Supplier", "customer"}, {"customer", "Customer", "supplier"},
	{"vendor", "Vendor", "buyer"}, {"buyer", "Buyer", "vendor"},
	{"distributor", "Distributor", "principal"}, {"principal", "Principal", "distributor"},
	{"outlet", "Retail outlet", "chain"}, {"chain", "Chain", "outlet"},
	{"partner", "Partner", "partner"},
	{"association", "Association", "member"}, {"member", "Member", "association"},
	{"competitor", "Competitor", "competitor"},
}

// The field relation stands behind those of fields.go, which are made before.
func init() {
	f := Field{Key: "relation", Label: "Related accounts", Group: "other", Type: FieldChoice, Ops: append(slices.Clone(operators[FieldChoice]), "match"), condition: relationCondition}
	for _, r := range relationRoles {
		f.Choices = append(f.Choices, Choice{r.role, r.label})
	}
	builtinIndex[f.Key] = len(builtins)
	builtins = append(builtins, f)
}

// relationCondition is that another account stands in one of some roles to the
// account. A value is a role ("supplier"), a role of one account ("supplier:7"),
// or any role of one account ("any:7").
func relationCondition(n *node, _ surroundings) (*condition, error) {
	op, negated := positive(n.op)
	roles, ofRoles, others := []string{}, []string{}, []int64{}
	switch op {
	case "is_empty", "not_empty":
		negated = op == "is_empty"
		for _, r := range relationRoles {
			roles = append(roles, r.role)
		}
	default:
		values, err := textsOf(n)
		if err != nil {
			return nil, err
		}
		for _, v := range values {
			role, account, one := strings.Cut(v, ":")
			if !isRole(role) && !(one && role == "any") {
				return nil, n.wrong("The field has no such choice.")
			}
			if !one {
				roles = append(roles, role)
				continue
			}
			id, err := strconv.ParseInt(account, 10, 64)
			if err != nil || id < 1 {
				return nil, n.wrong(`An account behind a role is a whole number, such as "supplier:7".`)
			}
			for _, r := range relationRoles {
				if role == "any" || role == r.role {
					ofRoles, others = append(ofRoles, r.role), append(others, id)
				}
			}
		}
	}
	return &condition{negated: negated, related: func(q *Statement, only string) string {
		return `select r.account_id from (` + relationsOf(q, only) + `) r
			where (r.role = any(` + q.Arg(roles) + `::text[])
			  or (r.role, r.other_id) in (select * from unnest(` + q.Arg(ofRoles) + `::text[], ` + q.Arg(others) + `::bigint[])))`
	}}, nil
}

// relationsOf is a select of relations (account_id, other_id, role), each seen
// from both of its accounts; with only set, those of that account.
func relationsOf(q *Statement, only string) string {
	at := func(column string) string {
		if only == "" {
			return ""
		}
		return " and " + column + " = " + only
	}
	return `
			select r.account_id, r.other_id, r.kind as role from account_relations r where r.org_id = ` + q.Org() + at("r.account_id") + `
			union all
			select r.other_id, r.account_id, ` + inverseSQL + ` from account_relations r where r.org_id = ` + q.Org() + at("r.other_id")
}

// relatedValue is the value of the op match: accounts that are one of some roles
// (any, for none) for the account and that a filter means.
type relatedValue struct {
	Roles  []string        `json:"roles"`
	Filter json.RawMessage `json:"filter"`
}

// parseRelated reads the conditions on the other account, which become the
// node's child. They count like all others.
func (t *Tree) parseRelated(n *node, depth int, conditions *int) error {
	var v relatedValue
	if json.Unmarshal(n.value, &v) != nil || len(v.Filter) == 0 || string(v.Filter) == "null" {
		return n.wrong(`The value is like {"roles": ["supplier"], "filter": {"field": "status", "op": "in", "value": ["customer"]}}.`)
	}
	for _, role := range v.Roles {
		if !isRole(role) {
			return n.wrong("There is no such role.")
		}
	}
	if depth > MaxTreeDepth {
		return wrongNode(n.path, fmt.Sprintf("The filter's groups are nested too deep; %d levels are possible.", MaxTreeDepth))
	}
	// Which accounts the whole filter is about is not said by asking for related
	// ones that are archived.
	archived := t.archived
	t.archived = false
	child, err := t.parse(v.Filter, n.path+".value.filter", depth+1, conditions)
	if err != nil {
		return err
	}
	n.archived, t.archived = t.archived, archived
	n.children = []*node{child}
	return nil
}

func isRole(text string) bool {
	return slices.ContainsFunc(relationRoles, func(r struct{ role, label, inverse string }) bool { return r.role == text })
}

// related makes the condition of the op match.
func (b *binder) related(n *node) (*condition, error) {
	var v relatedValue
	if err := json.Unmarshal(n.value, &v); err != nil {
		return nil, n.wrong("The value is no relation.")
	}
	other, err := b.node(n.children[0], false)
	if err != nil {
		return nil, err
	}
	b.aliases++
	alias := fmt.Sprintf("g%d", b.aliases) // its own, since it may stand within another's
	return &condition{related: func(q *Statement, only string) string {
		text := "select r.account_id from (" + relationsOf(q, only) + ") r join accounts " + alias +
			" on " + alias + ".org_id = " + q.Org() + " and " + alias + ".id = r.other_id where " + other.sql(q, alias)
		if len(v.Roles) > 0 {
			text += " and r.role = any(" + q.Arg(v.Roles) + "::text[])"
		}
		if !n.archived {
			text += " and " + alias + ".archived_at is null"
		}
		return text
	}}, nil
}

// inverseSQL is how the other account sees a relation r.
var inverseSQL = func() string {
	text := "case r.kind"
	for _, r := range relationRoles {
		text += fmt.Sprintf(" when '%s' then '%s'", r.role, r.inverse)
	}
	return text + " end"
}()
