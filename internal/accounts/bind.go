package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/waymark-crm/waymark/internal/fault"
)

// scope is which accounts a query is about, by whether they are archived.
type scope int

const (
	currentOnly scope = iota
	archivedOnly
	currentAndArchived
)

// of returns the condition on accounts a or sites s, with its "and" in front.
func (s scope) of(t table) string {
	switch s {
	case currentOnly:
		return " and " + t.current
	case archivedOnly:
		return " and " + t.archived
	}
	return ""
}

// sites returns the conditions on sites s, one for each partial index.
func (s scope) sites() []string {
	switch s {
	case currentOnly:
		return []string{sitesTable.current}
	case archivedOnly:
		return []string{sitesTable.archived}
	}
	return []string{sitesTable.current, sitesTable.archived}
}

// bound is a tree that is ready to be compiled: fields are looked up and
// negations have been moved down to the conditions.
type bound struct {
	any      bool // one of the children; else all of them
	children []*bound
	leaf     *condition
}

// binder looks up what a tree needs.
type binder struct {
	ctx     context.Context
	tx      pgx.Tx
	s       surroundings
	reach   ReachFunc
	custom  map[string]CustomField // by key; nil until asked for
	depth   int                    // of segments within segments
	aliases int
}

// maxSegmentDepth is how deep dynamic segments may ask for one another.
const maxSegmentDepth = 5

func (b *binder) tree(t *Tree) (*bound, error) { return b.node(t.root, false) }

func (b *binder) node(n *node, negate bool) (*bound, error) {
	switch n.group {
	case "not":
		return b.node(n.children[0], !negate)
	case "all", "any":
		out := &bound{any: (n.group == "any") != negate}
		for _, c := range n.children {
			child, err := b.node(c, negate)
			if err != nil {
				return nil, err
			}
			out.children = append(out.children, child)
		}
		return out, nil
	}
	c, err := b.condition(n)
	if err != nil {
		return nil, err
	}
	if negate {
		flipped := *c
		flipped.negated = !c.negated
		c = &flipped
	}
	return &bound{leaf: c}, nil
}

func (b *binder) condition(n *node) (*condition, error) {
	if key, is := strings.CutPrefix(n.field, customPrefix); is {
		if b.custom == nil {
			all, err := customFields(b.ctx, b.tx, b.s.actor.OrgID)
			if err != nil {
				return nil, err
			}
			b.custom = make(map[string]CustomField, len(all))
			for _, f := range all {
				b.custom[f.Key] = f
			}
		}
		f, known := b.custom[key]
		if !known {
			return nil, wrongNode(n.path+".field", "There is no such field. It may have been deleted.")
		}
		if err := checkOperator(n, operators[f.Type]); err != nil {
			return nil, err
		}
		return f.condition(n, b.s)
	}
	f, _ := builtin(n.field) // the tree has been checked
	switch {
	case n.op == "match":
		return b.related(n)
	case f.Type == FieldPlace && n.op == "area":
		return b.area(n)
	case f.Type == FieldSegment:
		return b.segment(n)
	case f.Type == FieldPlace && n.op == "reach":
		r, err := reachOf(n)
		if err != nil {
			return nil, err
		}
		if b.reach == nil {
			return nil, fault.New(fault.Unavailable, "Drive times need the roads of an extract, and none has been loaded. Ask the one who runs this server.")
		}
		shape, err := b.reach(b.ctx, r)
		if err != nil {
			if fault.Is(err, fault.Invalid) {
				return nil, n.wrong(fault.Message(err))
			}
			return nil, err
		}
		return shape.condition(), nil
	}
	return f.condition(n, b.s)
}

// area makes the condition of lying in a named area of the extract.
func (b *binder) area(n *node) (*condition, error) {
	id, err := areaOf(n)
	if err != nil {
		return nil, err
	}
	var area orb.MultiPolygon
	err = b.tx.QueryRow(b.ctx, `select area from boundaries where id = $1`, id).Scan(&area)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, n.wrong("There is no such place. The extract may have been loaded anew without it.")
	}
	if err != nil {
		return nil, fmt.Errorf("read a named area: %w", err)
	}
	shape, err := AreaOf(area)
	if err != nil {
		return nil, err
	}
	return shape.condition(), nil
}

