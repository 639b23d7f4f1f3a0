package cql2_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/require"

	. "github.com/waymark-crm/waymark/geo/cql2"
)

func text(s string) Value    { return Value{Kind: Text, Text: s} }
func number(n float64) Value { return Value{Kind: Number, Number: n} }

func TestFiltersAreRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Expr{
		`status = 'customer'`:          &Compare{"status", "=", text("customer")},
		`"custom.Größe" >= -1.5e3`:     &Compare{"custom.Größe", ">=", number(-1500)},
		`5 < revenue`:                  &Compare{"revenue", ">", number(5)},
		`name = 'O''Brien'`:            &Compare{"name", "=", text("O'Brien")},
		`name = 'O\'Brien'`:            &Compare{"name", "=", text("O'Brien")},
		`casei(name) = casei('Ärzte')`: &Compare{"name", "=", text("Ärzte")},
		`archived = false`:             &Compare{"archived", "=", Value{Kind: Boolean}},
		`name not like 'a%'`:           &Not{&Like{"name", "a%"}},
		`phone IS NULL`:                &IsNull{"phone"},
		`phone is not null`:            &Not{&IsNull{"phone"}},
		`class IN ('A','B')`:           &In{"class", []Value{text("A"), text("B")}},
		`dueOn BETWEEN DATE('2026-01-01') AND DATE('2026-01-31')`: &Between{"dueOn",
			Value{Kind: Date, Text: "2026-01-01"}, Value{Kind: Date, Text: "2026-01-31"}},
		`updatedAt > TIMESTAMP('2026-01-01T01:00:00+01:00')`: &Compare{"updatedAt", ">", Value{Kind: Timestamp, Text: "2026-01-01T00:00:00Z"}},
		// AND binds before OR, NOT before AND.
		`a = 1 OR b = 2 AND NOT c = 3`: &Group{Any: true, Of: []Expr{
			&Compare{"a", "=", number(1)},
			&Group{Of: []Expr{&Compare{"b", "=", number(2)}, &Not{&Compare{"c", "=", number(3)}}}},
		}},
		`(a = 1 OR b = 2) AND TRUE`: &Group{Of: []Expr{
			&Group{Any: true, Of: []Expr{&Compare{"a", "=", number(1)}, &Compare{"b", "=", number(2)}}}, Constant(true)}},
		`S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1, 0 0)))`: &Intersects{"geometry", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}},
		`s_within(geometry,BBOX(-75.5,39,-75,39.5))`: &Intersects{"geometry",
			orb.Bound{Min: orb.Point{-75.5, 39}, Max: orb.Point{-75, 39.5}}.ToPolygon()},
		`S_INTERSECTS(geometry, MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((2 2, 3 2, 3 3, 2 2))))`: &Intersects{"geometry",
			orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}, {{{2, 2}, {3, 2}, {3, 3}, {2, 2}}}}},
	} {
		e, err := Parse(in)
		require.NoError(t, err, in)
		require.Equal(t, want, e, in)
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	for in, at := range map[string]int{
		``: 0, `status`: 6, `status =`: 8, `status = customer`: 9, `status = 'x`: 9, `a = 1 b = 2`: 6, `a = 1 AND`: 9,
		`(a = 1`: 6, `a IN ()`: 6, `a LIKE 5`: 8, `a NOT = 5`: 6, `a = 1; drop table accounts`: 5, `a ~ 1`: 2,
		`d = DATE('31.3.2026')`: 9, `S_TOUCHES(geometry, POINT(0 0))`: 0, `S_INTERSECTS(geometry, CIRCLE(0 0))`: 23,
		`S_INTERSECTS(geometry, POLYGON((0 0, 1 0, 1 1)))`: 31, `S_INTERSECTS(geometry, POINT(500 0))`: 29,
		`a BETWEEN 1 AND 'x'`: 19, `= 5`: 0, "a = '\x00'": 0, "a = '\xff'": 0, `a = 1e999`: 4,
		strings.Repeat("(", 30) + "a=1" + strings.Repeat(")", 30): 20,
		strings.Repeat("NOT ", 30) + "a=1":                        80,
		strings.Repeat("a=1 OR ", 200) + "a=1":                    1400,
		"a = '" + strings.Repeat("x", MaxBytes) + "'":             MaxBytes,
	} {
		_, err := Parse(in)
		var e *Error
		require.True(t, errors.As(err, &e), "%.40s: %v", in, err)
		require.Equal(t, at, e.At, "%.40s: %v", in, err)
	}
}

func TestAFilterHoldsOrNot(t *testing.T) {
	t.Parallel()
	have := map[string]any{"name": "Acme", "n": 5, "f": 2.5, "b": true, "day": "2026-03-31"}
	for in, want := range map[string]bool{
		`name = 'ACME'`: true, `name <> 'acme'`: false, `name LIKE 'a_m%'`: true, `name LIKE '%\%'`: false,
		`n > 4 AND f <= 2.5`: true, `n IN (1, 5)`: true, `n = '5'`: false, `b = true`: true, `NOT b = true OR false`: false,
		`day BETWEEN DATE('2026-03-01') AND DATE('2026-03-31')`: true, `day > DATE('2026-03-31')`: false,
		`missing IS NULL`: true, `missing = 1`: false, `missing <> 1`: false, `S_INTERSECTS(g, POINT(0 0))`: true,
	} {
		e, err := Parse(in)
		require.NoError(t, err, in)
		require.Equal(t, want, Holds(e, func(name string) any { return have[name] }, func(*Intersects) bool { return true }), in)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`a = 1 AND (b LIKE '%x' OR S_INTERSECTS(g, BBOX(0,0,1,1))) AND c IS NOT NULL`)
	f.Fuzz(func(t *testing.T, s string) {
		if e, err := Parse(s); err == nil {
			Holds(e, func(string) any { return s }, nil)
		}
	})
}

// The oracle is a regular expression.
func FuzzLike(f *testing.F) {
	f.Add("acme", "a%e")
	f.Add("aab", "%a_")
	f.Fuzz(func(t *testing.T, s, pattern string) {
		if strings.ContainsAny(pattern, `\'`) || strings.ContainsRune(pattern, 0) || strings.ToValidUTF8(pattern, "") != pattern || strings.ToValidUTF8(s, "") != s {
			return
		}
		e, err := Parse("a LIKE '" + pattern + "'")
		if err != nil {
			return
		}
		re := "(?s)^" + strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(strings.ToLower(pattern))) + "$"
		require.Equal(t, regexp.MustCompile(re).MatchString(strings.ToLower(s)), Holds(e, func(string) any { return s }, nil))
	})
}
