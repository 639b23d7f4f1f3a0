package accounts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Bounds of a filter tree.
const (
	MaxTreeBytes      = 16 << 10
	MaxTreeDepth      = 6   // groups within one another
	MaxTreeConditions = 100 // in all
)

// Tree is a filter of accounts as people build it: conditions on fields, joined
// by all, any and not. Its JSON:
//
//	Node      = {"all": Node[]} | {"any": Node[]} | {"not": Node} | Condition
//	Condition = {"field": string, "op": string, "value"?: …}
//
// An empty all means every account, an empty any none. Unless a condition asks
// for the field archived, archived accounts are left out. "not" is the
// complement: what a condition does not hold for, a missing value included. A
// condition on sites, contacts or related accounts holds for an account when it
// holds for one of them; its negation when it holds for none. [Service.Fields] lists the fields
// with their types, and [operators] the operators of a type.
type Tree struct {
	text string // compact JSON
	root *node
	// What it needs of the database to be understood.
	custom   bool // custom fields
	segments []int64
	me       bool // the one who asks
	archived bool
}

// node is a group or a condition as it was written.
type node struct {
	path     string // for errors: filter.all[2]
	group    string // all, any, not; empty for a condition
	children []*node
	field    string
	op       string
	value    json.RawMessage
	// archived: with op match, the related accounts may be archived.
	archived bool
}

// ParseTree reads a tree; null gives nil. It fails with [fault.Invalid], which
// names the path of the wrong condition ("filter.all[2].value"). Custom fields,
// segments and drive times are looked up when the tree is used.
func ParseTree(raw []byte) (*Tree, error) {
	return parseTree(raw, "filter")
}

func parseTree(raw []byte, path string) (*Tree, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if len(raw) > MaxTreeBytes {
		return nil, wrongNode(path, fmt.Sprintf("The filter has %d bytes and may have %d. Use fewer conditions or shorter lists.", len(raw), MaxTreeBytes))
	}
	if !utf8.Valid(raw) {
		return nil, wrongNode(path, "The filter is no text in UTF-8.")
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, wrongNode(path, "The filter is no JSON.")
	}
	t := &Tree{text: compact.String()}
	conditions := 0
	var err error
	if t.root, err = t.parse(raw, path, 1, &conditions); err != nil {
		return nil, err
	}
	return t, nil
}

// wrongNode is the fault of one place in a tree.
func wrongNode(path, text string) error {
	return fault.New(fault.Invalid, text).WithField(path, text)
}

func (t *Tree) parse(raw json.RawMessage, path string, depth int, conditions *int) (*node, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil || keys == nil {
		return nil, wrongNode(path, "A filter is made of objects: all, any, not, or a field with an op.")
	}
	n := &node{path: path}
	for _, group := range []string{"all", "any", "not"} {
		inner, is := keys[group]
		if !is {
			continue
		}
		if len(keys) != 1 {
			return nil, wrongNode(path, "A group has one of all, any and not, and nothing beside it.")
		}
		if depth > MaxTreeDepth {
			return nil, wrongNode(path, fmt.Sprintf("The filter's groups are nested too deep; %d levels are possible.", MaxTreeDepth))
		}
		n.group = group
		if group == "not" {
			child, err := t.parse(inner, path+".not", depth+1, conditions)
			n.children = []*node{child}
			return n, err
		}
		var children []json.RawMessage
		if err := json.Unmarshal(inner, &children); err != nil || children == nil {
			return nil, wrongNode(path+"."+group, "all and any take a list.")
		}
		for i, c := range children {
			child, err := t.parse(c, fmt.Sprintf("%s.%s[%d]", path, group, i), depth+1, conditions)
			if err != nil {
				return nil, err
			}
			n.children = append(n.children, child)
		}
		return n, nil
	}
	if *conditions++; *conditions > MaxTreeConditions {
		return nil, wrongNode(path, fmt.Sprintf("The filter has more than %d conditions.", MaxTreeConditions))
	}
	for key, inner := range keys {
		switch key {
		case "field":
			if json.Unmarshal(inner, &n.field) != nil {
				return nil, wrongNode(path+".field", "The field is a text.")
			}
		case "op":
			if json.Unmarshal(inner, &n.op) != nil {
				return nil, wrongNode(path+".op", "The op is a text.")
			}
		case "value":
			n.value = inner
		default:
			return nil, wrongNode(path, "A condition has field, op and value, and nothing else.")
		}
	}
	if n.field == "relation" && n.op == "match" {
		if err := t.parseRelated(n, depth, conditions); err != nil {
			return nil, err
		}
	}
	return n, t.check(n)
}

// check looks at a condition as far as that needs no database.
func (t *Tree) check(n *node) error {
	if strings.HasPrefix(n.field, customPrefix) {
		t.custom = true
		if !customKey.MatchString(strings.TrimPrefix(n.field, customPrefix)) {
			return wrongNode(n.path+".field", "There is no such field.")
		}
		return nil
	}
	f, known := builtin(n.field)
	if !known {
		return wrongNode(n.path+".field", "There is no such field.")
	}
	if err := checkOperator(n, f.Ops); err != nil {
		return err
	}
	t.archived = t.archived || n.field == "archived"
	if n.field == "ownerId" && strings.Contains(string(n.value), `"me"`) {
		t.me = true
	}
	if f.Type == FieldSegment {
		ids, err := idList(n)
		if err != nil {
			return err
		}
		t.segments = append(t.segments, ids...)
		return nil
	}
	switch {
	case f.Type == FieldPlace && n.op == "reach":
		_, err := reachOf(n)
		return err
	case f.Type == FieldPlace && n.op == "area":
		_, err := areaOf(n)
		return err
	case n.op == "match":
		return nil // its conditions have been read with it
	}
	// Compiling for nobody finds what is wrong with the value.
	_, err := f.condition(n, surroundings{today: "2000-01-01"})
	return err
}

func checkOperator(n *node, ops []string) error {
	if !slices.Contains(ops, n.op) {
		return wrongNode(n.path+".op", "This field takes one of the ops "+strings.Join(ops, ", ")+".")
	}
	return nil
}

// String returns the tree as compact JSON; "null" for nil.
func (t *Tree) String() string {
	if t == nil {
		return "null"
	}
	return t.text
}

// MarshalJSON writes the tree as it was read.
func (t *Tree) MarshalJSON() ([]byte, error) { return []byte(t.String()), nil }

// Personal reports whether the tree means other accounts for other users: it
// asks for "me", or for segments, which not everyone may see.
func (t *Tree) Personal() bool { return t != nil && (t.me || len(t.segments) > 0) }

// Segments returns the ids of the segments that the tree asks for, each once.
func (t *Tree) Segments() []int64 {
	if t == nil {
		return nil
	}
	return set(t.segments)
}

// CustomKeys returns the keys of the custom fields that the tree asks for.
func (t *Tree) CustomKeys() []string {
	if t == nil || !t.custom {
		return nil
	}
	var keys []string
	var walk func(n *node)
	walk = func(n *node) {
		if key, is := strings.CutPrefix(n.field, customPrefix); is {
			keys = append(keys, key)
		}
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(t.root)
	return set(keys)
}

// AllOf returns the tree of which every one of some must hold; nil ones are left
// out.
func AllOf(trees ...*Tree) (*Tree, error) {
	var parts []string
	for _, t := range trees {
		if t != nil {
			parts = append(parts, t.text)
		}
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return ParseTree([]byte(parts[0]))
	}
	return ParseTree([]byte(`{"all":[` + strings.Join(parts, ",") + `]}`))
}
