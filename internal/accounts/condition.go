package accounts

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// condition is a condition of a tree, ready to be put into a query. Exactly one
// of row and related is set.
type condition struct {
	// row is a condition on columns of an account; may be null. alias is that of
	// accounts.
	row func(q *Statement, alias string) string
	// sites: row works on sites too, by the copies that they carry.
	sites bool
	// counted says which columns row is about, when the sums of accounts by cell
	// have them.
	counted columns
	// related returns a select of the ids of accounts (named account_id, may
	// repeat) for which the condition holds. With only set, a placeholder of the
	// account's id, it need not give others.
	related func(q *Statement, only string) string
	// ids are those that related gives, ascending, once they are collected; nil
	// before, and when there are too many.
	ids []int64
	// contains is a text that the search text of the account holds when the
	// condition is true; empty for none.
	contains string
	// negated: the condition is that row or related does not hold.
	negated bool
	// coverage is one of which it has to be for the condition to hold; empty when it
	// is about something else.
	coverage []Coverage
	// shape is that of a condition on places.
	shape *Shape
}

// negatedOps are operators that are another's complement.
var negatedOps = map[string]string{
	"is_not": "is", "not_contains": "contains", "ne": "eq", "not_in": "in", "has_none": "has_any",
}

// positive returns the operator without its negation.
func positive(op string) (string, bool) {
	if p, is := negatedOps[op]; is {
		return p, true
	}
	return op, false
}

// textTest returns the test of a text, of which lower, unless empty, is the SQL
// in lower case.
func textTest(n *node, op string) (func(q *Statement, text, lower string) string, error) {
	switch op {
	case "is_empty":
		return func(_ *Statement, text, _ string) string { return text + " = ''" }, nil
	case "not_empty":
		return func(_ *Statement, text, _ string) string { return text + " <> ''" }, nil
	}
	v, err := textOf(n)
	if err != nil {
		return nil, err
	}
	return func(q *Statement, text, lower string) string {
		if lower == "" {
			lower = "lower(" + text + ")"
		}
		value := "lower(" + q.Arg(v) + "::text)"
		switch op {
		case "is":
			return lower + " = " + value
		case "contains":
			return "strpos(" + lower + ", " + value + ") > 0"
		}
		return "starts_with(" + lower + ", " + value + ")"
	}, nil
}

// textColumn is a text of accounts that is never null. Case does not matter.
func textColumn(column, lower string) func(*node, surroundings) (*condition, error) {
	return func(n *node, _ surroundings) (*condition, error) {
		op, negated := positive(n.op)
		test, err := textTest(n, op)
		if err != nil {
			return nil, err
		}
		c := &condition{negated: negated, row: func(q *Statement, alias string) string {
			low := ""
			if lower != "" {
				low = alias + lower
			}
			return test(q, alias+column, low)
		}}
		if n.field == "name" || n.field == "category" {
			if text, err := textOf(n); err == nil && op != "is_empty" && op != "not_empty" {
				c.contains = text
			}
		}
		return c, nil
	}
}

// relatedText is a text of sites or contacts r.
func relatedText(table, column string) func(*node, surroundings) (*condition, error) {
	return func(n *node, _ surroundings) (*condition, error) {
		op, negated := positive(n.op)
		if op == "is_empty" { // none of them has it
			op, negated = "not_empty", !negated
		}
		test, err := textTest(n, op)
		if err != nil {
			return nil, err
		}
		return &condition{negated: negated, related: func(q *Statement, only string) string {
			return relatedRows(q, table, only) + " and " + test(q, column, "")
		}}, nil
	}
}

// relatedRows begins a select of the accounts of rows r of a table.
func relatedRows(q *Statement, table, only string) string {
	text := "select r.account_id from " + table + " r where r.org_id = " + q.Org()
	if only != "" {
		text += " and r.account_id = " + only
	}
	return text
}

func doNotContact(n *node, _ surroundings) (*condition, error) {
	want, err := booleanOf(n)
	if err != nil {
		return nil, err
	}
	return &condition{negated: !want, related: func(q *Statement, only string) string {
		return relatedRows(q, "contacts", only) + " and r.do_not_contact"
	}}, nil
}

