// Package cql2 reads the text form of the Common Query Language, by which
// clients of OGC API Features filter: comparisons, LIKE, BETWEEN, IN, IS NULL,
// AND, OR, NOT, and one place.
//
//	e, err := cql2.Parse("status = 'customer' AND revenue BETWEEN 1000 AND 5000")
//	ok := cql2.Holds(e, func(name string) any { return row[name] })
//
// Source: OGC 21-065r2, Common Query Language (CQL2), the classes Basic CQL2,
// Advanced Comparison Operators and Basic Spatial Functions.
package cql2

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Bounds of a filter.
const (
	MaxBytes  = 16 << 10
	MaxDepth  = 20  // groups within one another
	MaxNodes  = 200 // conditions in all
	MaxCorner = 500 // positions of a geometry
)

// Expr is a filter: one of the types below, by pointer.
type Expr interface{ expr() }

// Group is that all, or any, of some hold. It has at least two.
type Group struct {
	Any bool // or; else and
	Of  []Expr
}

// Not is that another does not hold.
type Not struct{ Of Expr }

// Compare compares a property with a value. Op is one of =, <>, <, <=, >, >=.
type Compare struct {
	Property, Op string
	Value        Value
}

// Like compares a text with a pattern: % stands for any letters, _ for one, a
// backslash takes the meaning of the next.
type Like struct{ Property, Pattern string }

// Between is that a value lies between two, these included.
type Between struct {
	Property string
	From, To Value
}

// In is that a value is one of some, at least one.
type In struct {
	Property string
	Values   []Value
}

// IsNull is that a property has no value.
type IsNull struct{ Property string }

// Constant is TRUE or FALSE.
type Constant bool

// Intersects is that the geometry of a property touches another.
type Intersects struct {
	Property string
	Geometry orb.Geometry
}

func (*Group) expr()      {}
func (*Not) expr()        {}
func (*Compare) expr()    {}
func (*Like) expr()       {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*IsNull) expr()     {}
func (Constant) expr()    {}
func (*Intersects) expr() {}

// Kind says what a value is.
type Kind int

// The kinds of values.
const (
	Text Kind = iota
	Number
	Boolean
	Date      // Text is YYYY-MM-DD
	Timestamp // Text is RFC 3339 in UTC
)

// Value is a literal.
type Value struct {
	Kind    Kind
	Text    string
	Number  float64
	Boolean bool
}

// Error is what is wrong with a filter, and where.
type Error struct {
	At   int // bytes from the beginning
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("cql2: at %d: %s", e.At, e.What) }

// Walk visits a filter and all its parts.
func Walk(e Expr, visit func(Expr)) {
	visit(e)
	switch e := e.(type) {
	case *Group:
		for _, part := range e.Of {
			Walk(part, visit)
		}
	case *Not:
		Walk(e.Of, visit)
	}
}

// PropertyOf returns the property that a part asks for; empty for a group.
func PropertyOf(e Expr) string {
	switch e := e.(type) {
	case *Compare:
		return e.Property
	case *Like:
		return e.Property
	case *Between:
		return e.Property
	case *In:
		return e.Property
	case *IsNull:
		return e.Property
	case *Intersects:
		return e.Property
	}
	return ""
}
