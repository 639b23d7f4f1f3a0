package accounts

import (
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
	f := Field{Key: "relation", Label: "Related accounts", Group: "other", Type: FieldChoice, Ops: operators[FieldChoice], condition: relationCondition}
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
			known := slices.ContainsFunc(relationRoles, func(r struct{ role, label, inverse string }) bool { return r.role == role })
			if !known && !(one && role == "any") {
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
		at := func(column string) string {
			if only == "" {
				return ""
			}
			return " and " + column + " = " + only
		}
		return `select r.account_id from (
			select r.account_id, r.other_id, r.kind as role from account_relations r where r.org_id = ` + q.Org() + at("r.account_id") + `
			union all
			select r.other_id, r.account_id, ` + inverseSQL + ` from account_relations r where r.org_id = ` + q.Org() + at("r.other_id") + `) r
			where (r.role = any(` + q.Arg(roles) + `::text[])
			  or (r.role, r.other_id) in (select * from unnest(` + q.Arg(ofRoles) + `::text[], ` + q.Arg(others) + `::bigint[])))`
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