// contactCount counts the contacts. Those without any have 0.
func contactCount(n *node, _ surroundings) (*condition, error) {
	op, negated := positive(n.op)
	switch op {
	case "is_empty", "not_empty": // a number that is never missing
		return constant(op == "not_empty"), nil
	}
	numbers, err := numbersOf(n, op)
	if err != nil {
		return nil, err
	}
	if numbers.holds(op, 0) { // also for those that have no row: by the complement
		negated = !negated
		return &condition{negated: negated, related: func(q *Statement, only string) string {
			return relatedRows(q, "contacts", only) + " group by 1 having not (" + numbers.sql(q, op, "count(*)") + ")"
		}}, nil
	}
	return &condition{negated: negated, related: func(q *Statement, only string) string {
		return relatedRows(q, "contacts", only) + " group by 1 having " + numbers.sql(q, op, "count(*)")
	}}, nil
}

func constant(v bool) *condition {
	return &condition{sites: true, counted: countedColumns[""], row: func(*Statement, string) string { return strconv.FormatBool(v) }}
}

func booleanOf(n *node) (bool, error) {
	var v *bool
	if json.Unmarshal(n.value, &v) != nil || v == nil {
		return false, n.wrong("The value is true or false.")
	}
	return *v, nil
}

// numbers are the operands of an op on numbers; between has two.
type numbers [2]float64

func numbersOf(n *node, op string) (numbers, error) {
	var out numbers
	var err error
	if op != "between" {
		out[0], err = numberOf(n, n.value)
		return out, err
	}
	a, b, err := pairOf(n)
	if err != nil {
		return out, err
	}
	if out[0], err = numberOf(n, a); err != nil {
		return out, err
	}
	out[1], err = numberOf(n, b)
	return out, err
}