// segment makes the condition of being in one of some segments.
func (b *binder) segment(n *node) (*condition, error) {
	ids, err := idList(n)
	if err != nil {
		return nil, err
	}
	rows, err := b.tx.Query(b.ctx, `
		select id, kind, owner_id, coalesce(filter::text, 'null') from segments
		where org_id = $1 and id = any($2)`+VisibleSQL("segments"), b.s.actor.OrgID, ids, b.s.actor.UserID, b.s.actor.TeamID)
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	type found struct {
		id, owner    int64
		kind, filter string
	}
	segments, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f found, err error) {
		return f, row.Scan(&f.id, &f.kind, &f.owner, &f.filter)
	})
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	if len(segments) != len(ids) {
		return nil, n.wrong("There is no such segment, or it is not shared with you.")
	}
	_, negated := positive(n.op)
	var fixed []int64
	type inner struct {
		*bound
		alias string // of accounts, its own, since it may stand within another's
	}
	var dynamic []inner
	for _, s := range segments {
		if s.kind == "static" {
			fixed = append(fixed, s.id)
			continue
		}
		if b.depth++; b.depth > maxSegmentDepth {
			return nil, n.wrong("Segments that ask for segments are nested too deep, or ask for each other.")
		}
		t, err := parseTree([]byte(s.filter), n.path)
		if err != nil {
			return nil, err
		}
		if t == nil {
			t = &Tree{root: &node{group: "all"}}
		}
		// "me" in a segment is its owner, whoever looks at it.
		asking := b.s.actor.UserID
		b.s.actor.UserID = s.owner
		tree, err := b.tree(t)
		b.s.actor.UserID = asking
		if err != nil {
			return nil, err
		}
		b.depth--
		b.aliases++
		dynamic = append(dynamic, inner{tree, fmt.Sprintf("g%d", b.aliases)})
	}
	slices.Sort(fixed)
	return &condition{negated: negated, related: func(q *Statement, only string) string {
		var parts []string
		if len(fixed) > 0 {
			own := ""
			if only != "" {
				own = " and r.account_id = " + only
			}
			parts = append(parts, "select r.account_id from segment_members r where r.org_id = "+q.Org()+
				" and r.segment_id = any("+q.Arg(fixed)+"::bigint[])"+own)
		}
		for _, d := range dynamic {
			own := ""
			if only != "" {
				own = " and " + d.alias + ".id = " + only
			}
			parts = append(parts, "select "+d.alias+".id as account_id from accounts "+d.alias+
				" where "+d.alias+".org_id = "+q.Org()+" and "+d.sql(q, d.alias)+own)
		}
		return "select x.account_id from (" + strings.Join(parts, " union all ") + ") x"
	}}, nil
}

// VisibleSQL is the condition that a view or segment is seen by the user $3 of
// the team $4. A job, which acts for no user, sees all.
func VisibleSQL(alias string) string {
	return strings.ReplaceAll(` and ($3 = 0 or x.shared = 'all' or x.owner_id = $3
		or x.shared = 'team' and $4 <> 0 and exists (select 1 from users u where u.org_id = x.org_id and u.id = x.owner_id and u.team_id = $4))`, "x.", alias+".")
}

// sql compiles to a condition that is never null.
func (b *bound) sql(q *Statement, alias string) string {
	if b.leaf != nil {
		return b.leaf.sql(q, alias)
	}
	if len(b.children) == 0 {
		if b.any {
			return "false"
		}
		return "true"
	}
	parts := make([]string, len(b.children))
	for i, c := range b.children {
		parts[i] = c.sql(q, alias)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	if b.any {
		return "(" + strings.Join(parts, " or ") + ")"
	}
	return "(" + strings.Join(parts, " and ") + ")"
}

func (c *condition) sql(q *Statement, alias string) string {
	account := alias + ".id"
	if alias == sitesTable.alias {
		account = sitesTable.account
	}
	switch {
	case c.ids != nil && c.negated:
		return account + " <> all(" + q.Arg(c.ids) + "::bigint[])"
	case c.ids != nil:
		return account + " = any(" + q.Arg(c.ids) + "::bigint[])"
	case c.row != nil && c.negated:
		return "(" + c.row(q, alias) + ") is not true"
	case c.row != nil:
		return "(" + c.row(q, alias) + ")"
	case c.negated:
		return "not exists (" + c.related(q, account) + ")"
	}
	return "exists (" + c.related(q, account) + ")"
}

// onSites reports whether the copies on sites answer it.
func (b *bound) onSites() bool {
	if b.leaf != nil {
		return b.leaf.ids != nil || b.leaf.row != nil && b.leaf.sites
	}
	return !slices.ContainsFunc(b.children, func(c *bound) bool { return !c.onSites() })
}

// split returns the conjuncts that sites answer and the others.
func (b *bound) split() (sites, others []*bound) {
	switch {
	case b == nil:
		return nil, nil
	case b.onSites():
		return []*bound{b}, nil
	case b.leaf == nil && !b.any:
		for _, c := range b.children {
			s, o := c.split()
			sites, others = append(sites, s...), append(others, o...)
		}
		return sites, others
	}
	return nil, []*bound{b}
}

// ReachFunc returns the shape of what can be driven to.
type ReachFunc func(ctx context.Context, r Reach) (*Shape, error)
