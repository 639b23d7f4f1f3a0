package cql2

import (
	"cmp"
	"strings"
)

// Holds reports whether a filter holds for something with the properties given,
// each a string, a float64, an int, a bool, or nil for none. Case does not
// matter. Dates and times are texts. A comparison with what is missing, of
// another kind or a geometry holds not; intersects decides about geometries and
// may be nil when the filter has none.
func Holds(e Expr, property func(string) any, intersects func(*Intersects) bool) bool {
	switch e := e.(type) {
	case *Group:
		for _, part := range e.Of {
			if Holds(part, property, intersects) == e.Any {
				return e.Any
			}
		}
		return !e.Any
	case *Not:
		return !Holds(e.Of, property, intersects)
	case *Compare:
		c, ok := compare(property(e.Property), e.Value)
		if !ok {
			return false
		}
		switch e.Op {
		case "=":
			return c == 0
		case "<>":
			return c != 0
		case "<":
			return c < 0
		case "<=":
			return c <= 0
		case ">":
			return c > 0
		}
		return c >= 0
	case *Like:
		s, ok := property(e.Property).(string)
		return ok && matches(strings.ToLower(s), strings.ToLower(e.Pattern))
	case *Between:
		v := property(e.Property)
		from, ok1 := compare(v, e.From)
		to, ok2 := compare(v, e.To)
		return ok1 && ok2 && from >= 0 && to <= 0
	case *In:
		for _, v := range e.Values {
			if c, ok := compare(property(e.Property), v); ok && c == 0 {
				return true
			}
		}
		return false
	case *IsNull:
		return property(e.Property) == nil
	case Constant:
		return bool(e)
	case *Intersects:
		return intersects != nil && intersects(e)
	}
	return false
}

func compare(have any, want Value) (int, bool) {
	switch have := have.(type) {
	case string:
		return cmp.Compare(strings.ToLower(have), strings.ToLower(want.Text)), want.Kind != Number && want.Kind != Boolean
	case int:
		return cmp.Compare(float64(have), want.Number), want.Kind == Number
	case float64:
		return cmp.Compare(have, want.Number), want.Kind == Number
	case bool:
		if have == want.Boolean {
			return 0, want.Kind == Boolean
		}
		return 1, want.Kind == Boolean
	}
	return 0, false
}

// matches reports whether a text is as a pattern of LIKE says.
func matches(s, pattern string) bool {
	text, rest := []rune(s), []rune(pattern)
	// Where to go on when a letter does not fit: the last %, and one letter more of it.
	i, j, star, mark := 0, 0, -1, 0
	for i < len(text) {
		literal := j < len(rest) && rest[j] == '\\' && j+1 < len(rest)
		switch {
		case literal && rest[j+1] == text[i]:
			i, j = i+1, j+2
		case !literal && j < len(rest) && rest[j] == '%':
			star, mark = j, i
			j++
		case !literal && j < len(rest) && (rest[j] == '_' || rest[j] == text[i]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	for j < len(rest) && rest[j] == '%' {
		j++
	}
	return j == len(rest)
}