var comparisons = map[string]string{"eq": "=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}

func (v numbers) sql(q *Statement, op, expression string) string {
	if op == "between" {
		return expression + " between " + q.Arg(v[0]) + "::float8 and " + q.Arg(v[1]) + "::float8"
	}
	return expression + " " + comparisons[op] + " " + q.Arg(v[0]) + "::float8"
}

func (v numbers) holds(op string, x float64) bool {
	switch op {
	case "eq":
		return x == v[0]
	case "lt":
		return x < v[0]
	case "lte":
		return x <= v[0]
	case "gt":
		return x > v[0]
	case "gte":
		return x >= v[0]
	}
	return x >= v[0] && x <= v[1]
}

// numberColumn is a number of accounts that is never null.
func numberColumn(column string) func(*node, surroundings) (*condition, error) {
	return func(n *node, _ surroundings) (*condition, error) {
		op, negated := positive(n.op)
		if op == "is_empty" || op == "not_empty" {
			return constant(op == "not_empty"), nil
		}
		v, err := numbersOf(n, op)
		if err != nil {
			return nil, err
		}
		return &condition{negated: negated, row: func(q *Statement, alias string) string { return v.sql(q, op, alias+column) }}, nil
	}
}

// moneyColumn is the revenue or the potential, which an index keeps in hundredths.
// Zero is an amount like others, and what "is empty" means.
func moneyColumn(column string) func(*node, surroundings) (*condition, error) {
	return func(n *node, _ surroundings) (*condition, error) { return moneyCondition(n, column) }
}

func moneyCondition(n *node, column string) (*condition, error) {
	op, negated := positive(n.op)
	switch op {
	case "is_empty", "not_empty":
		return &condition{negated: op == "not_empty", row: func(_ *Statement, alias string) string { return alias + column + " = 0" }}, nil
	}
	v, err := numbersOf(n, op)
	if err != nil {
		return nil, err
	}
	return &condition{negated: negated, row: func(q *Statement, alias string) string {
		key := alias + column
		bound := func(v float64, round func(float64) float64) string { return q.Arg(hundredths(v, round)) + "::bigint" }
		switch op {
		case "eq": // nothing, for a part of a hundredth
			return key + " between " + bound(v[0], math.Ceil) + " and " + bound(v[0], math.Floor)
		case "lt":
			return key + " < " + bound(v[0], math.Ceil)
		case "lte":
			return key + " <= " + bound(v[0], math.Floor)
		case "gt":
			return key + " > " + bound(v[0], math.Floor)
		case "gte":
			return key + " >= " + bound(v[0], math.Ceil)
		}
		return key + " between " + bound(v[0], math.Ceil) + " and " + bound(v[1], math.Floor)
	}}, nil
}

// hundredths rounds what is no whole number of hundredths; binary fractions that
// are next to one count as it.
func hundredths(v float64, round func(float64) float64) int64 {
	if whole := math.Round(v * 100); math.Abs(whole-v*100) < 1e-4 {
		return int64(whole)
	}
	return int64(round(v * 100))
}

// daysTest returns the condition of an op on a date, given as SQL of the first
// and the last day; empty says that there is none.
func daysTest(n *node, s surroundings, empty, given string, test func(q *Statement, alias string, from, to *string) string) (*condition, error) {
	switch n.op {
	case "is_empty":
		return &condition{row: func(_ *Statement, alias string) string { return alias + empty }}, nil
	case "not_empty":
		return &condition{row: func(_ *Statement, alias string) string { return alias + given }}, nil
	}
	today, err := time.Parse(dayLayout, s.today)
	if err != nil {
		return nil, err
	}
	span, err := daysOf(n, today)
	if err != nil {
		return nil, err
	}
	from, to := dayText(span.from), dayText(span.to)
	return &condition{row: func(q *Statement, alias string) string { return test(q, alias, from, to) }}, nil
}

// between joins the two ends of a span, of which one may be open.
func between(from, to *string, first, last func(day string) string) string {
	var parts []string
	if from != nil {
		parts = append(parts, first(*from))
	}
	if to != nil {
		parts = append(parts, last(*to))
	}
	return strings.Join(parts, " and ")
}

func dateColumn(column string, sites bool) func(*node, surroundings) (*condition, error) {
	return func(n *node, s surroundings) (*condition, error) {
		c, err := daysTest(n, s, column+" is null", column+" is not null", func(q *Statement, alias string, from, to *string) string {
			return between(from, to,
				func(day string) string { return alias + column + " >= " + q.Arg(day) + "::date" },
				func(day string) string { return alias + column + " <= " + q.Arg(day) + "::date" })
		})
		if err == nil {
			c.sites, c.counted = sites, countedColumns[column]
		}
		return c, err
	}
}

// timeColumn is a moment, asked by day or exactly; its day is that of the
// organisation's time zone.
func timeColumn(column string) func(*node, surroundings) (*condition, error) {
	return func(n *node, s surroundings) (*condition, error) {
		if m, ok := momentsOf(n); ok {
			return m.condition(column), nil
		}
		return daysTest(n, s, column+" is null", column+" is not null", func(q *Statement, alias string, from, to *string) string {
			zone := "(select o.time_zone from organisations o where o.org_id = " + q.Org() + ")"
			return between(from, to,
				func(day string) string {
					return alias + column + " >= (" + q.Arg(day) + "::timestamp at time zone " + zone + ")"
				},
				func(day string) string {
					return alias + column + " < ((" + q.Arg(day) + "::timestamp + interval '1 day') at time zone " + zone + ")"
				})
		})
	}
}

// choiceColumn is a text of accounts out of few.
func choiceColumn(column string, sites bool) func(*node, surroundings) (*condition, error) {
	return func(n *node, _ surroundings) (*condition, error) {
		op, negated := positive(n.op)
		switch op {
		case "is_empty", "not_empty":
			return constant(op == "not_empty"), nil
		}
		values, err := textsOf(n)
		if err != nil {
			return nil, err
		}
		f, _ := builtin(n.field)
		for _, v := range values {
			if !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == v }) {
				return nil, n.wrong("The field has no such choice.")
			}
		}
		return &condition{negated: negated, sites: sites, counted: countedColumns[column], row: func(q *Statement, alias string) string {
			if len(values) == 1 { // so that an index gives them in the order of what comes behind
				return alias + column + " = " + q.Arg(values[0]) + "::text"
			}
			return alias + column + " = any(" + q.Arg(values) + "::text[])"
		}}, nil
	}
}

// referenceColumn is the id of an owner or a team. null in a list stands for
// nobody, "me" for the one who asks.
func referenceColumn(column string) func(*node, surroundings) (*condition, error) {
	return func(n *node, s surroundings) (*condition, error) {
		op, negated := positive(n.op)
		switch op {
		case "is_empty", "not_empty":
			return &condition{sites: true, counted: countedColumns[column], negated: op == "not_empty", row: func(_ *Statement, alias string) string { return alias + column + " is null" }}, nil
		}
		raw, err := listOf(n)
		if err != nil {
			return nil, err
		}
		ids, nobody := []int64{}, false
		for _, r := range raw {
			switch {
			case string(r) == "null":
				nobody = true
			case string(r) == `"me"` && n.field == "ownerId":
				ids = append(ids, s.actor.UserID)
			default:
				id, err := idOf(n, r)
				if err != nil {
					return nil, err
				}
				ids = append(ids, id)
			}
		}
		ids = set(ids)
		return &condition{negated: negated, sites: true, counted: countedColumns[column], row: func(q *Statement, alias string) string {
			own := alias + column + " = any(" + q.Arg(ids) + "::bigint[])"
			if nobody {
				own = "(" + own + " or " + alias + column + " is null)"
			}
			return own
		}}, nil
	}
}

func coverageColumn(n *node, s surroundings) (*condition, error) {
	c, err := choiceColumn("", true)(n, s)
	if err != nil || n.op == "is_empty" || n.op == "not_empty" {
		return c, err
	}
	values, err := textsOf(n)
	if err != nil {
		return nil, err
	}
	c.counted = countedColumns[".due_on"]
	for _, v := range values {
		c.coverage = append(c.coverage, Coverage(v))
	}
	c.row = func(q *Statement, alias string) string {
		return CoverageSQL(alias+".due_on", q.Day()) + " = any(" + q.Arg(values) + "::text[])"
	}
	return c, nil
}

func tagsColumn(n *node, _ surroundings) (*condition, error) {
	op, negated := positive(n.op)
	switch op {
	case "is_empty", "not_empty":
		return &condition{negated: op == "not_empty", row: func(_ *Statement, alias string) string { return alias + ".tags = '{}'" }}, nil
	}
	values, err := textsOf(n)
	if err != nil {
		return nil, err
	}
	operator := " && "
	if op == "has_all" {
		operator = " @> "
	}
	return &condition{negated: negated, row: func(q *Statement, alias string) string {
		return alias + ".tags" + operator + q.Arg(values) + "::text[]"
	}}, nil
}

func archivedColumn(n *node, _ surroundings) (*condition, error) {
	want, err := booleanOf(n)
	if err != nil {
		return nil, err
	}
	return &condition{negated: !want, row: func(_ *Statement, alias string) string { return alias + ".archived_at is not null" }}, nil
}

func placeCondition(n *node, _ surroundings) (*condition, error) {
	shape, err := placeOf(n)
	if err != nil {
		return nil, err
	}
	return shape.condition(), nil
}

// condition is that one of the account's sites lies in the shape.
func (s *Shape) condition() *condition {
	return &condition{shape: s, related: func(q *Statement, only string) string {
		if only != "" {
			return relatedRows(q, "sites", only) + " and " + s.covers(q, "r.point")
		}
		// An index holds the sites of archived accounts, another those of others.
		var parts []string
		for _, scope := range q.scope.sites() {
			where := "s.org_id = " + q.Org() + " and " + scope
			if len(s.cover.Inside) > 0 {
				parts = append(parts, sitesIn(q, s.cover.Inside, "s.account_id", where))
			}
			if len(s.cover.Edge) > 0 {
				parts = append(parts, sitesIn(q, s.cover.Edge, "s.account_id", where+" and "+s.covers(q, "s.point")))
			}
		}
		return `select s.account_id from (` + strings.Join(parts, "\n union all\n ") + `) s`
	}}
}

func searchCondition(n *node, _ surroundings) (*condition, error) {
	text, err := textOf(n)
	if err != nil {
		return nil, err
	}
	words := wordsOf(text)
	if len(words) > maxWords {
		return nil, n.wrong("The search text has more than " + strconv.Itoa(maxWords) + " words.")
	}
	if len(words) == 0 {
		return constant(strings.TrimSpace(text) == ""), nil
	}
	return &condition{related: func(q *Statement, only string) string {
		found := "select m.id as account_id from search_accounts(" + q.Arg(words) + "::text[]) m"
		if only != "" {
			found += " where m.id = " + only
		}
		return found
	}}, nil
}
